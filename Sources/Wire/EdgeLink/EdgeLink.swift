package import Addressing
package import Model

/// What an edge asks of the control plane. In one process it is a call; nothing here would not fit a network.
package protocol ControlPlane: Sendable {
    /// An agent's Auth (`spec/agent-protocol.md` 9.1, `spec/identity.md` 12).
    ///
    /// A session with the same client id and leg that is still alive has been closed, and its endpoints released,
    /// when this returns (13.4).
    func openSession(_ request: SessionRequest) async throws(Failure) -> SessionGrant

    /// Whether an account has registered the public key of SSH with this fingerprint, before the client has shown that it
    /// has the key's other half.
    ///
    /// - Throws: `.sshKeyUnknown` where none has.
    func checkKey(_ fingerprint: String) async throws(Failure)

    /// An agent's Bind. The endpoint is in force on every event loop of the edge when this returns.
    func bind(_ request: BindRequest, on connection: ConnectionID) async throws(Failure) -> BindGrant

    /// An agent's Unbind. The endpoint is offline when this returns.
    func unbind(_ bindID: String, on connection: ConnectionID) async throws(Failure)

    /// An agent's PatchTunnelState (9.6).
    func patch(_ patch: EndpointPatch, on connection: ConnectionID) async throws(Failure)

    /// The connection is over. Endpoints of a session that was lost are held for a short while; those of one that
    /// took its leave go at once.
    func connectionEnded(_ connection: ConnectionID, _ end: ConnectionEnd) async
}

/// What the control plane tells an edge.
package protocol EdgeNode: Sendable {
    /// Makes `table` the one in force.
    ///
    /// - Returns: when every event loop routes by it (or by a later one); the endpoints that could not be served,
    ///   with the reason, for instance a TCP port that another process has.
    func apply(_ table: EndpointTable) async -> [ResourceID<EndpointKind>: Failure]

    /// Makes changes to the table in force, as `apply` does with a whole one, in a time that depends on their number
    /// alone.
    ///
    /// - Returns: all endpoints that cannot be served now, with the reason; nil when the table in force is not their
    ///   base, and nothing was changed.
    func apply(_ changes: EndpointChanges) async -> [ResourceID<EndpointKind>: Failure]?

    /// Makes these restrictions the ones in force.
    ///
    /// - Returns: when every event loop goes by them (or by later ones).
    func apply(_ restrictions: VisitorRestrictions) async

    /// Makes these the certificates of their domains; other domains keep theirs. Connections that are open keep the one
    /// that they began with.
    ///
    /// - Returns: when every event loop serves them (or later ones); the domains whose certificate cannot be served,
    ///   with the reason. They keep what they had.
    func apply(_ certificates: [DomainCertificate]) async -> [HostPattern: Failure]

    /// Makes these the answers to authorities.
    ///
    /// - Returns: when every event loop gives them (or later ones).
    func apply(_ answers: ChallengeAnswers) async

    /// Ends an agent's connection, and returns when it is gone.
    func close(_ connection: ConnectionID, because failure: Failure?) async

    /// Takes one endpoint from an agent (StopTunnel, `spec/agent-protocol.md` 10); the session goes on.
    func stopEndpoint(bindID: String, on connection: ConnectionID, because failure: Failure) async

    /// Gives an agent a command, and returns when it has said that it will do it. One that ends its session waits for
    /// a while until nothing is under way on `legs`.
    ///
    /// - Parameters:
    ///   - command: what it is to do.
    ///   - connection: the one over which it is told.
    ///   - legs: all connections of its session.
    /// - Throws: `.commandRefused` with the agent's own words, `.commandUnanswered`, or `.sessionLost` when the
    ///   connection is gone.
    func command(
        _ command: AgentCommand,
        on connection: ConnectionID,
        sparing legs: [ConnectionID]
    ) async throws(Failure)

    /// Makes these what is captured of traffic.
    ///
    /// - Returns: when every event loop goes by them (or by later ones).
    func apply(_ orders: CaptureOrders) async

    /// Sends a request to an endpoint as a visitor would, past the endpoint's policy as it is now.
    ///
    /// - Throws: `.replayNotPossible` where the endpoint is not served, `.replayFailed` where nothing came back.
    func replay(_ order: ReplayOrder) async throws(Failure) -> ReplayAnswer
}

package enum ConnectionEnd: Sendable {
    /// The agent took its leave (GOAWAY after a disconnect), was told to stop, or the edge is draining.
    case graceful
    /// TCP ended, the heartbeat deadline passed, or the agent broke the protocol.
    case lost
}

