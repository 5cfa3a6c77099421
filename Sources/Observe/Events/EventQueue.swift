import NIOConcurrencyHelpers

/// Events on their way from the event loops to one who writes or sends them. Holds so many and no more: while nobody takes
/// them, later ones are dropped, and counted.
package final class EventQueue: EventSink {
    /// What has come since the last batch.
    package struct Batch: Sendable {
        package let events: [TrafficEvent]
        /// How many more there would be, had there been room.
        package let dropped: Int
    }

    private struct State {
        var events: [TrafficEvent] = []
        var dropped = 0
        var taken = 0
        var allDropped = 0
        var isClosed = false
        /// Who waits for the next event, where none is there.
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let limit: Int
    private let state = NIOLockedValueBox(State())

    package init(limit: Int = 8192) {
        self.limit = limit
    }

    package func record(_ event: TrafficEvent) {
        let waiting = self.state.withLockedValue { state -> CheckedContinuation<Void, Never>? in
            guard !state.isClosed else { return nil }
            if state.events.count < self.limit {
                state.events.append(event)
            } else {
                state.dropped += 1
                state.allDropped += 1
            }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// No more events are taken; who takes them gets what is left, then nil.
    package func close() {
        let waiting = self.state.withLockedValue { state in
            state.isClosed = true
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// All that has come since the last call; waits for the first event. Nil when the queue is closed and empty.
    ///
    /// One task takes batches, and no other beside it.
    package func batch() async -> Batch? {
        while true {
            switch self.take() {
            case .some(let batch): return batch
            case .over: return nil
            case .none: await self.wait()
            }
        }
    }

    /// How many events were handed on so far, and how many were dropped.
    package var totals: (taken: Int, dropped: Int) {
        self.state.withLockedValue { ($0.taken, $0.allDropped) }
    }

    private enum Taken {
        case none
        case some(Batch)
        case over
    }

    private func take() -> Taken {
        self.state.withLockedValue { state in
            guard !state.events.isEmpty || state.dropped > 0 else { return state.isClosed ? .over : .none }
            defer { (state.events, state.dropped) = ([], 0) }
            state.taken += state.events.count
            return .some(Batch(events: state.events, dropped: state.dropped))
        }
    }

    private func wait() async {
        await withCheckedContinuation { continuation in
            let isReady = self.state.withLockedValue { state in
                guard state.events.isEmpty, state.dropped == 0, !state.isClosed else { return true }
                state.waiting = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}
