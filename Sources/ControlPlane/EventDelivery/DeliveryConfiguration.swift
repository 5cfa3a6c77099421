package import Foundation

/// What the operator of an edge decides about the delivery of events.
package struct DeliveryConfiguration: Sendable {
    /// Where events wait.
    package var folder: String
    package var limits = Outbox.Limits()
    /// Events of traffic that wait in memory to be written down.
    package var queue = 16_384
    /// How long events may be written down and not be on the disk.
    package var syncInterval = Duration.seconds(1)
    /// Events that go to a destination at once, and about how many bytes of them.
    package var batchEvents = 500
    package var batchBytes = 1 << 20
    /// The waits after a failure: the first, and the longest.
    package var firstPause = Duration.milliseconds(500)
    package var longestPause = Duration.seconds(60)
    /// How often a destination may refuse an event that goes alone, before it is given up.
    package var refusals = 5
    /// The folder of `file` destinations; nil where there are none.
    package var files: String?
    /// Whether other edges may have the same database: one of them takes the audit events to their destinations.
    package var isShared = false
    /// How often that one tells that it is there, and after how long without that another takes its place.
    package var leaseBeat = Duration.seconds(5)
    package var leasePatience = Duration.seconds(20)
    /// What this edge is called in messages of syslog.
    package var hostName = "portico"
    /// What addresses of the API begin with, without a slash at its end.
    package var apiURL = ""
    /// Where events are written that go to the log of the edge.
    package var writeLine: @Sendable (String) -> Void = { _ in }
    package var now: @Sendable () -> Date = { Date() }

    package init(folder: String) {
        self.folder = folder
    }
}
