internal import EdgeLink
internal import Logging
internal import Model

extension Control {
    /// How long an agent that said that it will go may take to do so.
    private static let departureLimit = Duration.seconds(30)

    /// Gives an agent a command over the first connection of its session. Before it is told to go, its endpoints leave
    /// their pools, and what they have under way ends: visitors who come meanwhile go to others, or wait for what
    /// becomes of it (`spec/endpoints.md` 6).
    ///
    /// - Throws: `apiUnknown` when the account has no such session, or the agent's refusal.
    func command(
        _ command: AgentCommand,
        session: String,
        of account: ResourceID<AccountKind>
    ) async throws(Failure) {
        let gone = Failure(.apiUnknown, "The account has no session \(session.prefix(64)).")
        guard let leg = self.agentSessions(of: account).first(where: { $0.sessionID.text == session }),
            let edge = self.edge
        else { throw gone }
        let isToGo = command.endsSession
        if isToGo { await self.setLeaving(true, leg.key.clientID) }
        do throws(Failure) {
            try await edge.command(command, on: leg.connection, sparing: self.connections(of: leg.sessionID))
        } catch {
            if isToGo { await self.setLeaving(false, leg.key.clientID) }
            throw error.code == .sessionLost ? gone : error
        }
        if isToGo { self.awaitDeparture(of: leg) }
    }

    private func connections(of session: ResourceID<SessionKind>) -> [ConnectionID] {
        self.sessions.all.filter { $0.sessionID == session }.map(\.connection)
    }

    private func setLeaving(_ isLeaving: Bool, _ clientID: String) async {
        self.departures.removeValue(forKey: clientID)?.cancel()
        guard self.endpoints.setLeaving(isLeaving, clientID) else { return }
        await self.publish()
    }

    /// An agent that is still there after a while has thought better of it, and serves again.
    private func awaitDeparture(of leg: AgentLeg) {
        let clientID = leg.key.clientID
        self.departures[clientID] = Task { [clock] in
            // Cancelled when it is told something else.
            guard (try? await clock.sleep(for: Self.departureLimit)) != nil else { return }
            await self.departureElapsed(clientID)
        }
    }

    private func departureElapsed(_ clientID: String) async {
        guard !Task.isCancelled, self.departures.removeValue(forKey: clientID) != nil,
            self.endpoints.setLeaving(false, clientID)
        else { return }
        await self.publish()
        self.logger.warning("agent did not go although it said so; its endpoints are served again")
    }
}
