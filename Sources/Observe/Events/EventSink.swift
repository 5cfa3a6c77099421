/// Takes events from wherever they happen. What becomes of them is none of the traffic's concern.
package protocol EventSink: Sendable {
    /// Called on event loops: returns at once, and never waits for anybody.
    func record(_ event: TrafficEvent)
}

/// A sink whose events are wanted at some times only: who would make one asks before.
package protocol SubscribedEvents: EventSink {
    /// Whether any is wanted now. Read on event loops, for each request.
    var isWanted: Bool { get }
    /// Whether the fields of heads are.
    var wantsHeads: Bool { get }
}
