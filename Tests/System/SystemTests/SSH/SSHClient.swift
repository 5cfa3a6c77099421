import Foundation
import NIOConcurrencyHelpers
import TestSupport
import Testing

/// A running client: what it says, and how it ends.
final class SSHClient: Sendable {
    private struct State {
        var text = ""
        var status: Int32?
        var waiting: [(text: String, continuation: CheckedContinuation<Bool, Never>)] = []
        var atEnd: [CheckedContinuation<Int32, Never>] = []
        var open = 2
    }

    private let program: ChildProgram
    private let state: NIOLockedValueBox<State>

    /// Said on both its outputs.
    var text: String { self.state.withLockedValue { $0.text } }

    init(_ arguments: [String], _ environment: [String: String]) throws {
        let state = NIOLockedValueBox(State())
        let pipes = [Pipe(), Pipe()]
        self.state = state
        self.program = try ChildProgram(
            "/usr/bin/ssh",
            arguments,
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
            output: pipes[0].fileHandleForWriting,
            errors: pipes[1].fileHandleForWriting
        ) { status in
            Self.finishIfOver(state) { $0.status = status }
        }
        for pipe in pipes {
            try pipe.fileHandleForWriting.close()
            let handle = pipe.fileHandleForReading
            Thread.detachNewThread {
                // What there is; a read of a number of bytes would wait for all of them.
                while true {
                    let data = handle.availableData
                    guard !data.isEmpty else { break }
                    Self.heard(String(decoding: data, as: UTF8.self), state)
                }
                Self.finishIfOver(state) { $0.open -= 1 }
            }
        }
    }

    deinit { self.stop() }

    /// As Ctrl-C does it to a client without a terminal of the edge's.
    func interrupt() { self.program.send(SIGINT) }

    func stop() { self.program.send(SIGTERM) }

    private static func heard(_ text: String, _ box: NIOLockedValueBox<State>) {
        let met = box.withLockedValue { state in
            state.text += text
            let met = state.waiting.filter { state.text.contains($0.text) }
            state.waiting.removeAll { state.text.contains($0.text) }
            return met
        }
        for waiter in met { waiter.continuation.resume(returning: true) }
    }

    private static func finishIfOver(_ box: NIOLockedValueBox<State>, _ change: (inout State) -> Void) {
        let over = box.withLockedValue { state -> (Int32, State)? in
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
