package import Addressing
package import AgentProtocol
package import EdgeLink
package import Logging
package import Model
package import Mux
package import NIOCore
import Preamble
package import Proxy

/// One connection of an agent to this edge: its session, the streams to it, and what the control plane says of it.
///
/// Lives on the event loop that accepted it. It is an upstream port there; other loops reach it through their relays.
package final class AgentConnection {
    package let id: ConnectionID
    package let proxyLoop: ProxyLoop
    private unowned let agents: LoopAgents
    let control: any ControlPlane
    let remoteAddress: NetworkAddress?
    let connectHost: String?
    let logger: Logger
    private let session: AgentServerSession
    private let quickAck = QuickAckHandler()
    private var channel: (any Channel)?
    /// Streams that wait for the agent to have room, in their order; bounded by the configuration.
    private var queue: [StreamTransport] = []
    /// Binds whose answer has gone out. An agent ends streams of binds that it does not know yet, and visitors may be
    /// waiting for just this endpoint when its table comes into force.
    private var answeredBinds: Set<String> = []
    private var isEnded = false
    private var endPromises: [EventLoopPromise<Void>] = []
    /// For those who wait until no stream is open.
    private var quietPromises: [EventLoopPromise<Void>] = []

    package init(
        agents: LoopAgents,
        proxyLoop: ProxyLoop,
        control: any ControlPlane,
        remoteAddress: NetworkAddress?,
        connectHost: String?,
        region: String,
        logger: Logger
    ) {
        self.id = agents.directory.makeID()
        self.agents = agents
        self.proxyLoop = proxyLoop
        self.control = control
        self.remoteAddress = remoteAddress
        self.connectHost = connectHost
        var logger = logger
        logger[metadataKey: "connection.id"] = "\(self.id.value)"
        if let remoteAddress { logger[metadataKey: "agent.address"] = "\(remoteAddress)" }
        self.logger = logger
        var configuration = AgentServerSession.Configuration()
        configuration.region = region
        configuration.proxyPatience = .milliseconds(proxyLoop.limits.agentSilenceMilliseconds)
        self.session = AgentServerSession(
            connection: MuxConnection(role: .server),
            configuration: configuration,
            now: .now()
        )
        self.session.delegate = self
    }

    /// Puts the session behind the TLS handler of an accepted channel.
    package func install(in channel: any Channel) throws {
        self.channel = channel
        try AgentSocket.prepare(channel)
        try channel.pipeline.syncOperations.addHandler(self.quickAck, position: .first)
        try channel.pipeline.syncOperations.addHandler(self.session.connection.handler)
        self.agents.add(self)
    }

    package func tick(now: NIODeadline) {
        self.session.tick(now: now)
        if !self.quietPromises.isEmpty, self.session.proxiedStreams == 0, self.queue.isEmpty { self.becameQuiet() }
    }

    // MARK: Streams

    package func openStream(
        _ request: AgentStreamRequest,
        receiver: any UpstreamTransportReceiver,
        returnsCreditByHand: Bool
    ) -> (any RelayableTransport)? {
        guard !self.isEnded else { return nil }
        return StreamTransport(
            connection: self,
            request: request,
            receiver: receiver,
            returnsCreditByHand: returnsCreditByHand
        )
    }

    /// Opens a stream, or lets it wait until the agent has room for it.
    func start(_ transport: StreamTransport) {
        if self.isEnded || (self.queue.isEmpty && self.hasRoom(for: transport)) {
            transport.open()
        } else if self.queue.count < self.proxyLoop.limits.queuedStreams {
            let deadline = Deadline { [weak transport] in transport?.queueTimePassed() }
            transport.queueDeadline = deadline
            self.queue.append(transport)
            self.proxyLoop.wheel.set(deadline, in: self.proxyLoop.limits.streamQueueMilliseconds)
        } else {
            self.proxyLoop.counters.note(.queuedStreams)
            transport.wasIgnored()
        }
    }

    private func hasRoom(for transport: StreamTransport) -> Bool {
        let bindID = transport.request.bindID
        return self.answeredBinds.contains(bindID) && self.session.canOpenProxy(bindID: bindID)
    }

    func leaveQueue(_ transport: StreamTransport) {
        self.endWait(of: transport)
        self.queue.removeAll { $0 === transport }
    }

    private func endWait(of transport: StreamTransport) {
        guard let deadline = transport.queueDeadline else { return }
        transport.queueDeadline = nil
        self.proxyLoop.wheel.remove(deadline)
    }

    /// Opens those that waited, as far as there is room. One endpoint that has none does not hold up the others.
    private func workThroughQueue() {
        let waiting = self.queue
        self.queue = []
        for transport in waiting {
            if self.hasRoom(for: transport) {
                self.endWait(of: transport)
                transport.open()
            } else {
                self.queue.append(transport)
            }
        }
    }

    /// Announces a stream to the agent: preamble, PROXY header and first bytes in one frame.
    func openProxy(_ transport: StreamTransport, first: ByteBuffer?) -> MuxStream? {
        let request = transport.request
        let header = ProxyHeader(
            bindID: request.bindID,
            clientAddress: request.visitor.addressAndPort,
            proto: request.scheme.rawValue,
            passesTLSThrough: request.isPassthroughTLS
        )
        guard let version = request.proxyProtocol else {
            return self.session.openProxy(header: header, first: first ?? ByteBuffer(), receiver: transport)
        }
        var bytes = ByteBuffer()
        request.visitor.writeProxyHeader(version, into: &bytes)
        if let first { bytes.writeImmutableBuffer(first) }
        return self.session.openProxy(header: header, first: bytes, receiver: transport)
    }

    // MARK: Orders

    /// Ends the connection in good order; the agent connects anew, here or elsewhere.
    package func goAway() {
        self.session.close("the edge is going down")
    }

    /// Closes the connection without a word.
    package func close() {
        self.channel?.close(promise: nil)
    }

    /// Ends the connection.
    ///
    /// - Returns: when it is gone and its streams have ended.
    package func end(because failure: Failure?) -> EventLoopFuture<Void> {
        let promise = self.proxyLoop.eventLoop.makePromise(of: Void.self)
        if self.isEnded {
            promise.succeed(())
        } else {
            self.endPromises.append(promise)
            self.session.close(failure.map { "\($0.message) \($0.code.wireName)" } ?? "closed by the edge")
        }
        return promise.futureResult
    }

    package func stopEndpoint(bindID: String, because failure: Failure) {
        self.session.stopTunnel(AgentMessage.StopTunnel(id: bindID, because: failure))
    }

    /// - Returns: when no stream is open, the connection is over, or `patience` has passed.
    package func quiet(within patience: TimeAmount) -> EventLoopFuture<Void> {
        let promise = self.proxyLoop.eventLoop.makePromise(of: Void.self)
        guard !self.isEnded else {
            promise.succeed()
            return promise.futureResult
        }
        if self.quietPromises.isEmpty {
            let bound = NIOLoopBound(self, eventLoop: self.proxyLoop.eventLoop)
            self.proxyLoop.eventLoop.scheduleTask(in: patience) { bound.value.becameQuiet() }
        }
        self.quietPromises.append(promise)
        return promise.futureResult
    }

    private func becameQuiet() {
        let promises = self.quietPromises
        self.quietPromises = []
        for promise in promises { promise.succeed() }
    }

    /// - Throws: `Failure` where the agent has said that it does not take the command.
    package func checkSupport(of command: AgentCommand) throws {
        guard let reason = self.session.reasonAgainst(AgentMessage.Command(command)) else { return }
        throw Failure(reason, of: command)
    }

    /// Gives the agent a command.
    ///
    /// - Returns: when it has said that it will do it; fails with a `Failure` when it has not.
    package func command(_ command: AgentCommand) -> EventLoopFuture<Void> {
        let promise = self.proxyLoop.eventLoop.makePromise(of: Void.self)
        self.session.send(AgentMessage.Command(command)) { result in
            promise.completeWith(result.map { _ in }.mapError { Failure($0, of: command) as any Error })
        }
        return promise.futureResult
    }

    // MARK: The control plane

    /// Asks the control plane and answers on this loop. A reply to a session that has ended in the meantime is dropped
    /// by the session.
    private func ask<Answer: AgentAnswer>(
        _ reply: CallReply<Answer>,
        _ question: @escaping @Sendable () async throws(Failure) -> Answer,
        whenAnswered: @escaping (Answer) -> Void = { _ in }
    ) {
        let bound = NIOLoopBound((reply, whenAnswered), eventLoop: self.proxyLoop.eventLoop)
        let eventLoop = self.proxyLoop.eventLoop
        let directory = self.agents.directory
        directory.beginQuestion()
        Task {
            let result: Result<Answer, Failure>
            do throws(Failure) {
                result = .success(try await question())
            } catch {
                result = .failure(error)
            }
            eventLoop.execute {
                directory.endQuestion()
                let (reply, whenAnswered) = bound.value
                reply.complete(result)
                if case .success(let answer) = result { whenAnswered(answer) }
            }
        }
    }
}

