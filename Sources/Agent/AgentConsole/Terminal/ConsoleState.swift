import AgentRuntime
package import Foundation
package import Inspection
package import NIOCore
package import Portico

/// What the terminal view shows, as a value that events change.
package struct ConsoleState: Sendable {
    /// Exchanges that are remembered; a screen shows as many as fit.
    static let maxExchanges = 100
    static let maxNotices = 3

    package struct Forwarding: Sendable {
        let id: Endpoint.ID
        let url: String
        let upstream: String
        /// Why it does not serve at the moment; nil when it does.
        var trouble: String?
        /// Why no data flows to it; nil where it does.
        var stall: String?
    }

    struct Exchange: Sendable {
        let time: Date
        let exchange: ObservedExchange
    }

    let program: String
    let version: String
    private(set) var status = Agent.Status.connecting
    private(set) var details: Agent.SessionDetails?
    private(set) var latency: Duration?
    /// `host:port` of the local web service; nil where there is none.
    package var webAddress: String?
    private(set) var forwardings: [Forwarding] = []
    private(set) var notices: [String] = []
    private(set) var statistics = TrafficStatistics()
    /// The newest first.
    private(set) var exchanges: [Exchange] = []

    package init(program: String, version: String) {
        self.program = program
        self.version = version
    }

    package mutating func started(_ endpoint: Endpoint.ID, url: String, upstream: String) {
        self.forwardings.append(Forwarding(id: endpoint, url: url, upstream: upstream))
    }

    package mutating func closed(_ endpoint: Endpoint.ID) {
        self.forwardings.removeAll { $0.id == endpoint }
    }

    package mutating func happened(_ event: Agent.Event, details: Agent.SessionDetails?) {
        self.details = details ?? self.details
        switch event {
        case .statusChanged(let status):
            self.status = status
            if status != .online { self.latency = nil }
        case .latencyMeasured(let latency):
            self.latency = latency
        case .endpointStopped(let id, let error):
            let url = self.forwardings.first { $0.id == id }?.url ?? "an endpoint"
            self.forwardings.removeAll { $0.id == id }
            self.notice("\(url) was stopped: \(error)")
        case .endpointFailed(let id, let error):
            self.update(id) { $0.trouble = error.description }
        case .endpointRecovered(let id):
            self.update(id) { $0.trouble = nil }
        case .endpointStalled(let id, let error):
            self.update(id) { $0.stall = error.message }
        case .endpointFlowing(let id):
            self.update(id) { $0.stall = nil }
        case .connectFailed(let error):
            if self.status != .online { self.status = .reconnecting(error) }
        case .commandReceived, .reconnectScheduled, .sessionMoved:
            return
        }
    }

    /// Whether data flows to no endpoint at all.
    var isStalled: Bool { !self.forwardings.isEmpty && self.forwardings.allSatisfy { $0.stall != nil } }

    /// Whether there is an endpoint that no data flows to.
    var isPartlyStalled: Bool { self.forwardings.contains { $0.stall != nil } }

    package mutating func notice(_ text: String) {
        // Said once: what fails for one visitor fails for the next.
        self.notices.removeAll { $0 == text }
        self.notices.append(text)
        self.notices = self.notices.suffix(Self.maxNotices)
    }

    package mutating func unreachable(_ upstream: String, because reason: String) {
        self.reached(upstream)
        self.notice(Self.unreachable(upstream) + reason)
    }

    /// An upstream has answered: what was said of it is over.
    package mutating func reached(_ upstream: String) {
        self.notices.removeAll { $0.hasPrefix(Self.unreachable(upstream)) }
    }

    private static func unreachable(_ upstream: String) -> String { "\(upstream) cannot be reached: " }

    package mutating func connectionOpened(at now: NIODeadline) {
        self.statistics.opened(at: now)
    }

    package mutating func connectionClosed(after duration: TimeAmount) {
        self.statistics.closed(after: duration)
    }

    package mutating func answered(_ exchange: ObservedExchange, at time: Date) {
        self.exchanges.insert(Exchange(time: time, exchange: exchange), at: 0)
        if self.exchanges.count > Self.maxExchanges { self.exchanges.removeLast() }
    }

    /// Lets averages decay.
    package mutating func advance(to now: NIODeadline) {
        self.statistics.advance(to: now)
    }

    private mutating func update(_ id: Endpoint.ID, _ change: (inout Forwarding) -> Void) {
        guard let index = self.forwardings.firstIndex(where: { $0.id == id }) else { return }
        change(&self.forwardings[index])
    }
}
