import Addressing
import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// One program, as all loops of a node share it.
@Suite struct RateLimitConcurrencyTests {
    private static let seeds =
        UInt64(0)..<(ProcessInfo.processInfo.environment["PORTICO_FULL_COUNTS"] == nil ? 4 : 100)

    /// What one loop saw.
    private struct Tally: Sendable {
        var asked: [Int: Int] = [:]
        var passed: [Int: Int] = [:]
    }

    @Test(arguments: seeds)
    func `As many requests of each key pass as the capacity, whichever loops they come to`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let capacity = Int.random(in: 1...60, using: &random)
        let keyCount = Int.random(in: 1...12, using: &random)
        let seeds = (0..<4).map { _ in random.next() }
        let text = """
            on_http_request:
              - actions:
                  - type: rate-limit
                    config: {name: n, capacity: \(capacity), rate: 60s, bucket_key: ["getReqHeader('x-key')"]}
            """
        let program = try PolicyProgram(Policy(parsing: text, for: .https))
        let group = MultiThreadedEventLoopGroup(numberOfThreads: seeds.count)
        let tallies = try await withThrowingTaskGroup(of: Tally.self) { tasks in
            for (seed, loop) in zip(seeds, group.makeIterator()) {
                tasks.addTask {
                    try await loop.submit { try Self.ask(program, keyCount: keyCount, seed: seed) }.get()
                }
            }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
        try await group.shutdownGracefully()
        for key in 0..<keyCount {
            let asked = tallies.reduce(0) { $0 + ($1.asked[key] ?? 0) }
            let passed = tallies.reduce(0) { $0 + ($1.passed[key] ?? 0) }
            #expect(passed == min(asked, capacity), "key \(key) of \(keyCount), capacity \(capacity), asked \(asked)")
        }
    }

    private static func ask(_ program: PolicyProgram, keyCount: Int, seed: UInt64) throws -> Tally {
        var random = SeededGenerator(seed: seed)
        var tally = Tally()
        for _ in 0..<200 {
            let key = Int.random(in: 0..<keyCount, using: &random)
            var fixture = ExchangeFixture()
            fixture.fields += [("X-Key", "\(key)")]
            tally.asked[key, default: 0] += 1
            if try fixture.exchange(program).run(.httpRequest)?.brief == "proceed" {
                tally.passed[key, default: 0] += 1
            }
            withExtendedLifetime(fixture.host) {}
        }
        return tally
    }
}
