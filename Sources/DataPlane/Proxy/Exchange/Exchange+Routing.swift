import Addressing
import Capture
import EdgeLink
import Model
import NIOCore
import PolicyEngine
import Routing

extension Exchange {
    /// Finds who serves the request whose head is in the loop's scratch head and in `bytes`.
    func route(_ head: RequestHead, in bytes: ByteBuffer, excluding tried: ResourceID<EndpointKind>?) {
        let pool = self.pool(for: head, bytes)
        self.answerFormat = bytes.withUnsafeReadableBytes { ErrorResponse.Format(for: head, in: $0) }
        guard let pool else {
            self.answer(.init(.endpointOffline, "No endpoint is online at this address."))
            return
        }
        guard !self.isMisdirected(head, bytes, to: pool) else {
            self.answer(
                .init(.misdirected, "The host of this request is not one that this connection was opened for.")
            )
            return
        }
        guard let member = self.draw(from: pool, excluding: tried) else {
            self.wait(for: pool.place, bytes)
            return
        }
        let upstream = self.loop.upstream(for: member)
        self.count(for: upstream)
        self.beginCapture(head, in: bytes, for: upstream)
        guard self.replay.map({ $0.account == upstream.endpoint.account }) ?? true else {
            self.answer(.init(.replayForeign, "The endpoint is another account's."))
            return
        }
        guard self.context.mayVisit(upstream) else {
            self.answer(
                .init(.visitorAddressForbidden, "The endpoint's account does not accept visitors from your address.")
            )
            return
        }
        guard !self.loop.limits.warnsBrowsers || !self.warns(head, in: bytes, before: upstream.endpoint) else {
            return
        }
        if upstream.gate == nil, self.judged == nil {
            self.forward(head, in: bytes, to: upstream)
        } else {
            self.pass(head, in: bytes, to: upstream)
        }
    }

    /// Refuses the request where its connection is one too many, or the edge has more to do than it can.
    func refuseUnderLoad(_ head: RequestHead, in bytes: ByteBuffer) -> Bool {
        let failure: Failure
        var endsConnection = true
        if self.context.visitor.isSurplus {
            // Its limit was counted when it came.
            failure = Failure(.tooManyConnections, "Too many connections to this edge are open.")
        } else {
            guard self.loop.shedding.isActive,
                let limit = self.loop.shedding.refusal(
                    chance: self.loop.random.next(),
                    waiting: self.loop.recent.count
                )
            else { return false }
            self.loop.counters.note(limit)
            // A connection is dearer than a request, and whoever is refused comes again; but its memory is wanted.
            endsConnection = limit == .memory
            failure = Failure(.overloaded, "The edge has more work than it can do, and did not take this request.")
        }
        self.answerFormat = bytes.withUnsafeReadableBytes { ErrorResponse.Format(for: head, in: $0) }
        if endsConnection { self.front?.closeBehindAnswer() }
        self.answer(failure)
        return true
    }

    /// Answers a browser with a warning in the endpoint's place, unless it has been warned. What the operator serves itself
    /// needs none.
    private func warns(_ head: RequestHead, in bytes: ByteBuffer, before endpoint: RoutedEndpoint) -> Bool {
        if case .address = endpoint.target { return false }
        guard self.depth == 1, self.replay == nil, endpoint.binding == .public, let range = head.hostRange else {
            return false
        }
        let answer = bytes.withUnsafeReadableBytes { raw in
            BrowserWarning(
                host: String(decoding: raw[range], as: UTF8.self),
                isSecure: self.context.visitor.isSecure,
                account: endpoint.account.text
            ).answer(head, in: raw)
        }
        guard let answer else { return false }
        self.answer(answer, by: .edge)
        return true
    }

    /// A member of the pool: where it has rules for connections, the one whose rules this connection has passed.
    private func draw(from pool: EndpointPool, excluding tried: ResourceID<EndpointKind>?) -> EndpointPool.Member? {
        if let wanted = self.replay?.member { return pool.members.first { $0.endpoint.id == wanted } }
        if let tried { return pool.draw(otherThan: tried, using: &self.loop.random) }
        if !self.context.judgements.isEmpty, self.loop.judgesConnections(to: pool) {
            let passed = pool.members.first { member in
                if case .held = member.endpoint.target { return false }
                let gate = self.loop.gates[member.endpoint.id]
                return self.context.judgements.contains { $0.gate === gate }
            }
            if let passed { return passed }
        }
        return pool.draw(using: &self.loop.random)
    }

