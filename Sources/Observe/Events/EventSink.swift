/// Takes events from wherever they happen. What becomes of them is none of the traffic's concern.
package protocol EventSink: Sendable {
    /// Called on event loops: returns at once, and never waits for anybody.
    func record(_ event: TrafficEvent)
}
