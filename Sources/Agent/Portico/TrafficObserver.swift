package import Inspection
package import NIOCore

/// Is told of the connections that an agent carries, and of the HTTP exchanges on them.
///
/// Called on event loops, in the middle of forwarding: what it does must be short and must not wait.
package protocol TrafficObserver: Sendable {
    /// Whether single exchanges are of interest; if not, no time is spent on finding them.
    var watchesExchanges: Bool { get }

    /// How much of each exchange is kept for `exchangeFinished`; nil: nothing is.
    var capture: CaptureWish? { get }

    func connectionOpened(_ connection: ObservedConnection)
    func connectionClosed(_ connection: ObservedConnection, after duration: TimeAmount)
    /// An upstream could not be reached.
    func upstreamFailed(_ connection: ObservedConnection, reason: String)
    /// A response has begun.
    func exchangeAnswered(_ exchange: ObservedExchange, on connection: ObservedConnection)
    /// A response is complete, or its connection is over.
    func exchangeFinished(_ exchange: TappedExchange, on connection: ObservedConnection)
}

extension TrafficObserver {
    package var capture: CaptureWish? { nil }

    package func exchangeFinished(_ exchange: TappedExchange, on connection: ObservedConnection) {}
}

/// How much of exchanges is kept.
package struct CaptureWish: Sendable {
    /// Bytes of each message.
    package let limit: Int
    /// What all exchanges that are under way may take.
    package let budget: CaptureBudget

    package init(limit: Int, budget: CaptureBudget) {
        self.limit = limit
        self.budget = budget
    }
}

/// One proxied connection.
package struct ObservedConnection: Sendable {
    package let endpoint: Endpoint.ID
    /// Random, for logs.
    package let id: UInt64
    /// The visitor, `address:port`.
    package let visitor: String
    /// What the agent dialled; the empty string when an application took the connection itself.
    package let upstream: String

    package init(endpoint: Endpoint.ID, id: UInt64, visitor: String, upstream: String) {
        self.endpoint = endpoint
        self.id = id
        self.visitor = visitor
        self.upstream = upstream
    }
}
