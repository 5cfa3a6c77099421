package import Addressing
package import Expression

/// What is known of a visitor's connection. One for each connection, on its event loop.
package final class ConnectionFacts {
    package let client: NetworkAddress?
    package let server: NetworkAddress?
    /// The name of this edge's location.
    package let region: String
    package let start: Timestamp
    /// Nil on connections without TLS. The handshake's part is filled in when it is done.
    package var tls: TLSFacts?
    /// How its TLS ends here, where a policy has said so.
    package private(set) var termination: TLSTermination?
    /// Whether its handshake is being answered, or has been: TLS ends as it does.
    package private(set) var isHandshakeBegun = false
    /// Nil unless the connection came through an endpoint that is bound to a cluster.
    package let pod: PodFacts?
    /// How many requests of policies have led to this one, where it is no visitor's, as far as the edge knows by itself.
    package var policyHops = 0
    private let directory: (any AddressDirectory)?

    /// The addresses as texts, which rules ask for again and again.
    private(set) lazy var clientText = self.client.map { "\($0.ip)" }
    private(set) lazy var serverText = self.server.map { "\($0.ip)" }
    /// What is known of the client's address; looked up when it is first asked for.
    package private(set) lazy var clientOrigin = self.origin(of: self.client)
    /// The same for the address that the visitor connected to.
    package private(set) lazy var serverOrigin = self.origin(of: self.server)

    package init(
        client: NetworkAddress?,
        server: NetworkAddress?,
        region: String,
        start: Timestamp,
        tls: TLSFacts? = nil,
        pod: PodFacts? = nil,
        directory: (any AddressDirectory)? = nil
    ) {
        self.client = client
        self.server = server
        self.region = region
        self.start = start
        self.tls = tls
        self.pod = pod
        self.directory = directory
    }

    /// Has its TLS end as `settings` say. The last word counts as long as the handshake has not begun.
    ///
    /// - Returns: false where it has ended in another way.
    func endTLS(as settings: TLSTermination) -> Bool {
        guard !self.isHandshakeBegun else { return (self.termination ?? .standard) == settings }
        self.termination = settings
        return true
    }

    /// The handshake is about to be answered as a policy has said.
    ///
    /// - Returns: how; nil where no policy has said so, or the handshake has begun.
    package func beginHandshake() -> TLSTermination? {
        guard let termination, !self.isHandshakeBegun else { return nil }
        self.isHandshakeBegun = true
        return termination
    }

    /// The handshake has been answered without a word of a policy.
    package func noteHandshake() {
        self.isHandshakeBegun = true
    }

    private func origin(of address: NetworkAddress?) -> AddressOrigin? {
        address.flatMap { self.directory?.origin(of: $0.ip) }
    }
}

/// The pod that connected, as the operator tells of it (`spec/expressions.md` 4.5).
package struct PodFacts: Sendable, Hashable {
    package var id = ""
    package var name = ""
    package var namespace = ""
    /// Those of its annotations that policies may see, by name, in order.
    package var annotations: [Pair] = []
    /// Why nothing is known of it; empty when it is.
    package var errorCode = ""
    package var errorMessage = ""

    package init() {}

    package struct Pair: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }
}
