package import NIOCore

/// Finds the receive window that a stream's rate needs.
///
/// A window carries at most its size in a round trip. A stream whose consumer has taken more than half of that gets
/// a window of twice what it took; a stream that its source, its consumer or the network holds back keeps its own.
package struct WindowTuner: Sendable, Equatable {
    private var since: NIODeadline
    private var bytes = 0

    package init(now: NIODeadline) {
        self.since = now
    }

    /// Asked when credit is sent.
    ///
    /// - Parameters:
    ///   - count: bytes consumed since the last call.
    ///   - now: the time.
    ///   - roundTripTime: to the peer and back.
    ///   - size: of the window now.
    /// - Returns: the size wanted: at least `size`, at most twice that.
    package mutating func size(
        afterConsuming count: Int,
        at now: NIODeadline,
        roundTripTime: TimeAmount,
        size: Int
    ) -> Int {
        self.bytes += count
        let elapsed = now - self.since
        // Less than a round trip says nothing about the rate: credit comes in bursts.
        guard elapsed > .zero, elapsed >= roundTripTime else { return size }
        let inRoundTrip = Double(self.bytes) * Double(roundTripTime.nanoseconds) / Double(elapsed.nanoseconds)
        (self.since, self.bytes) = (now, 0)
        let wanted = Int(min(inRoundTrip * 2, Double(SendWindow.limit)))
        return min(max(wanted, size), size * 2)
    }
}