extension AgentConnection: SessionConnection {}

extension AgentConnection: AgentServerSessionDelegate {
    package func session(
        _ session: AgentServerSession,
        authenticate request: AgentMessage.Auth,
        reply: CallReply<AgentMessage.AuthAnswer>
    ) {
        let kind = AgentKind(userAgent: request.userAgent)
        self.quickAck.isEnabled = kind.needsQuickAck
        let question = SessionRequest(request, from: self)
        let control = self.control
        self.ask(reply) { () async throws(Failure) -> AgentMessage.AuthAnswer in
            var answer = AgentMessage.AuthAnswer(try await control.openSession(question))
            answer.probes = kind == .portico
            return answer
        }
    }

    package func session(
        _ session: AgentServerSession,
        bind request: AgentMessage.Bind,
        reply: CallReply<AgentMessage.BindAnswer>
    ) {
        let control = self.control
        let id = self.id
        self.ask(reply) { () async throws(Failure) -> AgentMessage.BindAnswer in
            let grant = try await control.bind(try BindRequest(request), on: id)
            return AgentMessage.BindAnswer(
                to: request,
                id: grant.bindID,
                url: grant.url,
                token: grant.token,
                tunnelID: grant.tunnelID.text
            )
        } whenAnswered: { [weak self] answer in
            self?.answeredBinds.insert(answer.id)
            self?.workThroughQueue()
        }
    }

