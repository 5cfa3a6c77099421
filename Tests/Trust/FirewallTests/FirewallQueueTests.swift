import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import func TestSupport.pause
import Testing

@testable import Firewall

/// The threads and the end of the queue before them.
@Suite struct FirewallQueueTests {
    private static let party = FirewallParty(endpoint: "ep_1", visitor: "192.0.2.1")
    private static let other = FirewallParty(endpoint: "ep_1", visitor: "192.0.2.2")

    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// Jobs that hold their threads until it is opened.
    private struct Gate: Sendable {
        private let lock = ConditionLock(value: 0)

        func open() {
            self.lock.lock()
            self.lock.unlock(withValue: 1)
        }

        func pass() {
            self.lock.lock(whenValue: 1)
            self.lock.unlock()
        }
    }

    @Test func `A queue that is full refuses at once, and takes more when there is room`() async throws {
        let queue = FirewallQueue(threads: 1, limit: 2, patience: .seconds(60))
        let gate = ConditionLock(value: 0)
        let hold: @Sendable () throws(FirewallError) -> Int = {
            gate.lock(whenValue: 1)
            gate.unlock()
            return 1
        }
        let taken = (0..<3).map { _ in queue.run(for: Self.party, on: self.loop, hold) }
        #expect(queue.numbers.waiting + queue.numbers.running == 3)
        await #expect(throws: FirewallError.busy) { try await queue.run(for: Self.party, on: self.loop, hold).get() }
        gate.lock()
        gate.unlock(withValue: 1)
        for future in taken { #expect(try await future.get() == 1) }
        #expect(try await queue.run(for: Self.party, on: self.loop, hold).get() == 1)
    }

    @Test func `A job that waited too long is not done any more`() async throws {
        let queue = FirewallQueue(threads: 1, limit: 8, patience: .zero)
        let gate = ConditionLock(value: 0)
        // The first may find its thread in time or not; it holds the thread, or is refused.
        let first = queue.run(for: Self.party, on: self.loop) { () throws(FirewallError) in
            gate.lock(whenValue: 1)
            gate.unlock()
        }
        let wasRun = NIOLockedValueBox(false)
        let second = queue.run(for: Self.party, on: self.loop) { () throws(FirewallError) in
            wasRun.withLockedValue { $0 = true }
        }
        gate.lock()
        gate.unlock(withValue: 1)
        _ = try? await first.get()
        await #expect(throws: FirewallError.busy) { try await second.get() }
        #expect(!wasRun.withLockedValue { $0 })
    }

    @Test func `As many jobs run at once as there are threads, and no more`() async throws {
        let queue = FirewallQueue(threads: 2, limit: 100, patience: .seconds(60))
        let running = NIOLockedValueBox((now: 0, most: 0))
        let jobs = (0..<50).map { _ in
            queue.run(for: Self.party, on: self.loop) { () throws(FirewallError) in
                running.withLockedValue { state in
                    state.now += 1
                    state.most = max(state.most, state.now)
                }
                running.withLockedValue { $0.now -= 1 }
            }
        }
        for job in jobs { try await job.get() }
        #expect((1...2).contains(running.withLockedValue { $0.most }))
        #expect(queue.numbers.waiting <= 50)
    }

    @Test func `What a job throws is what its future fails with`() async {
        let queue = FirewallQueue(threads: 1, limit: 1, patience: .seconds(60))
        await #expect(throws: FirewallError.failed) {
            try await queue.run(for: Self.party, on: self.loop) { () throws(FirewallError) in throw .failed }.get()
        }
    }

    @Test func `Where there is no room, the last job of who has most waiting makes it`() async throws {
        let queue = FirewallQueue(threads: 1, limit: 3, patience: .seconds(60))
        let gate = Gate()
        let wait: @Sendable () throws(FirewallError) -> Void = { gate.pass() }
        let first = queue.run(for: Self.party, on: self.loop, wait)
        while queue.numbers.running == 0 { await pause() }
        let greedy = (0..<3).map { _ in queue.run(for: Self.party, on: self.loop, wait) }
        let newcomer = queue.run(for: Self.other, on: self.loop, wait)
        await #expect(throws: FirewallError.busy) { try await greedy[2].get() }
        await #expect(throws: FirewallError.busy) {
            try await queue.run(for: Self.party, on: self.loop, wait).get()
        }
        #expect(queue.numbers.refusedFull == 2)
        gate.open()
        for future in [first, greedy[0], greedy[1], newcomer] { try await future.get() }
        #expect(queue.numbers.inspected == 4)
    }

    @Test func `Who takes long does not get the last of several threads`() async throws {
        let queue = FirewallQueue(threads: 2, limit: 100, patience: .seconds(60))
        let gate = Gate()
        // Longer than what counts as long, which the first shall be when the second asks.
        let first = queue.run(for: Self.party, on: self.loop) { () throws(FirewallError) in gate.pass() }
        while queue.numbers.running == 0 { await pause() }
        let begun = ContinuousClock.now
        while ContinuousClock.now - begun < .milliseconds(60) { await pause() }
        let second = queue.run(for: Self.party, on: self.loop) { () throws(FirewallError) in gate.pass() }
        let other = queue.run(for: Self.other, on: self.loop) { () throws(FirewallError) in 7 }
        // It passes the one that came before it, which holds no thread.
        #expect(try await other.get() == 7)
        #expect(queue.numbers.waiting == 1)
        gate.open()
        try await first.get()
        try await second.get()
    }
}
