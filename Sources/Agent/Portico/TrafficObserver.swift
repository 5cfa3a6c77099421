package import NIOCore

/// Is told of the connections that an agent carries, and of the HTTP exchanges on them.
///
/// Called on event loops, in the middle of forwarding: what it does must be short and must not wait.
package protocol TrafficObserver: Sendable {
    /// Whether single exchanges are of interest; if not, no time is spent on finding them.
    var watchesExchanges: Bool { get }

    func connectionOpened(_ connection: ObservedConnection)
    func connectionClosed(_ connection: ObservedConnection, after duration: TimeAmount)
    /// An upstream could not be reached.
    func upstreamFailed(_ connection: ObservedConnection, reason: String)
    /// A response has begun.
    func exchangeAnswered(_ exchange: ObservedExchange)
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

/// The first lines of a request and of its response, as they passed by. Method, target and reason are the peers'
/// bytes: escape before showing.
package struct ObservedExchange: Sendable, Equatable {
    package let method: String
    /// Cut at 256 bytes.
    package let target: String
    package let status: Int
    package let reason: String
    /// From the request's first byte to the response's.
    package let duration: TimeAmount

    package init(method: String, target: String, status: Int, reason: String, duration: TimeAmount) {
        self.method = method
        self.target = target
        self.status = status
        self.reason = reason
        self.duration = duration
    }
}
