import Addressing
import EdgeLink
import Model
import Secrets

/// An endpoint that is online, or held for an agent that was lost a moment ago. Those of the cloud are always online.
struct LiveEndpoint: Sendable {
    let id: ResourceID<EndpointKind>
    let account: ResourceID<AccountKind>
    /// A cloud endpoint may move to another; that of an agent stays.
    var url: EndpointURL
    /// From where it is reached.
    var binding: EndpointBinding
    var isPooled: Bool
    /// What its traffic must pass; nil where nothing would run.
    var policy: EndpointPolicy?
    var source: Source

    enum Source: Sendable {
        case agent(AgentBinding)
        /// A static upstream.
        case address(host: String, port: UInt16)
        /// A record of the account: nothing stands behind it, and its policy handles all of its traffic.
        case cloud
    }

    /// The name under which agents patch it: the endpoint's own, of another kind.
    var tunnelID: ResourceID<TunnelKind>? { ResourceID("tn_" + self.id.text.dropFirst("ep_".count)) }

    /// What its agent said and did; nil where it has none.
    var agent: AgentBinding? {
        guard case .agent(let agent) = self.source else { return nil }
        return agent
    }

    var isCloud: Bool {
        guard case .cloud = self.source else { return false }
        return true
    }

    /// Whether its agent was lost and may come back.
    var isHeld: Bool { self.agent?.connections.isEmpty ?? false }

    /// As the data plane needs it.
    var routed: RoutedEndpoint {
        let target: RoutedEndpoint.Target =
            switch self.source {
            case .address(let host, let port): .address(host: host, port: port)
            case .cloud: .cloud
            case .agent(let agent) where agent.connections.isEmpty || agent.isLeaving: .held
            case .agent(let agent):
                .agent(
                    AgentTarget(
                        connections: agent.connections,
                        bindID: agent.key.bindID,
                        proxyProtocol: agent.traffic.proxyProtocol,
                        upstreamProtocol: agent.traffic.upstreamProtocol,
                        mayShareStreams: agent.traffic.mayShareStreams
                    )
                )
            }
        return RoutedEndpoint(
            id: self.id,
            account: self.account,
            url: self.url,
            binding: self.binding,
            isPooled: self.isPooled,
            policy: self.policy,
            target: target
        )
    }
}

extension LiveEndpoint {
    /// The account to which static upstreams belong: none that anybody can sign in to.
    private static let platform = ResourceID<AccountKind>(KSUID.platform)

    init(_ upstream: Control.StaticUpstream) {
        self.id = .new(at: 0)
        self.account = Self.platform
        self.url = upstream.url
        self.binding = .public
        self.isPooled = false
        self.policy = upstream.policy
        self.source = .address(host: upstream.host, port: upstream.port)
    }
}

extension KSUID {
    /// All zeros, which is never drawn.
    fileprivate static let platform: KSUID = {
        guard let none = KSUID(String(repeating: "0", count: KSUID.length)) else {
            preconditionFailure("27 zeros are a KSUID")
        }
        return none
    }()
}

/// What an agent said and did about an endpoint of its own.
struct AgentBinding: Sendable {
    let key: BindKey
    /// The connections (legs) on which it is bound, in the order of their binds.
    var connections: [ConnectionID]
    /// Whether the agent was told to go: nobody new is sent to it.
    var isLeaving = false
    var traffic: AgentTraffic
    var name: String
    var description: String
    var metadata: String
    var forwardsTo: String
}

/// A bind id is unique inside the session of one client only.
struct BindKey: Sendable, Hashable {
    let clientID: String
    let bindID: String
}

/// How streams to an agent are spoken.
struct AgentTraffic: Sendable, Hashable {
    var proxyProtocol: ProxyProtocolVersion?
    var upstreamProtocol: UpstreamProtocol
    var mayShareStreams: Bool
}
