import Control
import Edge
import EdgeTestSupport
import Foundation
import JSON
import NIOConcurrencyHelpers
import SSHGateway
import SSHKeys
import TestSupport
import Testing

/// An edge with an SSH listener, and what OpenSSH's client needs to come to it: keys, and the edge's host key.
struct TestSSH: Sendable {
    let edge: TestEdge
    let api: TestAPI
    let folder: URL
    let port: UInt16

    static func with(
        hostKey: SSHHostKey? = nil,
        _ change: (inout TestEdge.Setup) throws -> Void = { _ in },
        _ body: @escaping @Sendable (TestSSH) async throws -> Void
    ) async throws {
        let hostKey = try hostKey ?? SSHHostKey()
        try await TestEdge.with { setup in
            setup.edge.ssh = [.init(host: "127.0.0.1", port: 0)]
            setup.edge.sshGateway.hostKeys = [hostKey.text]
            try change(&setup)
        } _: { edge in
            let folder = FileManager.default.temporaryDirectory.appending(path: "ssh-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let port = try #require(edge.ports.ssh.first)
            let known = "[127.0.0.1]:\(port) \(hostKey.publicKey.line)\n"
            try known.write(to: folder.appending(path: "known_hosts"), atomically: true, encoding: .utf8)
            try await edge.withAPI { api in
                try await body(TestSSH(edge: edge, api: api, folder: folder, port: port))
            }
        }
    }

    /// Makes a key, and registers it with the account.
    @discardableResult
    func makeKey(
        _ name: String,
        rules: [String] = [],
        registers: Bool = true,
        type: String = "ed25519"
    ) async throws -> String {
        let path = self.folder.appending(path: name).path
        let made = try await Self.run("/usr/bin/ssh-keygen", ["-q", "-t", type, "-N", "", "-f", path])
        try #require(made == 0)
        guard registers else { return "" }
        let line = try String(contentsOfFile: "\(path).pub", encoding: .utf8)
        let answer = try await self.api.call(
            "POST",
            "/ssh_credentials",
            ["public_key": .string(line), "acl": .array(rules.map(JSONValue.string))]
        )
        try #require(answer.status == 201, "\(answer)")
        return answer.text("id")
    }

    private static func run(_ program: String, _ arguments: [String]) async throws -> Int32 {
        let (ends, end) = AsyncStream.makeStream(of: Int32.self)
        let output = FileHandle.standardError
        let running = try ChildProgram(program, arguments, output: output, errors: output) { end.yield($0) }
        defer { withExtendedLifetime(running) {} }
        return await ends.first { _ in true } ?? -1
    }

    /// Starts OpenSSH's client, with options beside those that every client here has, and a key that was made.
    func connect(
        _ arguments: [String] = [],
        key: String? = "key",
        user: String? = "v2",
        batch: Bool = true,
        environment: [String: String] = [:],
        _ command: String? = "http"
    ) throws -> SSHClient {
        var all = [
            "-F", "none", "-p", "\(self.port)", "-o", "StrictHostKeyChecking=yes", "-o", "IdentitiesOnly=yes",
            "-o", "UserKnownHostsFile=\(self.folder.path)/known_hosts", "-o", "IdentityAgent=none",
            "-o", "BatchMode=\(batch ? "yes" : "no")",
        ]
        if let key {
            all += ["-i", "\(self.folder.path)/\(key)"]
        } else {
            all += ["-o", "PubkeyAuthentication=no"]
        }
        all += arguments + ["\(user.map { "\($0)@" } ?? "")127.0.0.1"]
        if let command { all.append(command) }
        return try SSHClient(all, environment)
    }
}
