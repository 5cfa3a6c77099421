/// Counts what costs a visitor nothing to send, and says when it is too much for one second.
///
/// Each of them is harmless in small numbers; in large ones they are how servers were brought down: resets right
/// behind requests, PING and SETTINGS that must be answered, PRIORITY, empty frames.
struct FloodGuard {
    enum Kind: Int, CaseIterable {
        case ping
        case settings
        case priority
        case windowUpdate
        /// Streams that ended early: reset by the visitor, or by the edge for what the visitor did.
        case reset
        case unknown

        /// What is reached with too many of them.
        var reached: Limit {
            switch self {
            case .ping: .http2Pings
            case .settings: .http2SettingsFrames
            case .priority: .http2PriorityFrames
            case .windowUpdate: .http2WindowUpdates
            case .reset: .http2Resets
            case .unknown: .http2UnknownFrames
            }
        }
    }

    /// WINDOW_UPDATE frames beyond that, for each DATA frame that went out: who takes much must say so often.
    static let updatesForData = 4
    /// Ticks of the loop's clock in a second.
    private static let ticks = UInt64(1000 / DeadlineWheel.tickMilliseconds)

    private let limits: HTTP2Limits
    private var began: UInt64 = 0
    private var counts = [Int](repeating: 0, count: Kind.allCases.count)
    private var emptyInARow = 0
    private var allowedUpdates = 0

    init(_ limits: HTTP2Limits = HTTP2Limits()) {
        self.limits = limits
    }

    /// - Returns: whether it is still bearable.
    mutating func note(_ kind: Kind, at tick: UInt64) -> Bool {
        if tick >= self.began + Self.ticks {
            self.began = tick
            for index in self.counts.indices { self.counts[index] = 0 }
        }
        if kind == .windowUpdate, self.allowedUpdates > 0 {
            self.allowedUpdates -= 1
            return true
        }
        self.counts[kind.rawValue] += 1
        return self.counts[kind.rawValue]
            <= (kind == .reset ? self.limits.resetsPerSecond : self.limits.framesPerSecond)
    }

    /// A DATA frame has come.
    ///
    /// - Returns: whether it is still bearable.
    mutating func noteData(isEmpty: Bool) -> Bool {
        self.emptyInARow = isEmpty ? self.emptyInARow + 1 : 0
        return self.emptyInARow <= self.limits.emptyFrames
    }

    /// A DATA frame has gone out.
    mutating func noteSentData() {
        self.allowedUpdates = min(self.allowedUpdates + Self.updatesForData, 1 << 20)
    }
}
