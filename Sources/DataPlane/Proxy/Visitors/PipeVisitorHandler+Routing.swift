import Addressing
import EdgeLink
import Model
import NIOCore
import PolicyEngine
import Routing

/// Finding the upstream: the endpoint of the listener or the server name, then those that policies forward to.
extension PipeVisitorHandler {
    /// The pool that serves the connection, or that it was forwarded to last.
    private var pool: EndpointPool? {
        if let forwarded = self.hops.last?.forwarded {
            return self.loop.table.pool(internal: forwarded.target.url, of: forwarded.account)
        }
        switch self.key {
        case .port(let port): return self.loop.table.pool(forPort: port)
        case .serverName(let name):
            return name.withUnsafeBytes { self.loop.table.pool(for: .tls, host: $0) }
        }
    }

    func connect() {
        guard let pool = self.pool else {
            self.fail(Failure(.endpointOffline, "The endpoint is offline."))
            return
        }
        guard let member = pool.draw(using: &self.loop.random) else {
            self.wait(for: pool.place)
            return
        }
        let upstream = self.loop.upstream(for: member)
        guard upstream.restriction?.allows(self.visitor) ?? true else {
            self.closeNow()
            return
        }
        let passed = self.passed
        self.passed = nil
        guard let gate = upstream.gate, gate.judgesConnections, gate !== passed else {
            self.open(upstream)
            return
        }
        let eventLoop = self.loop.eventLoop
        let outcome = self.loop.judge(self.facts, at: gate) { [weak self] settings, policy in
            self?.answerHandshake(settings, for: policy)
                ?? eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        self.follow(outcome, of: gate, before: upstream)
    }

    private func follow(_ outcome: ConnectionOutcome, of gate: EndpointGate, before upstream: Upstream) {
        switch outcome {
        case .passes(let judgement):
            self.keep(judgement)
            self.open(upstream)
        case .waits(let waiting):
            self.judging = waiting
            waiting.whenThrough { [weak self] outcome in
                guard let self, !self.isOver else { return }
                self.judging = nil
                self.follow(outcome, of: gate, before: upstream)
                self.transport?.flush()
            }
        case .refused: self.closeNow()
        case .forwards(let forwarded):
            let url = forwarded.target.url
            self.keep(ConnectionJudgement(gate: gate, policy: forwarded.policy))
            self.hops.append(Hop(gate: gate, upstream: upstream, forwarded: forwarded))
            guard self.hops.count < Exchange.longestChain else {
                self.fail(Failure(.forwardChainTooLong, "The connection has come through too many endpoints."))
                return
            }
            guard Self.takes(url.scheme, connectionsOf: upstream.endpoint.url.scheme) else {
                let words = "The endpoint \(url) takes no \(upstream.endpoint.url.scheme.rawValue) connections."
                self.fail(Failure(.endpointOffline, words))
                return
            }
            self.connect()
        }
    }

    /// What a tls endpoint passes through is bytes to a tcp one. A tls endpoint would have to find TLS in what a tcp one
    /// passes on.
    private static func takes(_ inner: EndpointScheme, connectionsOf outer: EndpointScheme) -> Bool {
        inner == outer || (outer == .tls && inner == .tcp)
    }

    /// The endpoint that was chosen cannot take the connection: the last policy that may go on does, and without one the
    /// connection ends.
    private func fail(_ failure: Failure) {
        while let hop = self.hops.popLast() {
            guard hop.forwarded.target.continuesOnFailure else { continue }
            self.follow(hop.forwarded.failed(failure, at: hop.gate), of: hop.gate, before: hop.upstream)
            return
        }
        self.closeNow()
    }

    /// Opens the way to `upstream`; where a policy ends TLS here, when the handshake is done.
    private func open(_ upstream: Upstream) {
        if !self.judgements.isEmpty, let settings = self.facts.beginHandshake() {
            let policy = self.judgements.last?.policy
            self.answerHandshake(settings, for: policy).assumeIsolated().whenSuccess { [weak self] in
                guard let self, !self.isOver else { return }
                self.open(upstream)
                self.transport?.flush()
            }
            return
        }
        let isPassthrough = upstream.endpoint.url.scheme == .tls && !self.endsTLS
        guard
            let transport = upstream.open(for: self.visitor, isPassthroughTLS: isPassthrough, receiver: self)
        else {
            if upstream.isCloud {
                self.fail(Failure(.trafficNotHandled, "The policy let the connection pass."))
            } else {
                self.passed = upstream.gate
                self.wait(for: EndpointPlace(upstream.endpoint))
            }
            return
        }
        self.hops = []
        self.served = upstream.endpoint
        self.transport = transport
        self.setReading(transport.isWritable)
        for bytes in self.early { transport.write(bytes) }
        self.early = []
        if self.inputEnded { transport.finish() }
    }

    /// Answers the handshake as a policy says. The connection is closed where that fails.
    private func answerHandshake(
        _ settings: TLSTermination,
        for policy: PolicyEngine.Exchange?
    ) -> EventLoopFuture<Void> {
        let promise = self.loop.eventLoop.makePromise(of: Void.self)
        guard let terminator = self.loop.terminator, let channel = self.channel,
            case .serverName(let name) = self.key
        else {
            promise.fail(ChannelError.operationUnsupported)
            return promise.futureResult
        }
        self.endsTLS = true
        let handshake = PolicyHandshake(
            channel,
            as: settings,
            serverName: String(decoding: name, as: UTF8.self),
            isHTTP: false,
            receiver: self
        )
        terminator.answer(handshake) { [weak self] result in
            guard let self, !self.isOver else { return promise.fail(ChannelError.ioOnClosedChannel) }
            switch result {
            case .success(let ended):
                self.facts.tls = (self.facts.tls ?? TLSFacts()).joining(ended.facts)
                policy?.handshakeEnded(warnings: ended.warnings)
                promise.succeed()
            case .failure(let error):
                promise.fail(error)
                self.closeNow()
            }
        }
        return promise.futureResult
    }

    func makeFacts() -> ConnectionFacts {
        let name: [UInt8]? = if case .serverName(let name) = self.key { name } else { nil }
        return ConnectionFacts(of: self.visitor, serverName: name, in: self.loop.environment)
    }

    private func wait(for place: EndpointPlace) {
        guard
            self.loop.waitingRoom.enter(self, for: place, limit: self.loop.limits.waitingVisitorsPerPool)
        else {
            self.loop.counters.note(.waitingVisitors)
            self.closeNow()
            return
        }
        self.waitingFor = place
        self.setReading(false)
        self.loop.wheel.set(self, in: self.loop.limits.streamQueueMilliseconds)
    }

    /// The agent that is waited for does not come back.
    func waitingTimePassed() {
        guard let place = self.waitingFor else { return }
        self.waitingFor = nil
        self.loop.waitingRoom.leave(self, for: place)
        self.fail(Failure(.endpointOffline, "The endpoint \(place.url) is offline."))
        self.transport?.flush()
    }
}
