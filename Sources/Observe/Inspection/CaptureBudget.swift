import Synchronization

/// What all taps of a process keep of messages that are under way, counted so that many slow visitors cannot fill the
/// memory.
package final class CaptureBudget: Sendable {
    private let limit: Int
    private let used = Atomic<Int>(0)

    /// - Parameter limit: bytes; taps may exceed it by one piece each.
    package init(limit: Int) {
        self.limit = limit
    }

    package var usedBytes: Int { self.used.load(ordering: .relaxed) }

    var isUsedUp: Bool { self.usedBytes >= self.limit }

    func add(_ count: Int) {
        self.used.wrappingAdd(count, ordering: .relaxed)
    }
}