    /// The request goes to a member that has a policy, or that was chosen after another's policy had judged.
    private func pass(_ head: RequestHead, in bytes: ByteBuffer, to upstream: Upstream) {
        if let judged = self.judged {
            if judged.gate === upstream.gate {
                judged.upstream = upstream
                self.forward(head, in: bytes, to: upstream)
                return
            }
            // The first policy has read of the body what this one would have to see.
            guard judged.collected == nil else {
                self.answerOffline(upstream.endpoint.url)
                return
            }
            judged.abandon()
            self.judged = nil
        }
        if let gate = upstream.gate {
            self.judge(head, in: bytes, at: gate, for: upstream)
        } else {
            self.forward(head, in: bytes, to: upstream)
        }
    }

    /// The request goes to `upstream`, with the loop's ``ProxyLoop/glancedLines`` where these are its own.
    func forward(_ head: RequestHead, in bytes: ByteBuffer, to upstream: Upstream, addingLines: Bool = false) {
        guard let link = self.takeLink(to: upstream) else {
            guard !upstream.isCloud else {
                self.answer(.init(.trafficNotHandled, "The policy of \(upstream.endpoint.url) let the request pass."))
                return
            }
            // The agent has gone and the table that says so is on its way.
            self.wait(for: EndpointPlace(upstream.endpoint), bytes)
            return
        }
        self.send(head, in: bytes, over: link, addingLines: addingLines)
    }

    private func pool(for head: RequestHead, _ bytes: ByteBuffer) -> EndpointPool? {
        if case .internal(let url, let account) = self.destination {
            return self.loop.table.pool(internal: url, of: account)
        }
        return bytes.withUnsafeReadableBytes { raw in
            // Only HTTP/1.0 requests may name no host: they reach an endpoint for any host.
            let host = head.hostNameRange.map { UnsafeRawBufferPointer(rebasing: raw[$0]) }
            return self.loop.table.pool(
                for: self.context.scheme,
                host: host ?? UnsafeRawBufferPointer(start: nil, count: 0)
            )
        }
    }

    /// Whether the request came over a connection that was opened for a host of another account, or for another endpoint
    /// where one of the two has rules for connections: what was agreed on before is not theirs (RFC 9110 §15.5.20,
    /// `spec/traffic-policy.md` 1.3).
    private func isMisdirected(_ head: RequestHead, _ bytes: ByteBuffer, to pool: EndpointPool) -> Bool {
        guard case .host = self.destination, let name = self.context.serverName, let range = head.hostNameRange else {
            return false
        }
        let isSame = bytes.withUnsafeReadableBytes { raw in
            range.count == name.count
                && zip(range, name).allSatisfy { FieldName.lower(raw[$0]) == $1 }
        }
        guard !isSame else { return false }
        let opened = name.withUnsafeBytes { self.loop.table.pool(for: self.context.scheme, host: $0) }
        guard let opened else { return self.loop.judgesConnections(to: pool) }
        guard opened.url != pool.url else { return false }
        return opened.members.first?.endpoint.account != pool.members.first?.endpoint.account
            || self.loop.judgesConnections(to: opened) || self.loop.judgesConnections(to: pool)
    }

    private func takeLink(to upstream: Upstream) -> (any ExchangeLink)? {
        // What asks for an upgrade goes over HTTP/1.1, in which services have it.
        if upstream.speaksHTTP2, !self.isUpgrade { return self.context.takeStream(to: upstream) }
        if self.attempts == 0 {
            if let own = self.context.takeOwnLink(to: upstream) { return own }
            if let idle = upstream.takeIdle() { return idle }
        }
        guard let link = upstream.openLink(for: self.context.visitor) else { return nil }
        if !upstream.sharesLinks { link.owner = self.context }
        return link
    }

    /// The request waits for a table with somebody to serve it.
    private func wait(for place: EndpointPlace, _ bytes: ByteBuffer) {
        guard self.loop.waitingRoom.enter(self, for: place, limit: self.loop.limits.waitingVisitorsPerPool)
        else {
            self.loop.counters.note(.waitingVisitors)
            self.answerOffline(place.url)
            return
        }
        self.head = bytes
        self.phase = .waiting(place)
        self.front?.exchangeWaits()
    }

