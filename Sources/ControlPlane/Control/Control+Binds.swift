package import EdgeLink
internal import Addressing
internal import Logging
package import Model
internal import Secrets

extension Control {
    /// How many ports are tried for a TCP endpoint whose port nobody asked for.
    private static let portAttempts = 8

    package func bind(_ request: BindRequest, on connection: ConnectionID) async throws(Failure) -> BindGrant {
        guard !self.isDraining else {
            throw Failure(.sessionDraining, "The edge is shutting down; the agent will find it again in a moment.")
        }
        guard let account = self.sessions[connection]?.account else { throw .noSession }
        try BindChecks.check(request)
        let policy = try await self.policies.policy(request.trafficPolicy, for: request.scheme)
        try await self.checkObjects(of: policy, for: account)
        guard let leg = self.sessions[connection] else { throw .noSession }
        let traffic = try BindChecks.traffic(of: request, isOurs: leg.isOurs)
        let bindID = request.bindID.isEmpty ? RandomName.id() : request.bindID
        let key = BindKey(clientID: leg.key.clientID, bindID: bindID)

        var refused: Set<UInt16> = []
        let reserved = request.scheme == .tcp ? try await self.reservedPorts() : []
        while true {
            // The session may have ended, or its rules may have changed, while the store was asked.
            guard let leg = self.sessions[connection] else { throw .noSession }
            let name = try self.name(for: request, key, leg, avoiding: refused, reserved)
            if let failure = try await self.reservation(against: name, leg.account) {
                guard name.origin == .given, name.url.scheme == .tcp, refused.insert(name.url.port).inserted else {
                    throw failure
                }
                continue
            }
            try await self.checkCookieDomains(of: policy, for: name.url, of: leg.account)
            guard self.sessions[connection] != nil else { throw .noSession }
            try self.policies.check(policy, for: name.url, binding: name.binding)
            let endpoint = try self.admit(name, request, key, leg, traffic, policy)
            await self.publish()
            guard let failure = self.publication.failures[endpoint.id] else {
                return try self.grant(endpoint, key, leg)
            }
            await self.withdraw(endpoint, failure)
            refused.insert(name.url.port)
            guard name.url.scheme == .tcp, name.origin != .wished, refused.count < Self.portAttempts else {
                throw failure
            }
        }
    }

    /// The URL that the request gets, if the credential may have it.
    private func name(
        for request: BindRequest,
        _ key: BindKey,
        _ leg: AgentLeg,
        avoiding refused: Set<UInt16>,
        _ reserved: Set<UInt16>
    ) throws(Failure) -> EndpointNaming.Name {
        let given = self.given(to: request, key, leg)
        let naming = EndpointNaming(
            configuration: self.configuration,
            given: given.flatMap { $0.scheme == .tcp && refused.contains($0.port) ? nil : $0 },
            isTCPPortFree: { !refused.contains($0) && !reserved.contains($0) && self.endpoints.isTCPPortFree($0) }
        )
        let name = try naming.name(for: refused.isEmpty ? request : request.withoutAddress)
        switch name.origin {
        case .wished:
            try leg.rules.check(name.url, in: name.binding)
        case .drawn:
            try leg.rules.checkRandom(name.url.scheme)
        case .given:
            do throws(Failure) {
                try leg.rules.check(name.url, in: name.binding)
            } catch {
                // What was drawn for the account may come back to those who may have something drawn.
                try leg.rules.checkRandom(name.url.scheme)
            }
        }
        return name
    }

    /// The URL that the agent had under this name: on another leg, before it was lost, or as its token says.
    private func given(to request: BindRequest, _ key: BindKey, _ leg: AgentLeg) -> EndpointURL? {
        let token = BindToken(opening: request.bindToken, with: self.keys)?.url(
            for: leg.account,
            at: self.seconds,
            lifetime: self.configuration.bindTokenLifetime,
            ports: self.configuration.ports
        )
        guard let url = token ?? self.endpoints[key]?.url, url.scheme == request.scheme else { return nil }
        return url
    }

    private func admit(
        _ name: EndpointNaming.Name,
        _ request: BindRequest,
        _ key: BindKey,
        _ leg: AgentLeg,
        _ traffic: AgentTraffic,
        _ policy: EndpointPolicy?
    ) throws(Failure) -> LiveEndpoint {
        guard self.endpoints.count(on: leg.connection) < self.configuration.maximumEndpointsPerSession else {
            throw Failure(
                .tooManyEndpointsInSession,
                "A session may have \(self.configuration.maximumEndpointsPerSession) endpoints."
            )
        }
        if let limit = self.configuration.maximumEndpointsPerAccount, self.endpoints[key] == nil,
            !self.endpoints.hasRoom(for: leg.account, below: limit)
        {
            throw Failure(.tooManyEndpoints, "The account may have \(limit) endpoints.")
        }
        let agent = AgentBinding(
            key: key,
            connections: [leg.connection],
            traffic: traffic,
            name: request.name,
            description: request.description,
            metadata: request.metadata,
            forwardsTo: request.forwardsTo
        )
        let candidate = LiveEndpoint(
            id: .new(at: self.seconds),
            account: leg.account,
            url: name.url,
            binding: name.binding,
            isPooled: request.isPooled,
            policy: policy,
            source: .agent(agent)
        )
        let admission = try self.endpoints.admit(candidate)
        for id in admission.ended { self.endHold(of: id) }
        return admission.endpoint
    }

