import Control
import Edge
import EdgeTestSupport
import Foundation
import JSON
import Model
import SSHGateway
import Testing

/// What OpenSSH's client shows where something is wrong.
@Suite(.timeLimit(.minutes(5))) struct SSHFailureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let code: ErrorCode
        var options = ["-R", "0:127.0.0.1:9"]
        var user: String? = "v2"
        var command: String? = "http"

        var testDescription: String { "\(self.code.name) \(self.command ?? "")" }
    }

    @Test(arguments: [
        Case(code: .sshForwardRepeated, options: ["-R", "0:127.0.0.1:9", "-R", "80:127.0.0.1:9"]),
        Case(code: .sshVersionUnknown, user: "v1"), Case(code: .sshVersionUnknown, user: "v3"),
        Case(code: .sshCommandMissing, command: nil), Case(code: .sshCommandUnknown, command: "ftp"),
        Case(code: .sshFlagUnsupported, command: "http --inspect"),
        Case(code: .sshCommandUnreadable, command: "http --name 'x"),
        Case(code: .sshSessionMissing, options: ["-N", "-R", "0:127.0.0.1:9"], command: nil),
        Case(code: .sshForwardMissing, options: []),
        Case(code: .sshPortOfCommand, options: ["-R", "8080:127.0.0.1:9"]),
        Case(code: .sshAddressTwice, options: ["-R", "edge.test:20001:127.0.0.1:9"], command: "tcp --remote-addr a:1"),
        Case(code: .sshPortWithAddressFlag, options: ["-R", "20001:127.0.0.1:9"], command: "tcp --remote-addr a:1"),
        Case(code: .sshPortCustom, options: ["-R", "20001:127.0.0.1:9"], command: "tcp"),
        Case(code: .sshPortMissing, options: ["-R", "edge.test:0:127.0.0.1:9"], command: "tcp"),
        Case(code: .sshHostTwice, options: ["-R", "a.edge.test:443:127.0.0.1:9"], command: "http --domain b.test"),
        Case(code: .sshSubdomainTwice, options: ["-R", "a.edge.test:443:127.0.0.1:9"], command: "http --subdomain b"),
        Case(code: .sshHostAndSubdomain, command: "http --domain a.edge.test --subdomain b"),
        Case(code: .sshProxyVersion, command: "http --proxy-proto 3"),
        Case(code: .hostNotReserved, options: ["-R", "a.other.test:443:127.0.0.1:9"]),
        Case(code: .policyDocument, command: "http --traffic-policy nonsense"),
    ]) func `A client that asks for what there is not is told the code, and fails`(wrong: Case) async throws {
        try await TestSSH.with { setup in
            setup.edge.sshGateway.setupMilliseconds = 1_000
            setup.control.requiresReservations = true
            setup.control.tcpPorts = 20_000...20_010
        } _: { ssh in
            try await ssh.makeKey("key")
            let client = try ssh.connect(wrong.options, user: wrong.user, wrong.command)
            #expect(await client.status() != 0)
            #expect(client.text.contains("\(wrong.code.name):"), "\(client.text)")
        }
    }

    @Test func `A key that is not registered is told so, and one that is serves behind it`() async throws {
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key", registers: false)
            try await ssh.makeKey("known", type: "ecdsa")
            let unknown = try ssh.connect(["-R", "0:127.0.0.1:9"])
            #expect(await unknown.status() == 255)
            #expect(unknown.text.contains("ERR_PORTICO_1102: The key SHA256:"), "\(unknown.text)")
            let known = try ssh.connect(["-R", "0:127.0.0.1:9", "-i", "\(ssh.folder.path)/known"])
            _ = try await known.url()
        }
    }

    @Test func `Too many keys end the connection`() async throws {
        try await TestSSH.with { ssh in
            var options = ["-R", "0:127.0.0.1:9"]
            for number in 0..<8 {
                try await ssh.makeKey("key\(number)", registers: false)
                options += ["-i", "\(ssh.folder.path)/key\(number)"]
            }
            let client = try ssh.connect(options, key: "key0")
            #expect(await client.status() == 255)
            #expect(client.text.contains("ERR_PORTICO_1101:"), "\(client.text)")
        }
    }

    /// What enters `text` where OpenSSH asks for something.
    private func asking(_ ssh: TestSSH, _ text: String) throws -> [String: String] {
        let program = ssh.folder.appending(path: "ask-\(UUID().uuidString)")
        try "#!/bin/sh\necho '\(text)'\n".write(to: program, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.path)
        return ["SSH_ASKPASS": program.path, "SSH_ASKPASS_REQUIRE": "force"]
    }

    @Test(arguments: ["keyboard-interactive", "password"])
    func `An authtoken is a credential, as an answer and as a password`(method: String) async throws {
        try await TestSSH.with { ssh in
            let client = try ssh.connect(
                ["-R", "0:127.0.0.1:9", "-o", "PreferredAuthentications=\(method)"],
                key: nil,
                batch: false,
                environment: try self.asking(ssh, ssh.edge.authtoken)
            )
            _ = try await client.url()
        }
    }

    @Test func `Who has no key is told so where the authtoken is asked for, and a wrong one is refused`() async throws {
        try await TestSSH.with { ssh in
            let client = try ssh.connect(
                ["-R", "0:127.0.0.1:9"],
                key: nil,
                batch: false,
                environment: try self.asking(ssh, "no token")
            )
            #expect(await client.status() == 255)
            #expect(client.text.contains("ERR_PORTICO_1100:"), "\(client.text)")
            #expect(client.text.contains("ERR_PORTICO_105:"), "\(client.text)")
        }
    }

    @Test func `A second session over one connection is told so, and the first goes on`() async throws {
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key")
            let path = "\(ssh.folder.path)/control"
            let first = try ssh.connect(["-R", "0:127.0.0.1:9", "-M", "-S", path])
            _ = try await first.url()
            let second = try ssh.connect(["-S", path], "http")
            #expect(await second.status() == 1)
            #expect(second.text.contains("ERR_PORTICO_1104:"), "\(second.text)")
            #expect(try await ssh.api.call("GET", "/tunnel_sessions").object["tunnel_sessions"]?.array?.count == 1)
        }
    }

    @Test func `A key's rules say what it may bind`() async throws {
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key", rules: ["bind:mine.edge.test"])
            let other = try ssh.connect(["-R", "other.edge.test:443:127.0.0.1:9"])
            #expect(await other.status() == 1)
            #expect(other.text.contains("ERR_PORTICO_316:"), "\(other.text)")
            let mine = try ssh.connect(["-R", "mine.edge.test:443:127.0.0.1:9"])
            #expect(try await mine.host() == "mine.edge.test")
        }
    }

    @Test func `A session is shown as one over SSH, can be stopped, and neither restarted nor updated`() async throws {
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key")
            let client = try ssh.connect(["-R", "0:127.0.0.1:9"])
            _ = try await client.url()
            let list = try await ssh.api.call("GET", "/tunnel_sessions").object["tunnel_sessions"]?.array
            let session = try #require(list?.first?.object)
            #expect(session["transport"]?.string == "ssh")
            #expect(session["agent_version"]?.string?.hasPrefix("OpenSSH_") == true)
            let path = "/tunnel_sessions/\(session["id"]?.string ?? "")"
            #expect(try await ssh.api.call("POST", "\(path)/restart").code == 1122)
            #expect(try await ssh.api.call("POST", "\(path)/update").code == 1121)
            #expect(try await ssh.api.call("POST", "\(path)/stop").status == 200)
            #expect(await client.status() == 0)
        }
    }

    @Test func `A key that is taken away ends its session`() async throws {
        try await TestSSH.with { ssh in
            let id = try await ssh.makeKey("key")
            let client = try ssh.connect(["-R", "0:127.0.0.1:9"])
            _ = try await client.url()
            #expect(try await ssh.api.call("DELETE", "/ssh_credentials/\(id)").status == 204)
            #expect(await client.status() == 1)
            #expect(client.text.contains("ERR_PORTICO_1102:"), "\(client.text)")
        }
    }
}
