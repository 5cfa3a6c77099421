/// Takes events from wherever they happen. What becomes of them is none of the traffic's concern.
package protocol EventSink: Sendable {
    /// Called on event loops: returns at once, and never waits for anybody.
    func record(_ event: TrafficEvent)
}

/// What is wanted of the events of traffic.
package struct WantedEvents: Sendable, Hashable {
    /// Whether any are.
    package var events = false
    /// Whether the fields of heads are.
    package var heads = false

    package init(events: Bool = false, heads: Bool = false) {
        self.events = events
        self.heads = heads
    }
}

/// A sink whose events are wanted at some times only. Event loops do not ask for each request: they keep a copy of what is
/// wanted, and are told when that changes.
package protocol SubscribedEvents: EventSink {
    /// What is wanted now.
    var wanted: WantedEvents { get }
    /// Calls `change` whenever that has become another, and waits for it. There is one who is told.
    func onChange(_ change: @escaping @Sendable () async -> Void)
}