/// Who asks for a session, and what it says of itself.
package struct SessionRequest: Sendable {
    package var connection: ConnectionID
    package var remoteAddress: NetworkAddress?
    /// The host of the connect address that the agent asked for by SNI.
    package var connectHost: String?
    /// Protocol versions by preference.
    package var versions: [String]
    /// From the first AuthResp of the session that is resumed; empty for a new one.
    package var clientID: String
    package var cookie: String
    package var authtoken: Secret
    /// SHA-256 of the public key of SSH that was proven in an authtoken's place, as `ssh-keygen -l` shows it.
    package var keyFingerprint: String?
    package var transport = SessionTransport.agent
    package var legNumber: Int
    package var userAgent: String
    package var clientType: String
    package var clientVersion: String
    package var operatingSystem: String
    package var architecture: String
    package var metadata: String
    package var heartbeatInterval: Duration
    package var heartbeatTolerance: Duration

    package init(
        connection: ConnectionID,
        remoteAddress: NetworkAddress?,
        connectHost: String?,
        versions: [String],
        clientID: String,
        cookie: String,
        authtoken: Secret,
        legNumber: Int,
        userAgent: String,
        clientType: String,
        clientVersion: String,
        operatingSystem: String,
        architecture: String,
        metadata: String,
        heartbeatInterval: Duration,
        heartbeatTolerance: Duration
    ) {
        self.connection = connection
        self.remoteAddress = remoteAddress
        self.connectHost = connectHost
        self.versions = versions
        self.clientID = clientID
        self.cookie = cookie
        self.authtoken = authtoken
        self.legNumber = legNumber
        self.userAgent = userAgent
        self.clientType = clientType
        self.clientVersion = clientVersion
        self.operatingSystem = operatingSystem
        self.architecture = architecture
        self.metadata = metadata
        self.heartbeatInterval = heartbeatInterval
        self.heartbeatTolerance = heartbeatTolerance
    }
}

/// What a session speaks.
package enum SessionTransport: Sendable, Hashable {
    /// The agent protocol.
    case agent
    /// `ssh -R` in an agent's place, which cannot come back to a session that was lost.
    case ssh
}

/// A session that was granted.
package struct SessionGrant: Sendable {
    package var sessionID: ResourceID<SessionKind>
    package var clientID: String
    package var cookie: String
    package var accountName: String
    package var planName: String
    package var region: String
    package var banner: String
    /// Where further legs connect, the first being the one that is open; empty for a single leg.
    package var connectAddresses: [String]

    package init(
        sessionID: ResourceID<SessionKind>,
        clientID: String,
        cookie: String,
        accountName: String,
        planName: String,
        region: String,
        banner: String,
        connectAddresses: [String]
    ) {
        self.sessionID = sessionID
        self.clientID = clientID
        self.cookie = cookie
        self.accountName = accountName
        self.planName = planName
        self.region = region
        self.banner = banner
        self.connectAddresses = connectAddresses
    }
}

/// What an agent asks to serve (`spec/agent-protocol.md` 9.2), without the options that only the agent needs back.
package struct BindRequest: Sendable {
    /// Empty on the first bind; on a rebind the name that must be used.
    package var bindID: String
    package var scheme: EndpointScheme
    /// The wish for an address by precedence: the first that is not empty counts.
    package var url: String
    package var domain: String
    package var hostname: String
    package var subdomain: String
    /// `host:port` wished for a TCP endpoint.
    package var address: String
    package var bindToken: String
    package var bindings: [String]
    package var isPooled: Bool
    package var name: String
    package var description: String
    package var metadata: String
    package var forwardsTo: String
    package var upstreamProtocol: String
    package var proxyProtocol: Int
    /// The traffic policy document as text; empty for none.
    package var trafficPolicy: String
    /// Names of module fields of Opts that are switched on, as they are spelt on the wire.
    package var modules: [String]

    package init(bindID: String, scheme: EndpointScheme) {
        self.bindID = bindID
        self.scheme = scheme
        self.url = ""
        self.domain = ""
        self.hostname = ""
        self.subdomain = ""
        self.address = ""
        self.bindToken = ""
        self.bindings = []
        self.isPooled = false
        self.name = ""
        self.description = ""
        self.metadata = ""
        self.forwardsTo = ""
        self.upstreamProtocol = ""
        self.proxyProtocol = 0
        self.trafficPolicy = ""
        self.modules = []
    }
}

/// An endpoint that was granted.
package struct BindGrant: Sendable {
    package var bindID: String
    package var url: EndpointURL
    package var token: String
    package var tunnelID: ResourceID<TunnelKind>

    package init(bindID: String, url: EndpointURL, token: String, tunnelID: ResourceID<TunnelKind>) {
        self.bindID = bindID
        self.url = url
        self.token = token
        self.tunnelID = tunnelID
    }
}

/// What changes on a running endpoint; nil leaves as it is.
package struct EndpointPatch: Sendable {
    package var tunnelID: String
    package var name: String?
    package var description: String?
    package var metadata: String?
    package var isPooled: Bool?
    package var trafficPolicy: String?

    package init(tunnelID: String) {
        self.tunnelID = tunnelID
    }
}
