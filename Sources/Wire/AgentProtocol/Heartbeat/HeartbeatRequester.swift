package import NIOCore

/// Sends heartbeats and judges their echoes (`spec/agent-protocol.md` 7).
///
/// One beat is under way at a time. Touches no stream, reads no clock, draws no number.
package struct HeartbeatRequester: Sendable {
    package enum Action: Sendable, Equatable {
        case nothing
        case send(UInt32)
        /// No echo came for interval and tolerance since the last one.
        case giveUp
    }

    private let interval: TimeAmount
    /// nil when nothing is to be concluded from a missing echo.
    private let tolerance: TimeAmount?
    private var lastSuccess: NIODeadline
    private var nextBeat: NIODeadline
    private var underway: (nonce: UInt32, sent: NIODeadline)?
    private var echo = WordReader()
    /// From the last beat to its echo; nil until the first.
    package private(set) var roundTrip: TimeAmount?
    /// The last round trips, `recentCount` at most.
    private var recent: [TimeAmount] = []

    private static let recentCount = 8
    /// How long an echo may take at least before it counts as late.
    private static let leastPatience = TimeAmount.seconds(1)

    /// The first beat is due at once.
    package init(interval: TimeAmount, tolerance: TimeAmount?, now: NIODeadline) {
        self.interval = interval
        self.tolerance = tolerance
        self.lastSuccess = now
        self.nextBeat = now
    }

    /// Time has passed. `nonce` is what a beat would carry.
    package mutating func elapsed(now: NIODeadline, nonce: UInt32) -> Action {
        if let tolerance = self.tolerance, now >= self.lastSuccess + self.interval + tolerance { return .giveUp }
        guard self.underway == nil, now >= self.nextBeat else { return .nothing }
        self.underway = (nonce, now)
        self.nextBeat = now + self.interval
        return .send(nonce)
    }

    /// Whether the echo of the beat under way takes far longer than the fastest of the last ones did. It may still come:
    /// a late echo is a reason to look for another way, not to give this one up.
    ///
    /// The fastest, for one that waited until a link was there again says nothing of how fast the link is: with the last
    /// one, the next cut would be noticed seconds later.
    package func isLate(now: NIODeadline) -> Bool {
        guard let underway = self.underway else { return false }
        return now - underway.sent >= max(Self.leastPatience, (self.recent.min() ?? .zero) * 4)
    }

    /// Bytes of the peer. What is no echo of the beat under way counts for nothing.
    package mutating func received(_ bytes: ByteBuffer, now: NIODeadline) {
        var bytes = bytes
        while let word = self.echo.read(from: &bytes) {
            guard let beat = self.underway, beat.nonce == word else { continue }
            self.underway = nil
            self.lastSuccess = now
            let roundTrip = max(now - beat.sent, .zero)
            self.roundTrip = roundTrip
            self.recent = self.recent.suffix(Self.recentCount - 1) + [roundTrip]
        }
    }
}
