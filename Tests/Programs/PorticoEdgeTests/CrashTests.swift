import Foundation
import Synchronization
import TestDatabase
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// The edge is killed while clients of its API write, again and again.
@Suite(.timeLimit(.minutes(20)))
struct CrashTests {
    /// `PORTICO_CRASH_ROUNDS` says how many; else 200 in full counts, a few without.
    private static let rounds: Int = {
        let environment = ProcessInfo.processInfo.environment
        if let rounds = environment["PORTICO_CRASH_ROUNDS"].flatMap(Int.init) { return rounds }
        return environment["PORTICO_FULL_COUNTS"] == "1" ? 200 : 3
    }()
    private static let writers = 4

    @Test func `No write that was acknowledged is lost: SQLite`() async throws {
        try await withTemporaryFolder { folder in
            try await Self.crash(["--data-dir", "\(folder)/data"], folder: folder)
        }
    }

    @Test func `No write that was acknowledged is lost: PostgreSQL`() async throws {
        try await withTemporaryFolder { folder in
            try await TestPostgres.withDatabase { url in
                try await Self.crash(["--data-dir", "\(folder)/data", "--store", url], folder: folder)
            }
        }
    }

    private static func crash(_ arguments: [String], folder: String) async throws {
        try #require(try await RunningProgram.run(["init"] + arguments).status == 0)
        _ = try await RunningProgram.run(["api-key", "create", "--api-key-file", "\(folder)/key"] + arguments)
        let key = try String(contentsOfFile: "\(folder)/key", encoding: .utf8)
        let ports = try await Loopback.freePorts(3)
        let caller = APICaller(port: ports[2], key: String(key.dropLast()))
        let serve =
            ["serve", "--threads", "1", "--tcp-address", "127.0.0.1", "--limits-api-calls", "1000000"]
            + ["--listeners-management", "none", "--listeners-http", "none", "--listeners-dashboard", "none"]
            + zip(["https", "agents", "api"], ports).flatMap { ["--listeners-\($0)", "127.0.0.1:\($1)"] } + arguments

        let ledger = WriteLedger()
        var random = SeededGenerator(seed: 230)
        for round in 0..<Self.rounds {
            let program = try await RunningProgram(serve)
            defer { program.send(SIGKILL) }
            try await program.writes("api ")
            try await Self.check(ledger, caller, round)
            // A few after the last check, so that it is never the same moment.
            let fatal = ledger.count + Int.random(in: 1...60, using: &random)
            await withTaskGroup(of: Void.self) { group in
                for writer in 0..<Self.writers {
                    group.addTask {
                        await caller.write("\(round)-\(writer)", ledger)
                        ledger.giveUp()
                    }
                }
                await ledger.reaches(fatal)
                program.send(SIGKILL)
                await group.waitForAll()
            }
            #expect(await program.outcome().status == -SIGKILL)
            #expect(ledger.count >= fatal, "writers ended before the edge")
        }
        let program = try await RunningProgram(serve)
        defer { program.send(SIGKILL) }
        try await program.writes("api ")
        try await Self.check(ledger, caller, Self.rounds)
        try await Self.checkAll(ledger, caller)
        program.send(SIGTERM)
        #expect(await program.outcome().status == 0)
    }

    /// Each resource is as the last acknowledged write left it, or as the one that was under way would have.
    private static func check(_ ledger: WriteLedger, _ caller: APICaller, _ round: Int) async throws {
        for (id, fate) in ledger.takeFates() {
            let found = try await caller.state(of: id)
            #expect(
                found == fate.acknowledged || found == fate.pending,
                "round \(round): \(id) is \(found), acknowledged as \(fate.acknowledged)"
            )
            ledger.settle(id, found)
        }
    }

    /// What was there after its own crash is there after all later ones.
    private static func checkAll(_ ledger: WriteLedger, _ caller: APICaller) async throws {
        let settled = ledger.settled
        #expect(settled.count >= Self.rounds)
        let lost = try await withThrowingTaskGroup(of: [String].self) { group in
            for start in 0..<Self.writers {
                group.addTask {
                    var lost: [String] = []
                    for index in stride(from: start, to: settled.count, by: Self.writers) {
                        let found = try await caller.state(of: settled[index].id)
                        if found != settled[index].state { lost.append(settled[index].id) }
                    }
                    return lost
                }
            }
            return try await group.reduce([]) { $0 + $1 }
        }
        #expect(lost.isEmpty, "lost later on: \(lost)")
    }
}

