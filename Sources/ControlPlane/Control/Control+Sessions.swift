package import EdgeLink
internal import Addressing
internal import Logging
package import Model
internal import Secrets
internal import Store

extension Control {
    package func openSession(_ request: SessionRequest) async throws(Failure) -> SessionGrant {
        guard !self.isDraining else {
            throw Failure(.sessionDraining, "The edge is shutting down; the agent will find it again in a moment.")
        }
        guard self.sessions.beginOpening(on: request.connection) else {
            throw Failure(.authUnreadable, "This connection has a session already.")
        }
        defer { self.sessions.endOpening(on: request.connection) }

        var proven: ProvenAgent?
        do throws(Failure) {
            return try await self.openSession(request, proving: &proven)
        } catch {
            self.noteFailedStart(request, proven, error)
            throw error
        }
    }

    private func openSession(
        _ request: SessionRequest,
        proving proven: inout ProvenAgent?
    ) async throws(Failure) -> SessionGrant {
        try SessionGates.checkVersion(request.versions)
        let principal = try await self.authenticate(request, proving: &proven)
        try await self.checkAgent(request.remoteAddress?.ip, of: principal.account)
        try SessionGates.checkDeclared(request)
        // No await between here and the registration: what happens before is seen, and what happens later finds it.
        try self.sessions.mayOpen(
            on: request.connection,
            principal.credential,
            of: principal.owner,
            in: principal.account
        )
        let leg = self.leg(for: request, principal)
        try self.checkQuota(of: leg)
        let isBegun = self.sessions.all.contains { $0.sessionID == leg.sessionID }
        let old = self.sessions.insert(leg)
        guard self.sessions.count <= self.configuration.maximumSessions else {
            _ = self.sessions.remove(leg.connection)
            throw Failure(.tooManySessions, "This edge has as many agent sessions as it may have.")
        }
        if let old { await self.takeOver(old) }
        if old != nil, leg.isOurs, leg.key.number == 0 {
            // The way to the agent was cut: what else came by it is as dead, and visitors would be sent there.
            for further in self.sessions.removeFurther(of: leg.key.clientID) { await self.takeOver(further) }
        }
        if !isBegun { self.noteStart(of: leg) }
        self.logger.info("agent session opened", metadata: self.facts(of: request, leg))
        return self.grant(leg, request, accountName: principal.accountName)
    }

    /// Whether the account may have one more session, where this is one more.
    private func checkQuota(of leg: AgentLeg) throws(Failure) {
        guard let limit = self.configuration.maximumSessionsPerAccount else { return }
        let sessions = self.sessions.sessions(of: leg.account)
        guard sessions.count >= limit, !sessions.contains(leg.sessionID) else { return }
        throw Failure(.tooManySessions, "The account may have \(limit) agent sessions.")
    }

    /// What the store has; nil when it has no such thing.
    ///
    /// A store that is away for a moment must not cost an agent its session: many wait for minutes after a refusal
    /// (`spec/agent-protocol.md` 13.2), so it is the answer that waits.
    func patiently<Value: Sendable>(
        _ read: (any RecordStore) async throws(StoreError) -> Value
    ) async throws(Failure) -> Value? {
        let pause = Duration.milliseconds(250)
        var waited = Duration.zero
        while true {
            let reason: StoreError
            do throws(StoreError) {
                return try await read(self.store)
            } catch {
                reason = error
            }
            if reason == .notFound { return nil }
            guard case .unavailable = reason, waited < self.configuration.storePatience,
                // The wait ends early only with the task, and the session with it.
                (try? await self.clock.sleep(for: pause)) != nil
            else {
                self.logger.error("store does not answer", metadata: ["error.detail": "\(reason)"])
                throw Failure(.internalError, "The edge cannot look into its database at the moment.", cause: reason)
            }
            waited += pause
        }
    }

    /// The session that the agent proves to have had, else a new one.
    private func leg(for request: SessionRequest, _ principal: AgentPrincipal) -> AgentLeg {
        let resumed = SessionCookie(opening: request.cookie, with: self.keys)?.session(
            of: request.clientID,
            account: principal.account,
            at: self.seconds,
            lifetime: self.configuration.cookieLifetime
        )
        return AgentLeg(
            connection: request.connection,
            key: LegKey(
                clientID: resumed == nil ? RandomName.id() : request.clientID,
                number: request.legNumber
            ),
            sessionID: resumed ?? .new(at: self.seconds),
            account: principal.account,
            credential: principal.credential,
            rules: principal.rules,
            owner: principal.owner,
            isOurs: SessionGates.isOurs(userAgent: request.userAgent),
            facts: AgentFacts(request, at: self.now())
        )
    }

