import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@testable import Firewall

/// The threads and the end of the queue before them.
@Suite struct FirewallQueueTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    @Test func `A queue that is full refuses at once, and takes more when there is room`() async throws {
        let queue = FirewallQueue(threads: 1, limit: 2, patience: .seconds(60))
        let gate = ConditionLock(value: 0)
        let hold: @Sendable () throws(FirewallError) -> Int = {
            gate.lock(whenValue: 1)
            gate.unlock()
            return 1
        }
        let taken = (0..<3).map { _ in queue.run(on: self.loop, hold) }
        #expect(queue.waiting == 3)
        await #expect(throws: FirewallError.busy) { try await queue.run(on: self.loop, hold).get() }
        gate.lock()
        gate.unlock(withValue: 1)
        for future in taken { #expect(try await future.get() == 1) }
        #expect(try await queue.run(on: self.loop, hold).get() == 1)
    }

    @Test func `A job that waited too long is not done any more`() async throws {
        let queue = FirewallQueue(threads: 1, limit: 8, patience: .zero)
        let gate = ConditionLock(value: 0)
        // The first may find its thread in time or not; it holds the thread, or is refused.
        let first = queue.run(on: self.loop) { () throws(FirewallError) in
            gate.lock(whenValue: 1)
            gate.unlock()
        }
        let wasRun = NIOLockedValueBox(false)
        let second = queue.run(on: self.loop) { () throws(FirewallError) in wasRun.withLockedValue { $0 = true } }
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
            queue.run(on: self.loop) { () throws(FirewallError) in
                running.withLockedValue { state in
                    state.now += 1
                    state.most = max(state.most, state.now)
                }
                running.withLockedValue { $0.now -= 1 }
            }
        }
        for job in jobs { try await job.get() }
        #expect((1...2).contains(running.withLockedValue { $0.most }))
        #expect(queue.waiting <= 50)
    }

    @Test func `What a job throws is what its future fails with`() async {
        let queue = FirewallQueue(threads: 1, limit: 1, patience: .seconds(60))
        await #expect(throws: FirewallError.failed) {
            try await queue.run(on: self.loop) { () throws(FirewallError) in throw .failed }.get()
        }
    }
}