/// What a resource may be found to be.
private enum State: Equatable, Sendable {
    case metadata(String)
    case gone
}

/// What clients were told of their writes.
private final class WriteLedger: Sendable {
    struct Fate {
        var acknowledged: State
        /// What a write that was not answered would make of it.
        var pending: State?
    }

    private struct Book {
        var fates: [String: Fate] = [:]
        var settled: [(id: String, state: State)] = []
        var count = 0
        var waiting: (count: Int, continuation: CheckedContinuation<Void, Never>)?
    }

    private let book = Mutex(Book())

    /// How many writes were acknowledged.
    var count: Int { self.book.withLock { $0.count } }

    func begin(_ id: String, _ state: State) {
        self.book.withLock { $0.fates[id]?.pending = state }
    }

    func acknowledge(_ id: String, _ state: State) {
        let continuation = self.book.withLock { book in
            book.fates[id] = Fate(acknowledged: state)
            book.count += 1
            guard let waiting = book.waiting, book.count >= waiting.count else {
                return CheckedContinuation<Void, Never>?.none
            }
            book.waiting = nil
            return waiting.continuation
        }
        continuation?.resume()
    }

    /// Returns when so many writes were acknowledged.
    func reaches(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = self.book.withLock { book in
                guard book.count < count else { return true }
                book.waiting = (count, continuation)
                return false
            }
            if isReached { continuation.resume() }
        }
    }

    /// Lets who waits go on, whatever was acknowledged.
    func giveUp() {
        let waiting = self.book.withLock { book in
            defer { book.waiting = nil }
            return book.waiting
        }
        waiting?.continuation.resume()
    }

    /// Notes what a resource was found to be.
    func settle(_ id: String, _ state: State) {
        self.book.withLock { $0.settled.append((id, state)) }
    }

    /// All that was ever written, as it was found after its round.
    var settled: [(id: String, state: State)] { self.book.withLock { $0.settled } }

    /// What was written since the last call.
    func takeFates() -> [String: Fate] {
        self.book.withLock { book in
            defer { book.fates = [:] }
            return book.fates
        }
    }
}

/// A client of the API that writes until nobody answers.
private struct APICaller: Sendable {
    let port: Int
    let key: String

    func write(_ name: String, _ ledger: WriteLedger) async {
        var number = 0
        while true {
            number += 1
            let first = "\(name)-\(number)"
            guard let made = try? await self.call("POST", "/ip_policies", #"{"metadata":"\#(first)"}"#),
                let id = made.id
            else { return }
            ledger.acknowledge(id, .metadata(first))
            ledger.begin(id, .metadata("\(first)-changed"))
            let body = #"{"metadata":"\#(first)-changed"}"#
            guard let changed = try? await self.call("PATCH", "/ip_policies/\(id)", body), changed.status == 200
            else { return }
            ledger.acknowledge(id, .metadata("\(first)-changed"))
            guard number.isMultiple(of: 2) else { continue }
            ledger.begin(id, .gone)
            guard let gone = try? await self.call("DELETE", "/ip_policies/\(id)"), gone.status == 204 else { return }
            ledger.acknowledge(id, .gone)
        }
    }

    func state(of id: String) async throws -> State {
        let answer = try await self.call("GET", "/ip_policies/\(id)")
        if answer.status == 404 { return .gone }
        try #require(answer.status == 200, "\(answer.text)")
        return .metadata(try #require(answer.member("metadata")))
    }

    private struct Answer {
        let text: String

        var status: Int { self.text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) } ?? 0 }
        var id: String? { self.status == 201 ? self.member("id") : nil }

        /// A text of the body, which has no escapes here.
        func member(_ name: String) -> String? {
            guard let start = self.text.range(of: "\"\(name)\":\"")?.upperBound else { return nil }
            return String(self.text[start...].prefix { $0 != "\"" })
        }
    }

    private func call(_ method: String, _ path: String, _ body: String = "") async throws -> Answer {
        var head = ["\(method) \(path) HTTP/1.1", "host: localhost", "authorization: Bearer \(self.key)"]
        head += ["ngrok-version: 2", "connection: close"]
        if !body.isEmpty { head += ["content-type: application/json", "content-length: \(body.utf8.count)"] }
        let text = head.map { "\($0)\r\n" }.joined() + "\r\n" + body
        return Answer(text: try await Loopback.exchange(text, port: self.port))
    }
}
