package import NIOCore

/// When a silent agent counts as gone (`spec/agent-protocol.md` 7.3).
///
/// An agent beats at the interval that it named, so nothing at all for longer than interval and tolerance means that it
/// is dead or has stopped listening. One family of agents closes its sessions in no other way.
package struct SilenceDeadline: Sendable, Equatable {
    package let limit: TimeAmount
    /// Between two heartbeats of the agent.
    private let interval: TimeAmount

    /// - Parameters:
    ///   - interval: what is missing or makes no sense is taken as the agents' default, 10 s.
    ///   - tolerance: the same, 15 s.
    ///   - isExact: whether the agent gives up at just this time, so that nothing has to be added for it.
    package init(interval: Duration, tolerance: Duration, isExact: Bool = false) {
        let interval = interval > .zero ? interval : .seconds(10)
        let tolerance = tolerance > .zero ? tolerance : .seconds(15)
        // Each is bounded before they are added: both come from outside.
        let sum = min(interval, Self.longest) + min(tolerance, Self.longest)
        let clamped = min(max(sum, Self.shortest), Self.longest)
        self.interval = .nanoseconds(min(interval, Self.longest).wholeNanoseconds)
        self.limit = .nanoseconds((isExact ? clamped : clamped * 11 / 10).wholeNanoseconds)
    }

    package func isOver(lastReceived: NIODeadline, now: NIODeadline) -> Bool {
        now - lastReceived > self.limit
    }

    /// A heartbeat is missing, which alone means nothing yet.
    package func isLate(lastReceived: NIODeadline, now: NIODeadline) -> Bool {
        now - lastReceived > self.interval + .seconds(2)
    }

    private static let shortest = Duration.seconds(2)
    private static let longest = Duration.seconds(600)
}
