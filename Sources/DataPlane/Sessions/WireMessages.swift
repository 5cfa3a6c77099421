import Addressing
import AgentProtocol
import EdgeLink
import JSON
import Model

// What the wire says, as the control plane is asked, and back.

extension SessionRequest {
    init(_ auth: AgentMessage.Auth, from connection: AgentConnection) {
        self.init(
            connection: connection.id,
            remoteAddress: connection.remoteAddress,
            connectHost: connection.connectHost,
            versions: auth.versions,
            clientID: auth.clientID,
            cookie: auth.cookie,
            authtoken: auth.authtoken,
            legNumber: Int(clamping: auth.legNumber),
            userAgent: auth.userAgent,
            clientType: auth.clientType,
            clientVersion: auth.version,
            operatingSystem: auth.operatingSystem,
            architecture: auth.architecture,
            metadata: auth.metadata,
            heartbeatInterval: auth.heartbeatInterval,
            heartbeatTolerance: auth.heartbeatTolerance
        )
    }
}

extension AgentMessage.AuthAnswer {
    init(_ grant: SessionGrant) {
        self.init(clientID: grant.clientID)
        self.cookie = grant.cookie
        self.sessionID = grant.sessionID.text
        self.serverVersion = ProductVersion.current
        self.region = grant.region
        self.accountName = grant.accountName
        self.planName = grant.planName
        self.banner = grant.banner
        self.connectAddresses = grant.connectAddresses.map { .init(region: grant.region, address: $0) }
    }
}

extension BindRequest {
    /// - Throws: `.protocolUnsupported` for a protocol that is none of the four.
    init(_ bind: AgentMessage.Bind) throws(Failure) {
        guard let scheme = EndpointScheme(rawValue: bind.proto.lowercased()) else {
            throw Failure(
                .protocolUnsupported,
                "Endpoints of protocol \"\(bind.proto)\" are not supported: use http, https, tcp or tls."
            )
        }
        self.init(bindID: bind.id, scheme: scheme)
        self.url = bind.options.url
        self.domain = bind.options.domain
        self.hostname = bind.options.hostname
        self.subdomain = bind.options.subdomain
        self.address = bind.options.address
        self.bindToken = bind.token
        self.bindings = bind.bindings
        self.isPooled = bind.isPooled
        self.name = bind.name
        self.description = bind.description
        self.metadata = bind.metadata
        self.forwardsTo = bind.forwardsTo
        self.upstreamProtocol = bind.forwardsProto
        self.proxyProtocol = Int(clamping: bind.options.proxyProtocol)
        self.trafficPolicy = bind.options.trafficPolicy
        self.modules = bind.options.modules
        if let tls = TLSModules(bind) {
            self.trafficPolicy = tls.policy
            self.modules.removeAll { tls.names.contains($0) }
        }
        // Older agents ask for these outside of the module fields; to drop them in silence would leave an endpoint
        // without the password that its owner set.
        if bind.options.json["Auth"]?.string?.isEmpty == false { self.modules.append("Auth") }
        if bind.options.json["HostHeaderRewrite"]?.bool == true { self.modules.append("HostHeaderRewrite") }
    }
}

extension EndpointPatch {
    init(_ patch: AgentMessage.PatchTunnelState) {
        self.init(tunnelID: patch.tunnelID)
        self.name = patch.name
        self.description = patch.description
        self.metadata = patch.metadata
        self.isPooled = patch.isPooled
        self.trafficPolicy = patch.trafficPolicy
    }
}
