import Addressing
import EdgeLink
import Model
import Secrets

/// An endpoint that is online, or held for an agent that was lost a moment ago.
struct LiveEndpoint: Sendable {
    let id: ResourceID<EndpointKind>
    let account: ResourceID<AccountKind>
    let url: EndpointURL
    var isPooled: Bool
    /// What its traffic must pass; nil where nothing would run.
    var policy: EndpointPolicy?
    var source: Source

    enum Source: Sendable {
        case agent(AgentBinding)
        /// A static upstream.
        case address(host: String, port: UInt16)
    }

    /// The name under which agents patch it: the endpoint's own, of another kind.
    var tunnelID: ResourceID<TunnelKind>? { ResourceID("tn_" + self.id.text.dropFirst("ep_".count)) }

    var binding: AgentBinding? {
        guard case .agent(let binding) = self.source else { return nil }
        return binding
    }

    /// Whether its agent was lost and may come back.
    var isHeld: Bool { self.binding?.connections.isEmpty ?? false }

    /// As the data plane needs it.
    var routed: RoutedEndpoint {
        let target: RoutedEndpoint.Target =
            switch self.source {
            case .address(let host, let port): .address(host: host, port: port)
            case .agent(let binding) where binding.connections.isEmpty: .held
            case .agent(let binding):
                .agent(
                    AgentTarget(
                        connections: binding.connections,
                        bindID: binding.key.bindID,
                        proxyProtocol: binding.traffic.proxyProtocol,
                        upstreamProtocol: binding.traffic.upstreamProtocol,
                        mayShareStreams: binding.traffic.mayShareStreams
                    )
                )
            }
        return RoutedEndpoint(
            id: self.id,
            account: self.account,
            url: self.url,
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
