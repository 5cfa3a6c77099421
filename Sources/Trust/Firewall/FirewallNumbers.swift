/// What a firewall does, and has done since it began.
package struct FirewallNumbers: Sendable, Hashable {
    /// Exchanges that wait for a thread now, and that are looked at now.
    package internal(set) var waiting = 0
    package internal(set) var running = 0
    /// Exchanges that were looked at.
    package internal(set) var inspected = 0
    /// How long they waited, and how long they were looked at, together.
    package internal(set) var waited = Duration.zero
    package internal(set) var worked = Duration.zero
    /// Exchanges for which there was no room, and that had waited too long.
    package internal(set) var refusedFull = 0
    package internal(set) var refusedLate = 0

    package init() {}
}
