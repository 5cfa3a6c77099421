private import Foundation
private import NIOConcurrencyHelpers
private import TestSupport

/// A PostgreSQL server of its own (`scripts/postgres.sh`), which can be stopped, killed and started again.
///
/// It ends with this process, however that ends.
package final class TestPostgres: Sendable {
    /// `postgres://…`, without a password.
    package let url: String
    private let process: Process
    private let talk: Talk

    /// One that all tests share which leave it alone; each makes schemas of its own there.
    package static var shared: TestPostgres {
        get async throws { try await Self.started.value }
    }

    private static let started = Task { try await TestPostgres.start() }

    private init(url: String, _ process: Process, _ talk: Talk) {
        self.url = url
        self.process = process
        self.talk = talk
    }

    /// - Throws: `TestPostgresError`, with what the script says, when PostgreSQL cannot be started.
    package static func start() async throws -> TestPostgres {
        let process = Process()
        process.executableURL = SharedMaterial.packageRoot.appending(path: "scripts/postgres.sh")
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let answers = LineReader(output.fileHandleForReading)
        guard let url = await answers.next() else {
            throw TestPostgresError(what: "PostgreSQL cannot be started; what scripts/postgres.sh said is above")
        }
        return TestPostgres(url: url, process, Talk(input.fileHandleForWriting, answers))
    }

    /// Runs `body` with a server of its own, which is gone afterwards.
    package static func withServer(_ body: (TestPostgres) async throws -> Void) async throws {
        let server = try await Self.start()
        do {
            try await body(server)
        } catch {
            await server.end()
            throw error
        }
        await server.end()
    }

    /// Runs `body` with the URL of a new database on the server that tests share.
    package static func withDatabase(_ body: (String) async throws -> Void) async throws {
        let server = try await Self.shared
        let name = "db\(UInt64.random(in: .min ... .max))"
        try await server.tell("database \(name)")
        try await body(server.url.replacing("/postgres?", with: "/\(name)?"))
    }

    /// Ends the server, cutting what is under way.
    package func stop() async throws { try await self.tell("stop") }

    /// Ends all of its processes as a crash would.
    package func kill() async throws { try await self.tell("kill") }

    package func restart() async throws { try await self.tell("start") }

    private func end() async { await self.talk.end() }

    private func tell(_ command: String) async throws {
        guard await self.talk.ask(command) == "done" else {
            throw TestPostgresError(what: "the server did not \(command)")
        }
    }
}

package struct TestPostgresError: Error, CustomStringConvertible {
    let what: String

    package var description: String { self.what }
}

/// Commands to the script and its answers, one after the other.
private actor Talk {
    private let commands: FileHandle
    private let answers: LineReader
    private var last: Task<String?, Never>?

    init(_ commands: FileHandle, _ answers: LineReader) {
        self.commands = commands
        self.answers = answers
    }

    /// nil when the script has ended.
    func ask(_ command: String) async -> String? {
        let (before, commands, answers) = (self.last, self.commands, self.answers)
        let task = Task {
            _ = await before?.value
            // The script has ended, and gives no answer then.
            try? commands.write(contentsOf: Data("\(command)\n".utf8))
            return await answers.next()
        }
        self.last = task
        return await task.value
    }

    func end() async {
        _ = await self.last?.value
        // Closed already when the script has ended.
        try? self.commands.close()
        while await self.answers.next() != nil {}
    }
}

/// The lines of a pipe, read on a thread that may block.
private final class LineReader: Sendable {
    private let handle: FileHandle
    private let buffer = NIOLockedValueBox<[UInt8]>([])

    init(_ handle: FileHandle) {
        self.handle = handle
    }

    /// nil at the end.
    func next() async -> String? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.read()) }
        }
    }

    private func read() -> String? {
        while true {
            let line: String? = self.buffer.withLockedValue { buffer in
                guard let end = buffer.firstIndex(of: 0x0A) else { return nil }
                defer { buffer.removeSubrange(...end) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            if let line { return line }
            let more = self.handle.availableData
            guard !more.isEmpty else { return nil }
            self.buffer.withLockedValue { $0 += more }
        }
    }
}
