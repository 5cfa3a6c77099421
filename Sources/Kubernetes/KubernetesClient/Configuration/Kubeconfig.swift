import Foundation
import Model
import Yams

/// A file that names clusters and who asks them, as `kubectl` writes it.
package struct Kubeconfig: Sendable {
    private let file: File
    private let path: String

    /// The file at a path; of several with `:` between them, as `KUBECONFIG` may have, the first.
    package static func load(_ path: String) throws(ClusterConfigurationError) -> Kubeconfig {
        let path = path.split(separator: ":").first.map(String.init) ?? path
        return try Kubeconfig(SmallFile.text(at: path), at: path)
    }

    /// - Parameters:
    ///   - text: YAML.
    ///   - path: where it lies; files that it names lie beside it.
    /// - Throws: where it is no YAML, or not of that form.
    package init(_ text: String, at path: String) throws(ClusterConfigurationError) {
        self.path = path
        do {
            self.file = try YAMLDecoder().decode(File.self, from: text)
        } catch let error as DecodingError {
            throw ClusterConfigurationError("\(path): \(error.place)")
        } catch {
            throw ClusterConfigurationError("\(path) is no YAML: \(error)")
        }
    }

    /// What the context says; the file's current one for nil.
    package func configuration(context name: String? = nil) throws(ClusterConfigurationError) -> ClusterConfiguration {
        guard let name = name ?? self.file.currentContext, !name.isEmpty else {
            throw self.wrong("current-context is missing")
        }
        let context = try self.find(name, in: self.file.contexts, "contexts").context
        let cluster = try self.find(context.cluster, in: self.file.clusters, "clusters").cluster
        guard cluster.server.hasPrefix("https://") || cluster.server.hasPrefix("http://127.0.0.1") else {
            throw self.wrong("the server \(cluster.server) of the cluster \(context.cluster) is not https://")
        }
        guard cluster.insecure != true else {
            throw self.wrong(
                "the cluster \(context.cluster) has insecure-skip-tls-verify: give its certificate-authority"
            )
        }
        let trust = try self.material(cluster.authority, cluster.authorityData, "certificate-authority")
        var configuration = ClusterConfiguration(
            server: cluster.server,
            trust: trust.map { .pem($0) } ?? .system,
            credentials: try context.user.map { name throws(ClusterConfigurationError) in
                try self.credentials(of: self.find(name, in: self.file.users, "users").user, name)
            } ?? .none
        )
        configuration.serverName = cluster.serverName
        configuration.namespace = context.namespace ?? "default"
        return configuration
    }

    private func credentials(
        of user: User,
        _ name: String
    ) throws(ClusterConfigurationError) -> ClusterConfiguration.Credentials {
        if let token = user.token { return .token(Secret(token)) }
        if let path = user.tokenFile { return .tokenFile(self.beside(path)) }
        if let chain = try self.material(user.certificate, user.certificateData, "client-certificate") {
            guard let key = try self.material(user.key, user.keyData, "client-key") else {
                throw self.wrong("the user \(name) has a client-certificate and no client-key")
            }
            return .certificate(chain: chain, key: Secret(key))
        }
        guard user.exec == nil, user.authProvider == nil, user.username == nil else {
            throw self.wrong(
                "the user \(name) signs in by another program or a password; use a token, a tokenFile or a client-certificate"
            )
        }
        return .none
    }

    /// A text that stands in the file, in base64, or in another one.
    private func material(
        _ path: String?,
        _ data: String?,
        _ what: String
    ) throws(ClusterConfigurationError) -> String? {
        if let data, !data.isEmpty {
            guard let bytes = Data(base64Encoded: data), let text = String(validating: bytes, as: UTF8.self) else {
                throw self.wrong("\(what)-data is no base64 of PEM")
            }
            return text
        }
        guard let path, !path.isEmpty else { return nil }
        return try SmallFile.text(at: self.beside(path))
    }

    private func beside(_ path: String) -> String {
        path.hasPrefix("/") ? path : URL(filePath: self.path).deletingLastPathComponent().appending(path: path).path
    }

    private func find<Entry: NamedEntry>(
        _ name: String,
        in entries: [Entry]?,
        _ list: String
    ) throws(ClusterConfigurationError) -> Entry {
        guard let entry = entries?.first(where: { $0.name == name }) else {
            throw self.wrong("\(list) has none named \(name)")
        }
        return entry
    }

    private func wrong(_ reason: String) -> ClusterConfigurationError {
        ClusterConfigurationError("\(self.path): \(reason)")
    }
}

private protocol NamedEntry {
    var name: String { get }
}

extension Kubeconfig {
    fileprivate struct File: Decodable {
        let clusters: [ClusterEntry]?
        let users: [UserEntry]?
        let contexts: [ContextEntry]?
        let currentContext: String?

        enum CodingKeys: String, CodingKey {
            case clusters, users, contexts
            case currentContext = "current-context"
        }
    }

    fileprivate struct ClusterEntry: Decodable, NamedEntry {
        let name: String
        let cluster: Cluster
    }

    fileprivate struct UserEntry: Decodable, NamedEntry {
        let name: String
        let user: User
    }

    fileprivate struct ContextEntry: Decodable, NamedEntry {
        let name: String
        let context: Context
    }

    fileprivate struct Context: Decodable {
        let cluster: String
        let user: String?
        let namespace: String?
    }

    fileprivate struct Cluster: Decodable {
        let server: String
        let authority: String?
        let authorityData: String?
        let insecure: Bool?
        let serverName: String?

        enum CodingKeys: String, CodingKey {
            case server
            case authority = "certificate-authority"
            case authorityData = "certificate-authority-data"
            case insecure = "insecure-skip-tls-verify"
            case serverName = "tls-server-name"
        }
    }

    fileprivate struct User: Decodable {
        let token: String?
        let tokenFile: String?
        let certificate: String?
        let certificateData: String?
        let key: String?
        let keyData: String?
        let username: String?
        let exec: Present?
        let authProvider: Present?

        enum CodingKeys: String, CodingKey {
            case token, tokenFile, username, exec
            case certificate = "client-certificate"
            case certificateData = "client-certificate-data"
            case key = "client-key"
            case keyData = "client-key-data"
            case authProvider = "auth-provider"
        }
    }

    /// A member that is there, whatever is in it.
    fileprivate struct Present: Decodable {
        init(from decoder: any Decoder) {}
    }
}
