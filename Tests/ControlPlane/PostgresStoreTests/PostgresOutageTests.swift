import Foundation
import Model
import Store
import StoreContract
import TestDatabase
import func TestSupport.pause
import Testing

@testable import PostgresStore

@Suite struct PostgresOutageTests {
    @Test func `While PostgreSQL is stopped calls say so at once, and all goes on within five seconds after`()
        async throws
    {
        try await TestPostgres.withServer { server in
            let address = try PostgresAddress(Secret(server.url))
            let store = try await PostgresStore.create(at: address)
            var revision = try await store.commit([.put(thing("t1"))])[0]
            try await server.stop()
            for number in 0..<20 {
                let begun = ContinuousClock.now
                await Self.expectUnavailable { try await store.commit([.put(thing("lost-\(number)"))]) }
                await Self.expectUnavailable { _ = try await store.get(.thing, "t1", in: .platform) }
                // Nobody waits until the patience for a statement is over.
                #expect(ContinuousClock.now - begun < .seconds(5))
            }
            try await server.restart()
            let begun = ContinuousClock.now
            let other = try await PostgresStore.open(at: address)
            revision = try await other.commit([.put(thing("t2"))])[0]
            let seen = try await Self.feed(store, until: revision)
            #expect(ContinuousClock.now - begun < .seconds(5))
            #expect(seen == ["t1", "t2"])
        }
    }

    @Test func `A commit after a restart that nobody noticed is made once`() async throws {
        try await TestPostgres.withServer { server in
            let store = try await PostgresStore.create(at: PostgresAddress(Secret(server.url)))
            for number in 0..<3 {
                try await store.commit([.put(thing("t\(number)"))])
                try await server.kill()
                try await server.restart()
            }
            // The connections that lie idle are all dead here.
            try await store.commit([.put(thing("t9"))])
            #expect(try await store.list(.thing, in: .platform, Page()).map(\.id) == ["t9", "t2", "t1", "t0"])
        }
    }

    @Test func `No acknowledged write is lost when PostgreSQL is killed under load`() async throws {
        let rounds = ProcessInfo.processInfo.environment["PORTICO_FULL_COUNTS"] == "1" ? 40 : 2
        try await TestPostgres.withServer { server in
            let address = try PostgresAddress(Secret(server.url))
            let store = try await PostgresStore.create(at: address)
            for round in 0..<rounds {
                let (acknowledged, continuation) = AsyncStream.makeStream(of: String.self)
                async let writing: Void = Self.write(store, round, continuation)
                var ids: [String] = []
                let moment = Int.random(in: 1...50)
                for await id in acknowledged {
                    ids.append(id)
                    if ids.count == moment { try await server.kill() }
                }
                await writing
                #expect(ids.count >= moment)
                try await server.restart()
                let again = try await PostgresStore.open(at: address)
                for id in ids { _ = try await again.get(.thing, id, in: .platform) }
            }
        }
    }

    /// Writes until it is told that PostgreSQL is away, and tells the ids whose commits returned.
    private static func write(
        _ store: PostgresStore,
        _ round: Int,
        _ acknowledged: AsyncStream<String>.Continuation
    ) async {
        defer { acknowledged.finish() }
        for number in 0... {
            let id = "r\(round)-\(number)"
            do throws(StoreError) {
                try await store.commit([.put(thing(id, keys: ["n": id]))])
            } catch {
                return
            }
            acknowledged.yield(id)
        }
    }

    private static func feed(_ store: PostgresStore, until revision: Revision) async throws -> [String] {
        var seen: [String] = []
        var last = Revision.zero
        while last < revision {
            do throws(StoreError) {
                for try await changes in store.changes(after: last) {
                    seen += changes.map(\.id)
                    last = changes.last?.revision ?? last
                    if last >= revision { break }
                }
            } catch {
                // Away still: the loop asks again, and its caller looks at the time.
                await pause()
            }
        }
        return seen
    }

    private static func expectUnavailable(_ body: () async throws -> Void) async {
        let error = await #expect(throws: StoreError.self) { try await body() }
        guard let error, case .unavailable = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
    }
}
