internal import Addressing
internal import Model

/// What the API shows of agents: their endpoints and sessions at this moment.
extension Control {
    /// The endpoints of an account whose agents are connected.
    func onlineEndpoints(of account: ResourceID<AccountKind>) -> [OnlineEndpoint] {
        self.endpoints.all.filter { $0.account == account }.compactMap { self.online($0) }
    }

    /// nil when the account has none of this identifier.
    func onlineEndpoint(
        _ id: ResourceID<EndpointKind>,
        of account: ResourceID<AccountKind>
    ) -> OnlineEndpoint? {
        guard let endpoint = self.endpoints[id], endpoint.account == account else { return nil }
        return self.online(endpoint)
    }

    private func online(_ endpoint: LiveEndpoint) -> OnlineEndpoint? {
        guard let agent = endpoint.agent, let leg = agent.connections.compactMap({ self.sessions[$0] }).first else {
            return nil
        }
        return OnlineEndpoint(endpoint: endpoint, agent: agent, leg: leg, region: self.configuration.region)
    }

    /// The sessions of an account's agents, each by its first connection.
    func agentSessions(of account: ResourceID<AccountKind>) -> [AgentLeg] {
        var first: [ResourceID<SessionKind>: AgentLeg] = [:]
        for leg in self.sessions.all where leg.account == account {
            if let other = first[leg.sessionID], other.key.number <= leg.key.number { continue }
            first[leg.sessionID] = leg
        }
        return Array(first.values)
    }
}

/// An endpoint whose agent is connected.
struct OnlineEndpoint: Sendable {
    let endpoint: LiveEndpoint
    let agent: AgentBinding
    /// The first connection of its session that it is bound on.
    let leg: AgentLeg
    let region: String
}
