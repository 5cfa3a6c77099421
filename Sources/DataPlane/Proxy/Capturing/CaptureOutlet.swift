package import Capture
import EdgeLink
import Model

/// What the data plane of an edge is told about the capture of traffic when it is made.
package struct CaptureConfiguration: Sendable {
    /// Takes what is captured; nil where nothing is.
    package var queue: CaptureQueue?
    /// Exchanges that all loops together capture within a second. Those beyond are left out before anything of them is
    /// looked at, and counted: traffic is never slower for being looked at.
    package var exchangesPerSecond = 2000
    /// What captures under way may hold, on all loops together.
    package var heldBytes = 32 << 20
    /// Event loops that share the two.
    package var loops = 1

    package init() {}
}

/// Where one event loop puts what it captures: it gathers, and hands over with each tick, or before where much has come.
///
/// Used on its loop only. Whoever stores exchanges may be as slow as it likes.
final class CaptureOutlet {
    /// So many are handed over at once, before the tick.
    private static let longestGathering = 64
    private static let ticksPerSecond = 1000 / DeadlineWheel.tickMilliseconds
    /// From this share of its time on a loop has none to spare, and captures so many times less: what is masked, sealed and
    /// stored elsewhere takes the same processors.
    private static let busyShare = 0.8
    private static let busyDivisor = 4

    private let queue: CaptureQueue
    private let exchangesPerTick: Int
    private let mostHeldBytes: Int
    /// The budget until the next tick, and what of it is left.
    private var budget: Int
    private var left: Int
    private var ticks: UInt64 = 0
    private var gathered: [TrafficExchange] = []
    private var gatheredBytes = 0
    private var overBudget = 0
    private var reduced = 0
    /// What captures under way hold.
    private var heldBytes = 0
    var orders: [ResourceID<AccountKind>: CaptureSettings] = [:]

    /// Nil where nothing is captured.
    init?(_ configuration: CaptureConfiguration) {
        guard let queue = configuration.queue else { return nil }
        self.queue = queue
        let loops = max(1, configuration.loops)
        self.exchangesPerTick = max(1, configuration.exchangesPerSecond / loops / Int(Self.ticksPerSecond))
        self.mostHeldBytes = configuration.heldBytes / loops
        self.budget = self.exchangesPerTick
        self.left = self.budget
    }

    /// What is captured of requests to an endpoint.
    func settings(of endpoint: RoutedEndpoint) -> CaptureSettings? {
        // Endpoints of the operator belong to no account that anybody could look at them with.
        if case .address = endpoint.target { return nil }
        let settings = self.orders[endpoint.account] ?? .standard
        return settings.mode == .off ? nil : settings
    }

    /// Whether another exchange is captured now. One endpoint takes half of what is left at most, so that those with few
    /// requests are seen beside one with very many.
    func takeTurn(_ usage: inout CaptureUsage) -> Bool {
        if usage.tick != self.ticks { usage = CaptureUsage(tick: self.ticks) }
        guard self.left > 0, usage.count <= self.budget / 2 else {
            self.overBudget += 1
            return false
        }
        self.left -= 1
        usage.count += 1
        return true
    }

    /// Whether a capture may hold so many bytes more.
    func hold(_ count: Int) -> Bool {
        guard self.heldBytes + count <= self.mostHeldBytes else { return false }
        self.heldBytes += count
        return true
    }

    /// A capture is over, in the one way or the other.
    func release(_ count: Int) { self.heldBytes -= count }

    func noteReduced() { self.reduced += 1 }

    func put(_ exchange: TrafficExchange) {
        self.gathered.append(exchange)
        self.gatheredBytes += exchange.costBytes
        if self.gathered.count >= Self.longestGathering { self.handOver() }
    }

    /// A quarter of a second has passed. `busy` is the share of it in which the loop had something to do, nil where that is
    /// not known.
    func tick(busy: Double? = nil) {
        self.ticks += 1
        let isBusy = busy.map { $0 >= Self.busyShare } ?? false
        self.budget = isBusy ? max(1, self.exchangesPerTick / Self.busyDivisor) : self.exchangesPerTick
        self.left = self.budget
        if !self.gathered.isEmpty || self.overBudget > 0 || self.reduced > 0 { self.handOver() }
    }

    private func handOver() {
        self.queue.offer(
            self.gathered,
            bytes: self.gatheredBytes,
            overBudget: self.overBudget,
            reduced: self.reduced
        )
        (self.gathered, self.gatheredBytes, self.overBudget, self.reduced) = ([], 0, 0, 0)
    }
}

/// How much of the budget one endpoint has taken within a tick.
struct CaptureUsage {
    var tick: UInt64 = 0
    var count = 0
}
