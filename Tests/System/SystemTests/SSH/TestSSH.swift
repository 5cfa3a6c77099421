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

    /// The end of a client is not noticed while another one runs; why is not known.
    static var waitsForTwo: ConditionTrait { .disabled("two clients at once are waited for without an end") }

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
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                continuation.resume(throwing: error)
            }
        }
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

/// A running client: what it says, and how it ends.
final class SSHClient: Sendable {
    private struct State {
        var text = ""
        var status: Int32?
        var waiting: [(text: String, continuation: CheckedContinuation<Bool, Never>)] = []
        var atEnd: [CheckedContinuation<Int32, Never>] = []
        var open = 2
    }

    private let process: NIOLockedValueBox<Process>
    private let state = NIOLockedValueBox(State())

    /// Said on both its outputs.
    var text: String { self.state.withLockedValue { $0.text } }

    fileprivate init(_ arguments: [String], _ environment: [String: String]) throws {
        // A shell that starts the tests in the background has them ignore it, and the client would inherit that.
        signal(SIGINT, SIG_DFL)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/ssh")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let pipes = [Pipe(), Pipe()]
        for handle in pipes.flatMap({ [$0.fileHandleForReading, $0.fileHandleForWriting] }) {
            // Else other clients that start meanwhile would hold it open.
            _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
        }
        process.standardOutput = pipes[0]
        process.standardError = pipes[1]
        self.process = NIOLockedValueBox(process)
        process.terminationHandler = { [weak self] in self?.ended($0.terminationStatus) }
        try TestSignals.unblocked { try process.run() }
        for pipe in pipes {
            let handle = pipe.fileHandleForReading
            Thread.detachNewThread { [weak self] in
                // What there is; a read of a number of bytes would wait for all of them.
                while true {
                    let data = handle.availableData
                    guard !data.isEmpty else { break }
                    self?.heard(String(decoding: data, as: UTF8.self))
                }
                self?.heardAll()
            }
        }
    }

    deinit { self.stop() }

    /// As Ctrl-C does it to a client without a terminal of the edge's.
    func interrupt() { self.process.withLockedValue { if $0.isRunning { $0.interrupt() } } }

    func stop() { self.process.withLockedValue { if $0.isRunning { $0.terminate() } } }

    private func heard(_ text: String) {
        let met = self.state.withLockedValue { state in
            state.text += text
            let met = state.waiting.filter { state.text.contains($0.text) }
            state.waiting.removeAll { state.text.contains($0.text) }
            return met
        }
        for waiter in met { waiter.continuation.resume(returning: true) }
    }

    private func heardAll() { self.finishIfOver { $0.open -= 1 } }

    private func ended(_ status: Int32) { self.finishIfOver { $0.status = status } }

    private func finishIfOver(_ change: (inout State) -> Void) {
        let over = self.state.withLockedValue { state -> (Int32, State)? in
            change(&state)
            guard let status = state.status, state.open == 0 else { return nil }
            defer { (state.waiting, state.atEnd) = ([], []) }
            return (status, state)
        }
        guard let (status, state) = over else { return }
        for waiter in state.waiting { waiter.continuation.resume(returning: false) }
        for waiter in state.atEnd { waiter.resume(returning: status) }
    }

    /// Waits until it has said this.
    func wait(for text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let isSaid = await withCheckedContinuation { continuation in
            let answer: Bool? = self.state.withLockedValue { state in
                if state.text.contains(text) { return true }
                if state.status != nil, state.open == 0 { return false }
                state.waiting.append((text, continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
        try #require(isSaid, "the client ended without \(text): \(self.text)", sourceLocation: sourceLocation)
    }

    /// Waits for its end.
    func status() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status: Int32? = self.state.withLockedValue { state in
                if let status = state.status, state.open == 0 { return status }
                state.atEnd.append(continuation)
                return nil
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    /// The host of the endpoint's URL, when it is online.
    func host() async throws -> String {
        let url = try await self.url()
        return String(url.split(separator: "/")[1].split(separator: ":")[0])
    }

    func url() async throws -> String {
        try await self.wait(for: "URL       ")
        try await self.wait(for: "\n")
        let line = self.text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("URL") }
        return String(try #require(line).split(separator: " ")[1])
    }
}
