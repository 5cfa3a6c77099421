import AgentProtocol
import Model
import NIOCore

/// The leg that leads the session.
extension AgentSession {
    /// Connects, and connects again, until the session is closed or refused for good.
    func keepLead() async {
        var plan = ReconnectPlan(connectTimeout: TimeAmount(self.configuration.connectTimeout))
        var action = plan.start(now: .now())
        while !Task.isCancelled, !self.isClosed {
            switch action {
            case .dial(let timeout): action = await self.dialLead(&plan, timeout: timeout)
            case .authenticate: action = await self.introduceLead(&plan)
            case .rebind: action = await self.serveLead(&plan)
            case .wait(let time):
                self.board.tell(.reconnectScheduled(.nanoseconds(time.nanoseconds)))
                // Only a cancellation ends the wait early, and with it the loop.
                try? await Task.sleep(for: .nanoseconds(time.nanoseconds))
                action = plan.waited(now: .now())
            case .stop, .nothing: return
            }
        }
        await self.pending.removeValue(forKey: 0)?.disconnect()
    }

    private func dialLead(_ plan: inout ReconnectPlan, timeout: TimeAmount) async -> ReconnectPlan.Action {
        do throws(PorticoError) {
            self.pending[0] = try await self.dial(self.configuration.server, number: 0, timeout: timeout)
            return plan.connected()
        } catch {
            self.failed(error)
            return plan.lost(now: .now(), jitter: self.jitter())
        }
    }

    private func introduceLead(_ plan: inout ReconnectPlan) async -> ReconnectPlan.Action {
        guard let leg = self.pending[0] else { return .nothing }
        do throws(CallError) {
            try await self.authenticate(leg)
            return plan.accepted()
        } catch {
            await self.pending.removeValue(forKey: 0)?.disconnect()
            return self.refused(error, &plan)
        }
    }

    /// Binds what was bound, and serves until the leg is lost.
    private func serveLead(_ plan: inout ReconnectPlan) async -> ReconnectPlan.Action {
        guard let leg = self.pending[0] else { return .nothing }
        do throws(CallError) {
            let bound = try await self.rebindAll(on: leg)
            plan.rebound()
            let end = await self.lead(with: leg, bound: bound)
            if let successor = await self.successor() {
                self.pending[0] = successor
                self.board.tell(.sessionMoved(end))
                return plan.replaced()
            }
            self.lost(end)
        } catch {
            await self.pending.removeValue(forKey: 0)?.disconnect()
            self.failed(PorticoError(.disconnected, .sessionLost, "The connection was lost while binding."))
        }
        return plan.lost(now: .now(), jitter: self.jitter())
    }

    /// Introduces ourselves on a leg that is to lead.
    ///
    /// - Parameters:
    ///   - leg: connected.
    ///   - renewsLegs: whether further legs are made anew, though they belong to the session that was taken up.
    /// - Throws: what the edge answered, or that it did not.
    func authenticate(_ leg: LegHandle, renewsLegs: Bool = false) async throws(CallError) {
        let answer = try await leg.authenticate(self.introduction(leg: 0))
        let identity = Identity(clientID: answer.clientID, cookie: answer.cookie)
        // Further legs belong to the session that the edge knew; to another one they would be strangers.
        let isResumed = self.identity?.clientID == identity.clientID
        self.identity = identity
        self.edgeProbes = answer.probes
        self.board.show(Agent.SessionDetails(answer))
        self.keepFurtherLegs(answer.connectAddresses, restart: renewsLegs || !isResumed)
    }

    /// The session is online with `leg` as its lead, on which `bound` has been bound.
    ///
    /// - Returns: when the leg has ended, and why.
    private func lead(with leg: LegHandle, bound: Set<String>) async -> PorticoError {
        self.pending[0] = nil
        guard !self.isClosed else {
            await leg.disconnect()
            return PorticoError(.closed, "The agent was closed.")
        }
        self.legs[0] = leg
        self.board.show(.online)
        self.settleOpening(.success(()))
        self.wakeLeadWaiters()
        let retries = Task {
            await self.unbindForgotten(of: bound, on: leg)
            await self.retryTroubled(on: leg)
        }
        let probes = Task { await self.probe(over: leg) }
        defer {
            retries.cancel()
            probes.cancel()
        }
        for await event in leg.events {
            switch event {
            case .latency(let latency): self.board.tell(.latencyMeasured(latency))
            case .late(let isLate): self.lead(leg, isLate: isLate)
            case .command(let command): self.board.tell(.commandReceived(command))
            case .stopTunnel(let stop): self.stopped(stop)
            case .ended(let end):
                self.legs[0] = nil
                return Self.error(end)
            }
        }
        self.legs[0] = nil
        return PorticoError(.disconnected, .sessionLost)
    }

    /// The session was online and is lost.
    private func lost(_ error: PorticoError) {
        guard !self.isClosed else { return }
        self.board.show(.reconnecting(error))
    }

    /// An attempt failed in a way that may pass.
    private func failed(_ error: PorticoError) {
        guard !self.isClosed else { return }
        if self.isOpening, !self.configuration.retriesFirstConnect { return self.end(error) }
        self.board.show(.reconnecting(error))
        self.board.tell(.connectFailed(error))
    }

    private func refused(_ error: CallError, _ plan: inout ReconnectPlan) -> ReconnectPlan.Action {
        let jitter = self.jitter()
        guard case .refused(let text) = error else {
            // Whoever answers TLS but no Auth is no edge, or the wrong port of one.
            self.failed(PorticoError(.protocolViolation, .edgeProtocolError, self.noAnswer))
            return plan.lost(now: .now(), jitter: jitter)
        }
        let refusal = PorticoError(.sessionRefused, told: text)
        let action = plan.refused(code: text.number, now: .now(), jitter: jitter)
        if action == .stop { self.end(refusal) } else { self.failed(refusal) }
        return action
    }

    private var noAnswer: String {
        "What answers at \(self.configuration.server) does not speak the agent protocol, or ended the connection."
    }

    private static func error(_ end: AgentSessionEnd) -> PorticoError {
        let message: String
        switch end {
        case .left, .drained: message = "The edge closed the session."
        case .failed(let code, let debug): message = "The edge ended the session: \(debug) (\(code))."
        case .lost: message = "The connection to the edge was lost."
        case .violation(let error): message = "The edge broke the protocol: \(error)."
        case .silent: message = "The edge did not answer heartbeats."
        case .unauthenticated, .refused: message = "The edge refused the session."
        case .closed: message = "The session was closed."
        }
        return PorticoError(.disconnected, .sessionLost, message)
    }
}