    package func session(
        _ session: AgentServerSession,
        unbind request: AgentMessage.Unbind,
        reply: CallReply<AgentMessage.UnbindAnswer>
    ) {
        let control = self.control
        let id = self.id
        self.ask(reply) { () async throws(Failure) -> AgentMessage.UnbindAnswer in
            try await control.unbind(request.id, on: id)
            return AgentMessage.UnbindAnswer()
        } whenAnswered: { [weak self] _ in
            self?.answeredBinds.remove(request.id)
        }
    }

    package func session(
        _ session: AgentServerSession,
        startTunnelWithLabel request: AgentMessage.StartTunnelWithLabel,
        reply: CallReply<AgentMessage.LabelAnswer>
    ) {
        reply.fail(Failure(.labelsUnavailable, "Labeled tunnels are not available on this edge."))
    }

    package func session(
        _ session: AgentServerSession,
        patch request: AgentMessage.PatchTunnelState,
        reply: CallReply<AgentMessage.Done>
    ) {
        let control = self.control
        let id = self.id
        let patch = EndpointPatch(request)
        self.ask(reply) { () async throws(Failure) -> AgentMessage.Done in
            try await control.patch(patch, on: id)
            return AgentMessage.Done()
        }
    }

    package func session(_ session: AgentServerSession, agentIgnores stream: MuxStream) {
        self.proxyLoop.counters.note(.agentSilence)
        (stream.receiver as? StreamTransport)?.wasIgnored()
    }

    package func sessionMayHaveRoom(_ session: AgentServerSession) {
        self.workThroughQueue()
    }

    package func session(_ session: AgentServerSession, ended how: AgentSessionEnd) {
        guard !self.isEnded else { return }
        self.isEnded = true
        self.agents.remove(self)
        self.logger.info("agent connection ended", metadata: ["session.end": "\(how)"])
        let waiting = self.queue
        self.queue = []
        for transport in waiting {
            self.endWait(of: transport)
            transport.connectionEnded()
        }
        self.channel?.close(promise: nil)
        self.channel = nil
        let promises = self.endPromises
        self.endPromises = []
        for promise in promises { promise.succeed(()) }
        self.becameQuiet()
        let control = self.control
        let id = self.id
        Task { await control.connectionEnded(id, how.isGraceful ? .graceful : .lost) }
    }
}