    /// The answer to a bind whose endpoint is in force.
    private func grant(_ endpoint: LiveEndpoint, _ key: BindKey, _ leg: AgentLeg) throws(Failure) -> BindGrant {
        guard self.endpoints[endpoint.id]?.agent?.connections.contains(leg.connection) ?? false,
            let tunnel = endpoint.tunnelID
        else { throw .noSession }
        self.logger.info("endpoint online", metadata: self.facts(of: endpoint, leg))
        let token = BindToken(account: leg.account, url: endpoint.url, issued: self.seconds)
        return BindGrant(
            bindID: key.bindID,
            url: endpoint.url,
            token: token.sealed(with: self.keys),
            tunnelID: tunnel
        )
    }

    /// Takes back an endpoint that the edge could not serve.
    private func withdraw(_ endpoint: LiveEndpoint, _ failure: Failure) async {
        self.logger.warning(
            "endpoint cannot be served",
            metadata: [
                "endpoint.url": "\(endpoint.url)", "error.code": "\(failure.code.name)",
                "error.detail": "\(failure.detail)",
            ]
        )
        self.endpoints.remove(endpoint.id)
        await self.publish()
    }

    package func unbind(_ bindID: String, on connection: ConnectionID) async throws(Failure) {
        guard let leg = self.sessions[connection] else { throw .noSession }
        guard let endpoint = self.endpoints[BindKey(clientID: leg.key.clientID, bindID: bindID)] else {
            throw Failure(.endpointUnknown, "There is no endpoint with the id \(bindID.prefix(128)) in this session.")
        }
        self.endpoints.remove(endpoint.id)
        self.endHold(of: endpoint.id)
        await self.publish()
        self.logger.info("endpoint offline", metadata: self.facts(of: endpoint, leg))
    }

    package func patch(_ patch: EndpointPatch, on connection: ConnectionID) async throws(Failure) {
        let before = try self.endpoint(patch.tunnelID, on: connection)
        try BindChecks.checkTexts(name: patch.name, description: patch.description, metadata: patch.metadata)
        var policy: EndpointPolicy?
        if let text = patch.trafficPolicy {
            policy = try await self.policies.policy(text, for: before.url.scheme)
            try self.policies.check(policy, for: before.url, binding: before.binding)
            try await self.checkObjects(of: policy, for: before.account)
            try await self.checkCookieDomains(of: policy, for: before.url, of: before.account)
        }
        // It may have gone, or have been patched, while a policy was read.
        var endpoint = try self.endpoint(patch.tunnelID, on: connection)
        guard var agent = endpoint.agent else { return }
        agent.name = patch.name ?? agent.name
        agent.description = patch.description ?? agent.description
        agent.metadata = patch.metadata ?? agent.metadata
        endpoint.isPooled = patch.isPooled ?? endpoint.isPooled
        if patch.trafficPolicy != nil { endpoint.policy = policy }
        endpoint.source = .agent(agent)
        try self.endpoints.patch(endpoint)
        await self.publish()
    }

    /// An endpoint of the session that the connection belongs to.
    private func endpoint(_ tunnelID: String, on connection: ConnectionID) throws(Failure) -> LiveEndpoint {
        guard let leg = self.sessions[connection] else { throw .noSession }
        guard let id = ResourceID<TunnelKind>(tunnelID)?.endpoint, let endpoint = self.endpoints[id],
            endpoint.agent?.key.clientID == leg.key.clientID
        else {
            throw Failure(.endpointUnknown, "There is no endpoint \(tunnelID.prefix(64)) in this session.")
        }
        return endpoint
    }

    func facts(of endpoint: LiveEndpoint, _ leg: AgentLeg) -> Logger.Metadata {
        [
            "endpoint.id": "\(endpoint.id)", "endpoint.url": "\(endpoint.url)", "session.id": "\(leg.sessionID)",
            "account.id": "\(leg.account)",
        ]
    }
}

extension Failure {
    /// The connection was taken over, revoked or closed while its call was on the way.
    fileprivate static let noSession = Failure(.sessionLost, "This connection has no session any more.")
}

extension ResourceID<TunnelKind> {
    /// The endpoint that shares its name.
    fileprivate var endpoint: ResourceID<EndpointKind>? { ResourceID<EndpointKind>("ep_" + self.text.dropFirst(3)) }
}

extension BindRequest {
    /// The same without the address that was given before and cannot be had any more.
    fileprivate var withoutAddress: BindRequest {
        var request = self
        request.address = ""
        if request.url != "" { request.url = "\(request.scheme.rawValue)://" }
        return request
    }
}
