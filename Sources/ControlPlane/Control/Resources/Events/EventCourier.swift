package import Foundation
package import Model
package import Store

/// Brings events to their destinations: what the rules of destinations ask of it.
package protocol EventCourier: Sendable {
    /// What keeps events from a target of this kind; nil for nothing.
    func problem(of target: EventTarget) -> Failure?

    /// Sends an event that says nothing, at once and beside all that waits.
    ///
    /// - Returns: its identifier, when it has arrived.
    /// - Throws: why it has not.
    func sendTest(to destination: Stored<EventDestinationRecord>) async throws(Failure) -> ResourceID<EventKind>

    /// How the delivery to a destination goes, as far as this edge knows.
    func status(of destination: ResourceID<EventDestinationKind>) async -> DeliveryStatus
}

/// How the delivery to a destination goes, since the edge was started.
package struct DeliveryStatus: Sendable, Equatable {
    /// When events arrived last; nil for not since.
    package var lastSuccess: Date?
    /// When some did not, and why.
    package var lastFailure: Date?
    package var lastError = ""
    /// Since when none arrive; nil where they do.
    package var failingSince: Date?
    package var delivered = 0
    /// Those for which there was no room, and those that the destination refused for good.
    package var dropped = 0
    /// Those that wait, and the bytes of the files in which they do.
    package var queued = 0
    package var queuedBytes = 0

    package init() {}
}
