import Addressing
import EdgeLink
import Model
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
        self.follow(self.loop.judge(self.facts, at: gate), of: gate, before: upstream)
    }

    private func follow(_ outcome: ConnectionOutcome, of gate: EndpointGate, before upstream: Upstream) {
        switch outcome {
        case .passes(let judgement):
            self.keep(judgement)
            self.open(upstream)
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

    private func open(_ upstream: Upstream) {
        let isPassthrough = upstream.endpoint.url.scheme == .tls
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