    // MARK: Sending

    func send(_ head: RequestHead, in bytes: ByteBuffer, over link: any ExchangeLink, addingLines: Bool = false) {
        guard let front = self.front else { return }
        let loop = self.loop
        self.attempts += 1
        // A request with a body is not repeated: its bytes are not kept.
        self.head = self.hasBody ? nil : bytes
        self.link = link
        self.phase = .sent
        // Of a body that is captured, it is the content that counts.
        let isPlain = self.judged == nil && self.explainer == nil
        let passesChunks = front.passesChunks && link.passesChunks && isPlain
        self.form = passesChunks ? .framed : .content
        let replacement = self.hasBody ? self.judged?.policy.request.replacementBody : nil
        let request = LinkRequest(
            isHEAD: self.isHEAD,
            mayUpgrade: head.isUpgrade,
            hasBody: self.hasBody,
            makesChunks: !passesChunks && head.framing == .chunked && replacement == nil,
            responseForm: self.form
        )
        loop.requestScratch.clear()
        if let record = self.record { bytes.withUnsafeReadableBytes { record.prepare(head, in: $0, over: link) } }
        bytes.withUnsafeReadableBytes {
            if self.depth == 1 {
                head.write(into: &loop.requestScratch, from: $0, forwarding: self.context.forwarded)
            } else {
                head.write(into: &loop.requestScratch, from: $0, forwarding: .none)
            }
        }
        if let record = self.record { HeadEdits.append(record.lines, to: &loop.requestScratch) }
        if let judged = self.judged {
            HeadEdits.apply(
                judged.policy.request,
                to: &loop.requestScratch,
                framing: replacement.map { .length($0.readableBytes) } ?? .asIs
            )
        } else if addingLines {
            HeadEdits.append(loop.glancedLines, to: &loop.requestScratch)
        }
        guard self.hasBody else {
            link.begin(request, body: nil, for: self)
            // The link may have failed at once, and the exchange be over.
            if self.link === link { front.requestIsSent() }
            return
        }
        if let collected = self.judged?.collected {
            self.sendCollected(collected, request, over: link)
            return
        }
        switch front.takeFirstBody(self.form) {
        case .invalid(let error): self.answer(error.failure)
        case .none: link.begin(request, body: nil, for: self)
        case .some(let first):
            self.noteRequest(first)
            link.begin(request, body: first, for: self)
        }
        if self.link === link { front.requestIsSent() }
    }

    // MARK: Another attempt

    /// Sends the request once more: to another member, or over another connection.
    ///
    /// - Returns: false where it must not be repeated, or cannot.
    func tryAgain(after failure: ExchangeFailure, at endpoint: RoutedEndpoint?) -> Bool {
        guard let bytes = self.head, self.attempts < 2, !self.responseStarted else { return false }
        let excluded: ResourceID<EndpointKind>?
        switch failure {
        case .notSent: excluded = endpoint?.id
        case .keptConnectionClosed where self.isIdempotent: excluded = nil
        default: return false
        }
        let head = self.loop.requestHead
        guard self.scan(bytes) else { return false }
        var other = excluded
        if let excluded, self.pool(for: head, bytes)?.draw(otherThan: excluded, using: &self.loop.random) == nil {
            // An agent whose connection has just gone may be back in a moment; an address will not.
            guard case .agent = endpoint?.target else { return false }
            other = nil
        }
        self.route(head, in: bytes, excluding: other)
        return true
    }

    /// Reads a head again that was kept; it was whole when it was, and nothing has touched it since.
    func scan(_ bytes: ByteBuffer) -> Bool {
        let limits = self.loop.limits.headLimits
        let result = bytes.withUnsafeReadableBytes {
            self.loop.requestHead.scan($0, limits: self.depth == 1 ? limits : limits.widened)
        }
        if case .complete = result { return true }
        return false
    }
}

extension Exchange: WaitingVisitor {
    func routeAgain() {
        guard case .waiting = self.phase, let bytes = self.head else { return }
        self.phase = .judged
        self.front?.exchangeGoesOn()
        guard self.scan(bytes) else { return }
        self.route(self.loop.requestHead, in: bytes, excluding: nil)
    }
}
