import Foundation
package import Inspection
package import NIOCore
package import Portico
import Synchronization

/// Counts the traffic of each endpoint, and keeps exchanges to be looked at.
package final class TrafficInspector: AgentDisplay {
    /// What is kept where the configuration says nothing.
    package static let defaultBytes = 50 << 20
    /// Of each message.
    static let messageBytes = 256 << 10

    /// What is known of one endpoint's traffic.
    package struct Traffic: Sendable {
        package var connections = TrafficStatistics()
        package var exchanges = TrafficStatistics()
    }

    private struct Contents {
        var names: [Endpoint.ID: String] = [:]
        var traffic: [Endpoint.ID: Traffic] = [:]
        var latency: Duration?
    }

    /// nil: nothing is kept.
    package let store: ExchangeStore?
    package let capture: CaptureWish?
    private let contents = Mutex(Contents())

    /// - Parameter limitBytes: what is kept, about; 0 for nothing.
    package init(limitBytes: Int) {
        self.store = limitBytes > 0 ? ExchangeStore(limitBytes: limitBytes) : nil
        let perMessage = min(Self.messageBytes, limitBytes / 4)
        self.capture =
            limitBytes > 0 ? CaptureWish(limit: perMessage, budget: CaptureBudget(limit: limitBytes)) : nil
    }

    package var watchesExchanges: Bool { true }

    /// The traffic of an endpoint so far.
    package func traffic(of id: Endpoint.ID) -> Traffic {
        self.contents.withLock { contents in
            var traffic = contents.traffic[id] ?? Traffic()
            traffic.connections.advance(to: .now())
            traffic.exchanges.advance(to: .now())
            contents.traffic[id] = traffic
            return traffic
        }
    }

    /// Of the last heartbeat; nil before the first.
    package var latency: Duration? { self.contents.withLock(\.latency) }

    /// Keeps an exchange, as if it had come by an endpoint.
    ///
    /// - Parameters:
    ///   - exchange: what passed by.
    ///   - endpoint: its local name.
    ///   - visitor: who asked, without port.
    ///   - original: the exchange whose request was sent again; nil where a visitor sent it.
    /// - Returns: what is kept, or would be.
    @discardableResult
    package func keep(
        _ exchange: TappedExchange,
        of endpoint: String,
        visitor: String,
        original: String? = nil
    ) -> CapturedExchange {
        let duration = Double(exchange.duration.nanoseconds) / 1e9
        let captured = CapturedExchange(
            id: "ex_" + Self.random(),
            endpoint: endpoint,
            visitor: visitor,
            start: Date(timeIntervalSinceNow: -duration),
            exchange: exchange,
            original: original
        )
        self.store?.add(captured)
        return captured
    }

    // MARK: - What it is told

    package func endpointStarted(_ endpoint: Endpoint, name: String) {
        self.contents.withLock { $0.names[endpoint.id] = name }
    }

    package func endpointClosed(_ endpoint: Endpoint, name: String) {
        self.forget(endpoint.id)
    }

    package func happened(_ event: Agent.Event, details: Agent.SessionDetails?) {
        switch event {
        case .latencyMeasured(let latency): self.contents.withLock { $0.latency = latency }
        case .endpointStopped(let id, _): self.forget(id)
        default: return
        }
    }

    package func failed(_ error: any Error) {}

    package func finish() async {}

    package func connectionOpened(_ connection: ObservedConnection) {
        self.contents.withLock { $0.traffic[connection.endpoint, default: Traffic()].connections.opened(at: .now()) }
    }

    package func connectionClosed(_ connection: ObservedConnection, after duration: TimeAmount) {
        self.change(connection.endpoint) { $0.connections.closed(after: duration) }
    }

    package func upstreamFailed(_ connection: ObservedConnection, reason: String) {}

    package func exchangeAnswered(_ exchange: ObservedExchange, on connection: ObservedConnection) {
        self.change(connection.endpoint) { traffic in
            traffic.exchanges.opened(at: .now())
            traffic.exchanges.closed(after: exchange.duration)
        }
    }

    package func exchangeFinished(_ exchange: TappedExchange, on connection: ObservedConnection) {
        let name = self.contents.withLock { $0.names[connection.endpoint] }
        self.keep(exchange, of: name ?? "", visitor: Self.address(connection.visitor))
    }

    // MARK: - Parts

    /// What ends after its endpoint was forgotten counts for nothing.
    private func change(_ id: Endpoint.ID, _ body: (inout Traffic) -> Void) {
        self.contents.withLock { contents in
            guard contents.traffic[id] != nil else { return }
            body(&contents.traffic[id, default: Traffic()])
        }
    }

    private func forget(_ id: Endpoint.ID) {
        self.contents.withLock { contents in
            contents.names[id] = nil
            contents.traffic[id] = nil
        }
    }

    /// Without the port.
    private static func address(_ visitor: String) -> String {
        guard let colon = visitor.lastIndex(of: ":") else { return visitor }
        return visitor[..<colon].filter { $0 != "[" && $0 != "]" }
    }

    private static func random() -> String {
        String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
    }
}