    /// The newcomer wins: the old connection is closed and what it served is held for the new one, or the binds that
    /// follow would find their own URLs in use.
    private func takeOver(_ old: AgentLeg) async {
        self.hold(self.endpoints.detach(old.connection))
        await self.publish()
        await self.edge?.close(
            old.connection,
            because: Failure(.sessionTakenOver, "The agent opened a new connection in place of this one.")
        )
        self.logger.info("agent session taken over", metadata: ["session.id": "\(old.sessionID)"])
    }

    private func grant(_ leg: AgentLeg, _ request: SessionRequest, accountName: String) -> SessionGrant {
        let cookie = SessionCookie(
            clientID: leg.key.clientID,
            session: leg.sessionID,
            account: leg.account,
            issued: self.seconds
        )
        // A foreign agent that asked for several legs has said so by opening one.
        let mayHaveLegs = self.configuration.legs > 1 && (leg.isOurs || leg.key.number > 0)
        let legs = mayHaveLegs ? min(self.configuration.legs, SessionGates.maximumLegs) : 0
        return SessionGrant(
            sessionID: leg.sessionID,
            clientID: leg.key.clientID,
            cookie: cookie.sealed(with: self.keys),
            accountName: accountName,
            planName: self.configuration.planName,
            region: self.configuration.region,
            banner: self.configuration.banner,
            connectAddresses: Array(repeating: self.configuration.connectAddress, count: legs)
        )
    }

    private func facts(of request: SessionRequest, _ leg: AgentLeg) -> Logger.Metadata {
        [
            "session.id": "\(leg.sessionID)", "session.leg": "\(leg.key.number)", "account.id": "\(leg.account)",
            "credential.id": "\(leg.credential.text)",
            "agent.address": "\(request.remoteAddress.map(String.init(describing:)) ?? "unknown")",
            "agent.user_agent": "\(Self.printable(request.userAgent))",
        ]
    }

    /// Text of an agent, fit for a log line.
    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(200).filter { $0.value > 0x1F && $0.value < 0x7F }))
    }
}

// MARK: - Ends and holds

extension Control {
    package func connectionEnded(_ connection: ConnectionID, _ end: ConnectionEnd) async {
        guard let leg = self.sessions.remove(connection) else { return }
        let left = self.endpoints.detach(connection)
        switch end {
        case .lost where leg.facts.transport == .agent: self.hold(left)
        case .graceful, .lost: self.takeOffline(left)
        }
        await self.publish()
        self.noteStop(of: leg, because: end == .lost ? "the connection was lost" : "")
        self.logger.info(
            "agent session closed",
            metadata: [
                "session.id": "\(leg.sessionID)", "session.leg": "\(leg.key.number)", "session.end": "\(end)",
                "session.endpoints": "\(left.count)",
            ]
        )
    }

    func takeOffline(_ endpoints: [LiveEndpoint]) {
        for endpoint in endpoints {
            self.endpoints.remove(endpoint.id)
            self.endHold(of: endpoint.id)
        }
    }

    /// Keeps endpoints that lost their agent for a while; visitors wait meanwhile (`spec/agent-protocol.md` 13.6).
    func hold(_ endpoints: [LiveEndpoint]) {
        guard self.holdTime > .zero else { return self.takeOffline(endpoints) }
        for endpoint in endpoints {
            let id = endpoint.id
            self.holds[id]?.cancel()
            self.holds[id] = Task { [clock, time = self.holdTime] in
                // Cancelled when the agent came back, or something took the place.
                guard (try? await clock.sleep(for: time)) != nil else { return }
                await self.holdElapsed(id)
            }
        }
    }

    func endHold(of id: ResourceID<EndpointKind>) {
        self.holds.removeValue(forKey: id)?.cancel()
    }

    private func holdElapsed(_ id: ResourceID<EndpointKind>) async {
        // A hold that was ended, or began anew, has cancelled this one, which may have slept out just before.
        guard !Task.isCancelled, let endpoint = self.endpoints[id], endpoint.isHeld else { return }
        self.holds[id] = nil
        self.endpoints.remove(id)
        await self.publish()
        self.logger.info(
            "endpoint offline: its agent did not come back",
            metadata: ["endpoint.id": "\(id)", "endpoint.url": "\(endpoint.url)", "account.id": "\(endpoint.account)"]
        )
    }
}
