import Foundation
import Model
import Testing

@testable import KubernetesClient

@Suite struct KubeconfigTests {
    private static let head = """
        apiVersion: v1
        kind: Config
        current-context: main
        contexts:
        - {name: main, context: {cluster: c, user: u, namespace: shop}}
        - {name: bare, context: {cluster: c}}
        - {name: lost, context: {cluster: nowhere, user: u}}

        """

    private func load(_ cluster: String, _ user: String, context: String? = nil) throws -> ClusterConfiguration {
        let text = "\(Self.head)clusters:\n- {name: c, cluster: {\(cluster)}}\nusers:\n- {name: u, user: {\(user)}}\n"
        return try Kubeconfig(text, at: "/etc/kube/config").configuration(context: context)
    }

    @Test func `A token and an authority in the file`() throws {
        let authority = Data("PEM".utf8).base64EncodedString()
        let found = try self.load(
            "server: 'https://10.0.0.1:6443/', certificate-authority-data: \(authority), tls-server-name: kube",
            "token: abc"
        )
        #expect(found.server == "https://10.0.0.1:6443")
        #expect(found.trust == .pem("PEM"))
        #expect(found.serverName == "kube")
        #expect(found.namespace == "shop")
        guard case .token(let token) = found.credentials else {
            Issue.record("no token")
            return
        }
        #expect(token.reveal() == "abc")
    }

    @Test func `A client certificate, and a user that is left out`() throws {
        let pem = Data("C".utf8).base64EncodedString()
        let user = "client-certificate-data: \(pem), client-key-data: \(pem)"
        guard case .certificate(chain: "C", _) = try self.load("server: 'https://a'", user).credentials else {
            Issue.record("no certificate")
            return
        }
        guard case .none = try self.load("server: 'https://a'", user, context: "bare").credentials else {
            Issue.record("someone")
            return
        }
    }

    @Test func `Files that it names lie beside it`() throws {
        guard case .tokenFile("/etc/kube/tok") = try self.load("server: 'https://a'", "tokenFile: tok").credentials
        else {
            Issue.record("elsewhere")
            return
        }
    }

    @Test(arguments: [
        ("server: 'http://10.0.0.1'", "token: a", nil, "is not https://"),
        ("server: 'https://a', insecure-skip-tls-verify: true", "token: a", nil, "insecure-skip-tls-verify"),
        ("server: 'https://a'", "exec: {command: aws}", nil, "another program or a password"),
        ("server: 'https://a'", "client-certificate-data: Qw==", nil, "no client-key"),
        ("server: 'https://a', certificate-authority-data: '%'", "token: a", nil, "no base64"),
        ("server: 'https://a', certificate-authority: none.pem", "token: a", nil, "none.pem cannot be read"),
        ("server: 'https://a'", "token: a", "lost", "clusters has none named nowhere"),
        ("server: 'https://a'", "token: a", "other", "contexts has none named other"),
        ("server: [1]", "token: a", nil, "clusters[0].cluster.server"),
    ])
    func `What cannot be used says why`(cluster: String, user: String, context: String?, reason: String) {
        do {
            _ = try self.load(cluster, user, context: context)
            Issue.record("it was taken")
        } catch {
            #expect("\(error)".contains(reason), "\(error)")
        }
    }

    @Test func `Neither file nor surroundings: nothing is guessed`() {
        #expect(throws: ClusterConfigurationError.self) {
            try ClusterConfiguration.find(kubeconfig: nil, environment: [:])
        }
    }

    @Test func `A pod is told by its surroundings`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sa-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in [("token", "t1\n"), ("ca.crt", "PEM"), ("namespace", "ops\n")] {
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }
        let surroundings = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
        let found = try #require(try ClusterConfiguration.inCluster(environment: surroundings, folder: folder))
        #expect(found.server == "https://[fd00::1]:443")
        #expect(found.namespace == "ops")
        let tokens = BearerTokens(file: "\(folder)/token")
        let now = ContinuousClock.now
        #expect(try tokens.token(now: now).reveal() == "t1")
        try "t2".write(toFile: "\(folder)/token", atomically: true, encoding: .utf8)
        #expect(try tokens.token(now: now + .seconds(59)).reveal() == "t1")
        #expect(try tokens.token(now: now + .seconds(60)).reveal() == "t2")
        try "t3".write(toFile: "\(folder)/token", atomically: true, encoding: .utf8)
        tokens.forget()
        #expect(try tokens.token(now: now + .seconds(61)).reveal() == "t3")
    }
}
