package import PolicyEngine
package import Telemetry

/// What one event loop has counted: plain numbers, touched on the loop alone.
package final class ProxyCounters {
    /// Connections of visitors, from when they may speak.
    package var connections = 0
    package var requests = 0
    /// Requests that got no complete answer from an upstream.
    package var failedExchanges = 0
    /// Requests that were refused for how they are written.
    var badRequests = 0
    /// Of visitors, without what TLS adds.
    var bytesIn = 0
    var bytesOut = 0
    /// From the head of a request to the end of its answer.
    private(set) var durations = LatencyHistogram()
    /// Requests that no endpoint has.
    let unrouted = RequestTally()
    /// Requests of endpoints that have no tally of their own.
    let others = RequestTally()
    private var limits: [Limit: Int] = [:]

    package init() {}

    /// A limit was reached. That ends something of whoever reached it, so it is rare.
    package func note(_ limit: Limit) {
        self.limits[limit, default: 0] += 1
    }

    /// It was reached so often at once.
    package func note(_ limit: Limit, count: Int) {
        guard count > 0 else { return }
        self.limits[limit, default: 0] += count
    }

    package func count(of limit: Limit) -> Int { self.limits[limit] ?? 0 }

    package var limitsReached: Int { self.limits.values.reduce(0, +) }

    func observe(nanoseconds: UInt64) {
        self.durations.observe(nanoseconds: nanoseconds)
    }

    func snapshot(open: Int, endpoints: [LoopCounts.Endpoint]) -> LoopCounts {
        var counts = LoopCounts()
        counts.open = open
        counts.connections = self.connections
        counts.requests = self.requests
        counts.failedExchanges = self.failedExchanges
        counts.badRequests = self.badRequests
        counts.bytesIn = self.bytesIn
        counts.bytesOut = self.bytesOut
        counts.durations = self.durations
        counts.limits = self.limits
        counts.endpoints = endpoints
        return counts
    }
}

/// A copy of what loops have counted, to be taken elsewhere.
package struct LoopCounts: Sendable {
    package struct Endpoint: Sendable {
        let name: String
        let entries: [RequestTally.Entry]
        let uncounted: Int

        init(_ name: String, _ tally: RequestTally) {
            self.name = name
            self.entries = tally.entries
            self.uncounted = tally.uncounted
        }
    }

    /// Connections of visitors that are open.
    package var open = 0
    package var connections = 0
    package var requests = 0
    package var failedExchanges = 0
    package var badRequests = 0
    package var bytesIn = 0
    package var bytesOut = 0
    package var durations = LatencyHistogram()
    package var limits: [Limit: Int] = [:]
    /// Of policies.
    package var actions = ActionCounts()
    package var endpoints: [Endpoint] = []

    package init() {}

    package mutating func add(_ other: LoopCounts) {
        self.open += other.open
        self.connections += other.connections
        self.requests += other.requests
        self.failedExchanges += other.failedExchanges
        self.badRequests += other.badRequests
        self.bytesIn += other.bytesIn
        self.bytesOut += other.bytesOut
        self.durations.add(other.durations)
        self.limits.merge(other.limits, uniquingKeysWith: +)
        self.actions.add(other.actions)
        self.endpoints += other.endpoints
    }

    package var limitsReached: Int { self.limits.values.reduce(0, +) }
}
