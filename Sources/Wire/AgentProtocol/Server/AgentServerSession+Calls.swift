import JSON
import Model
import NIOCore

extension AgentServerSession: IncomingCallsDelegate {
    func incomingCalls(
        _ calls: IncomingCalls,
        received request: Result<JSONObject, MessageError>,
        of call: IncomingCall
    ) {
        switch call.type {
        case .auth: self.authenticate(request, call)
        case .bind where self.isDraining: self.refuse(call, AgentMessage.Bind.self, Self.draining)
        case .bind: self.serve(request, call) { $0.session(self, bind: $1, reply: $2) }
        case .unbind: self.serve(request, call) { $0.session(self, unbind: $1, reply: $2) }
        case .startTunnelWithLabel: self.serve(request, call) { $0.session(self, startTunnelWithLabel: $1, reply: $2) }
        case .patchTunnelState: self.serve(request, call) { $0.session(self, patch: $1, reply: $2) }
        case .probe: self.probe(request, call)
        case .serverInfo:
            calls.answer(call, with: AgentMessage.ServerInfoAnswer(region: self.configuration.region).json)
        case nil, .heartbeat, .proxy, .restart, .stop, .update, .stopTunnel:
            calls.answer(call, with: ["Error": "This server does not know calls of this type."])
        }
    }

    func incomingCalls(_ calls: IncomingCalls, didNotAnswer call: IncomingCall) {
        let failure = Failure(.internalError, "The server could not answer in time. Try again.")
        switch call.type {
        case .auth:
            self.refuse(call, AgentMessage.Auth.self, failure)
            self.state.refused(now: self.now)
        case .bind: self.refuse(call, AgentMessage.Bind.self, failure)
        case .startTunnelWithLabel: self.refuse(call, AgentMessage.StartTunnelWithLabel.self, failure)
        case .unbind: self.refuse(call, AgentMessage.Unbind.self, failure)
        default: self.refuse(call, AgentMessage.PatchTunnelState.self, failure)
        }
    }

    // MARK: - Private

    private static let draining = Failure(
        .sessionDraining,
        "This server is about to restart. The agent will connect again and ask once more."
    )

    private var isDraining: Bool {
        if case .draining = self.state.phase { true } else { false }
    }

    /// Auth has consequences for the session, whatever the answer is.
    private func authenticate(_ request: Result<JSONObject, MessageError>, _ call: IncomingCall) {
        do throws(MessageError) {
            let auth = try AgentMessage.Auth(json: request.get())
            self.agentIsKnown(auth)
            let reply = self.reply(to: call, AgentMessage.Auth.self) { [weak self] isAccepted in
                guard let self else { return }
                if isAccepted { self.state.accepted() } else { self.state.refused(now: self.now) }
            }
            self.delegate?.session(self, authenticate: auth, reply: reply)
        } catch {
            self.refuse(
                call,
                AgentMessage.Auth.self,
                Failure(.authUnreadable, "The Auth message cannot be read: \(error).")
            )
            self.state.refused(now: self.now)
        }
    }

    /// Probes what the agent asks for. One round is under way at a time: an older one is answered as it stands.
    private func probe(_ request: Result<JSONObject, MessageError>, _ call: IncomingCall) {
        do throws(MessageError) {
            let probe = try AgentMessage.Probe(json: request.get())
            self.probes?.finish()
            let round = ProbeRound(now: self.now, reply: self.reply(to: call, AgentMessage.Probe.self))
            self.probes = round
            round.begin(probe.ids, on: self)
        } catch {
            self.refuse(
                call,
                AgentMessage.Probe.self,
                Failure(.bindUnreadable, "The request cannot be read: \(error).")
            )
        }
    }

    /// Reads the request and passes it to the delegate with the place for its answer.
    private func serve<Call: AgentCall>(
        _ request: Result<JSONObject, MessageError>,
        _ call: IncomingCall,
        _ ask: (any AgentServerSessionDelegate, Call, CallReply<Call.Answer>) -> Void
    ) {
        guard let delegate = self.delegate else { return }
        do throws(MessageError) {
            ask(delegate, try Call(json: request.get()), self.reply(to: call, Call.self))
        } catch {
            self.refuse(call, Call.self, Failure(.bindUnreadable, "The request cannot be read: \(error)."))
        }
    }

    private func reply<Call: AgentCall>(
        to call: IncomingCall,
        _ type: Call.Type,
        then: @escaping (_ isAccepted: Bool) -> Void = { _ in }
    ) -> CallReply<Call.Answer> {
        CallReply { [weak self, weak call] result in
            guard let self, let call, call.phase == .answering else { return }
            switch result {
            case .success(let answer):
                // Before the answer goes out: the agent may act on it in the same turn.
                then(true)
                self.calls.answer(call, with: answer.json)
            case .failure(let failure):
                then(false)
                self.refuse(call, Call.self, failure)
            }
        }
    }

    private func refuse<Call: AgentCall>(_ call: IncomingCall, _ type: Call.Type, _ failure: Failure) {
        self.calls.answer(call, with: Call.refusal(ErrorText(failure).wireText))
    }
}
