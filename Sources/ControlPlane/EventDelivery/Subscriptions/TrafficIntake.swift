package import Events
internal import Synchronization

/// Takes events of traffic from event loops, while somebody wants them.
package final class TrafficIntake: SubscribedEvents {
    struct Wanted: Sendable, Hashable {
        var events = false
        /// The fields of requests and responses.
        var heads = false
    }

    let queue: EventQueue
    private let areEventsWanted = Atomic(false)
    private let areHeadsWanted = Atomic(false)

    /// - Parameter limit: how many wait at most to be written down.
    package init(limit: Int) {
        self.queue = EventQueue(limit: limit)
    }

    package var isWanted: Bool { self.areEventsWanted.load(ordering: .relaxed) }
    package var wantsHeads: Bool { self.areHeadsWanted.load(ordering: .relaxed) }

    package func record(_ event: TrafficEvent) { self.queue.record(event) }

    func want(_ wanted: Wanted) {
        self.areEventsWanted.store(wanted.events, ordering: .relaxed)
        self.areHeadsWanted.store(wanted.heads, ordering: .relaxed)
    }
}
