package import Addressing
package import Model

/// Every endpoint that an edge serves, as the control plane wants it: one immutable value, replaced whole.
package struct EndpointTable: Sendable {
    /// Grows by each table; a lower one that arrives late is not applied.
    package let revision: UInt64
    package let endpoints: [RoutedEndpoint]

    package init(revision: UInt64, endpoints: [RoutedEndpoint]) {
        self.revision = revision
        self.endpoints = endpoints
    }
}

/// How a table differs from the one before it.
package struct EndpointChanges: Sendable {
    /// The revision of the table that they are made to.
    package let base: UInt64
    /// That of the table which they make of it.
    package let revision: UInt64
    /// Endpoints that are new, or other than before under their id.
    package let put: [RoutedEndpoint]
    package let removed: [ResourceID<EndpointKind>]

    package init(base: UInt64, revision: UInt64, put: [RoutedEndpoint], removed: [ResourceID<EndpointKind>]) {
        self.base = base
        self.revision = revision
        self.put = put
        self.removed = removed
    }
}

/// One endpoint of a table.
package struct RoutedEndpoint: Sendable {
    package let id: ResourceID<EndpointKind>
    package let account: ResourceID<AccountKind>
    package let url: EndpointURL
    /// From where it is reached. Where that is not the public, the URL belongs to the account, and its port is a part of
    /// the name on which nobody listens.
    package let binding: EndpointBinding
    /// Whether it shares its URL with others that say so too.
    package let isPooled: Bool
    /// What its traffic must pass; nil where there is nothing to run.
    package let policy: EndpointPolicy?
    package let target: Target

    /// Where an endpoint's traffic goes.
    package enum Target: Sendable {
        /// To an agent, over any of these connections of its session.
        case agent(AgentTarget)
        /// To a TCP address that the edge dials itself: a host name or an address literal, and a port.
        case address(host: String, port: UInt16)
        /// Nowhere for the moment: the agent's session was lost a short while ago. Visitors wait for it to come back.
        case held
        /// Nowhere: the endpoint lives in the cloud, and its policy handles all of its traffic.
        case cloud
    }

    package init(
        id: ResourceID<EndpointKind>,
        account: ResourceID<AccountKind>,
        url: EndpointURL,
        binding: EndpointBinding = .public,
        isPooled: Bool,
        policy: EndpointPolicy? = nil,
        target: Target
    ) {
        self.id = id
        self.account = account
        self.url = url
        self.binding = binding
        self.isPooled = isPooled
        self.policy = policy
        self.target = target
    }
}

/// An endpoint that an agent bound.
package struct AgentTarget: Sendable {
    /// The connections (legs) of the agent's session on which it is bound; never empty.
    package let connections: [ConnectionID]
    /// The name of the bind inside the session, as it goes into the proxy header (`spec/agent-protocol.md` 11.1).
    package let bindID: String
    /// Version of the PROXY header that the edge writes on each stream; nil for none.
    package let proxyProtocol: ProxyProtocolVersion?
    /// What the edge speaks on the streams of an HTTP endpoint.
    package let upstreamProtocol: UpstreamProtocol
    /// Whether a stream may carry requests of several visitors (`spec/agent-protocol.md` 11.5).
    package let mayShareStreams: Bool

    package init(
        connections: [ConnectionID],
        bindID: String,
        proxyProtocol: ProxyProtocolVersion?,
        upstreamProtocol: UpstreamProtocol,
        mayShareStreams: Bool
    ) {
        self.connections = connections
        self.bindID = bindID
        self.proxyProtocol = proxyProtocol
        self.upstreamProtocol = upstreamProtocol
        self.mayShareStreams = mayShareStreams
    }
}

package enum ProxyProtocolVersion: Int, Sendable { case v1 = 1, v2 = 2 }
package enum UpstreamProtocol: String, Sendable { case http1, http2 }

/// One TCP connection of an agent to this edge, as long as the process lives.
package struct ConnectionID: Sendable, Hashable {
    package let value: UInt64

    package init(_ value: UInt64) {
        self.value = value
    }
}
