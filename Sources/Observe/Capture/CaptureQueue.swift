import NIOConcurrencyHelpers

/// Exchanges on their way from the event loops to who stores them. Bounded in number and in bytes: while nobody takes
/// them, later ones are left out, and counted.
///
/// Loops hand over what they have gathered, so the lock is taken once for many exchanges, for the append of an array.
package final class CaptureQueue: Sendable {
    /// What has come since the last batch.
    package struct Batch: Sendable {
        package let exchanges: [TrafficExchange]
    }

    /// How many exchanges went which way, since the process began.
    package struct Totals: Sendable, Equatable {
        package var captured = 0
        /// Left out by loops that had captured as many as they may within a second.
        package var overBudget = 0
        /// Left out because the queue was full.
        package var overflowed = 0
        /// Captured without the messages that were asked for, because too much was under way.
        package var reduced = 0
        /// Left out because they could not be stored.
        package var unstored = 0

        package init() {}

        /// All that are not to be found although they should be.
        package var dropped: Int { self.overBudget + self.overflowed + self.unstored }
    }

    private struct State {
        var parts: [[TrafficExchange]] = []
        var count = 0
        var bytes = 0
        var totals = Totals()
        var isClosed = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let mostExchanges: Int
    private let mostBytes: Int
    private let state = NIOLockedValueBox(State())

    package init(mostExchanges: Int = 8192, mostBytes: Int = 32 << 20) {
        self.mostExchanges = mostExchanges
        self.mostBytes = mostBytes
    }

    /// Takes what a loop has gathered, or counts it as left out. Returns at once.
    ///
    /// - Parameters:
    ///   - exchanges: the oldest first.
    ///   - bytes: what they take.
    ///   - overBudget: how many the loop has left out since the last call.
    ///   - reduced: of how many it has kept less than was asked for.
    package func offer(_ exchanges: [TrafficExchange], bytes: Int, overBudget: Int = 0, reduced: Int = 0) {
        let waiting = self.state.withLockedValue { state -> CheckedContinuation<Void, Never>? in
            state.totals.overBudget += overBudget
            state.totals.reduced += reduced
            guard !exchanges.isEmpty, !state.isClosed else { return nil }
            guard state.count + exchanges.count <= self.mostExchanges, state.bytes + bytes <= self.mostBytes else {
                state.totals.overflowed += exchanges.count
                return nil
            }
            state.parts.append(exchanges)
            state.count += exchanges.count
            state.bytes += bytes
            state.totals.captured += exchanges.count
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// So many of a batch could not be stored.
    package func noteUnstored(_ count: Int) {
        self.state.withLockedValue { $0.totals.unstored += count }
    }

    package var totals: Totals { self.state.withLockedValue(\.totals) }

    /// What waits to be taken, in bytes.
    package var waitingBytes: Int { self.state.withLockedValue(\.bytes) }

    /// Nothing more is taken in; who takes batches gets what is left, then nil.
    package func close() {
        let waiting = self.state.withLockedValue { state in
            state.isClosed = true
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// All that has come since the last call; waits for the first. Nil when the queue is closed and empty.
    ///
    /// One task takes batches, and no other beside it.
    package func batch() async -> Batch? {
        while true {
            let (batch, isOver) = self.state.withLockedValue { state -> (Batch?, Bool) in
                guard !state.parts.isEmpty else { return (nil, state.isClosed) }
                defer { (state.parts, state.count, state.bytes) = ([], 0, 0) }
                return (Batch(exchanges: state.parts.flatMap(\.self)), false)
            }
            if let batch { return batch }
            if isOver { return nil }
            await self.wait()
        }
    }

    private func wait() async {
        await withCheckedContinuation { continuation in
            let isReady = self.state.withLockedValue { state in
                guard state.parts.isEmpty, !state.isClosed else { return true }
                state.waiting = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}
