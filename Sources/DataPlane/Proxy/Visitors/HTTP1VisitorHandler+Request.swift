import Addressing
import EdgeLink
import Model
import NIOCore
import Routing

extension HTTP1VisitorHandler {
    /// Up to this size, what is there of a body goes out in one buffer with the head.
    private static let joinedBytes = 8 * 1024

    // MARK: The head

    /// Reads a request's head from `bytes` and begins its exchange; what is behind it stays pending.
    ///
    /// - Returns: whether to go on with what is pending.
    func receiveHead(_ bytes: ByteBuffer) -> Bool {
        let head = self.loop.requestHead
        let result = bytes.withUnsafeReadableBytes {
            head.scan($0, limits: self.loop.configuration.headLimits, progress: &self.progress)
        }
        switch result {
        case .incomplete:
            let isFirst = !self.ownsPending
            self.pending = bytes
            // From the first byte of a head on, all of it has one deadline.
            if isFirst { self.updateDeadline() }
            return false
        case .invalid(let error):
            self.answerFormat = .text
            self.isHEAD = false
            self.requestEnded = false
            self.loop.counters.limitsReached += error.isLimit ? 1 : 0
            self.answer(error.failure, closing: true)
            return false
        case .complete(let length):
            self.progress = HeadProgress()
            self.beginRequest(head, length: length, bytes)
            return true
        }
    }

    /// Takes from the scratch head what the connection must remember, then routes.
    private func beginRequest(_ head: RequestHead, length: Int, _ bytes: ByteBuffer) {
        self.loop.counters.requests += 1
        self.requestBody = BodyReader(head.framing)
        self.requestEnded = self.requestBody.isComplete
        self.responseStarted = false
        self.isAnswered = false
        self.isClosing = !head.keepsAlive || self.loop.isDraining || self.isClosing
        self.isHEAD = head.isHEAD
        self.isHTTP10 = head.minorVersion == 0
        self.isIdempotent = head.isIdempotent
        self.attempts = 0
        self.phase = .exchanging
        self.route(head, length: length, bytes, excluding: nil)
    }

    // MARK: Routing

    /// Finds who serves the request whose head is in the scratch head and at the beginning of `bytes`.
    private func route(
        _ head: RequestHead,
        length: Int,
        _ bytes: ByteBuffer,
        excluding tried: ResourceID<EndpointKind>?
    ) {
        let pool = self.pool(for: head, bytes)
        self.answerFormat = bytes.withUnsafeReadableBytes { ErrorResponse.Format(for: head, in: $0) }
        guard let pool else {
            self.takeRest(of: bytes, from: length)
            self.answer(.init(.endpointOffline, "No endpoint is online at this address."))
            return
        }
        let member: EndpointPool.Member?
        if let tried {
            member = pool.draw(otherThan: tried, using: &self.loop.random)
        } else {
            member = pool.draw(using: &self.loop.random)
        }
        guard let member else {
            self.wait(for: pool.url, bytes)
            return
        }
        let upstream = self.loop.upstream(for: member)
        guard let link = self.takeLink(to: upstream) else {
            // The agent has gone and the table that says so is on its way.
            self.wait(for: pool.url, bytes)
            return
        }
        self.send(head, length: length, bytes, over: link)
    }

    private func pool(for head: RequestHead, _ bytes: ByteBuffer) -> EndpointPool? {
        bytes.withUnsafeReadableBytes { raw in
            // Only HTTP/1.0 requests may name no host: they reach an endpoint for any host.
            let host = head.hostNameRange.map { UnsafeRawBufferPointer(rebasing: raw[$0]) }
            return self.loop.table.pool(for: self.scheme, host: host ?? UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    private func takeLink(to upstream: Upstream) -> HTTP1Link? {
        if self.attempts == 0 {
            if let own = self.ownLink {
                self.ownLink = nil
                if own.isIdle, own.upstream === upstream { return own }
                own.owner = nil
                own.abandon()
            }
            if let idle = upstream.takeIdle() { return idle }
        }
        guard let link = upstream.openLink(for: self.visitor) else { return nil }
        if !upstream.sharesLinks { link.owner = self }
        return link
    }

    /// The request waits, head and all, for a table with somebody to serve it.
    private func wait(for url: EndpointURL, _ bytes: ByteBuffer) {
        guard
            self.loop.waitingRoom.enter(self, for: url, limit: self.loop.configuration.waitingVisitorsPerPool)
        else {
            self.pending = bytes
            self.loop.counters.limitsReached += 1
            self.answerOffline(url)
            return
        }
        self.phase = .waiting(url)
        self.pending = bytes
        self.setReading(false)
        self.updateDeadline()
    }

    // MARK: Sending

    private func send(_ head: RequestHead, length: Int, _ bytes: ByteBuffer, over link: HTTP1Link) {
        let request = HTTP1Link.Request(
            isHEAD: head.isHEAD,
            mayUpgrade: head.isUpgrade,
            hasBody: !self.requestEnded,
            isHTTP10: self.isHTTP10
        )
        self.loop.requestScratch.clear()
        bytes.withUnsafeReadableBytes {
            head.write(into: &self.loop.requestScratch, from: $0, forwarding: self.forwarded)
        }
        self.attempts += 1
        // A request with a body is not repeated: its bytes are not kept.
        self.repeatable = self.requestEnded ? bytes.getSlice(at: bytes.readerIndex, length: length) : nil
        self.link = link

        var rest = bytes
        rest.moveReaderIndex(forwardBy: length)
        var large: ByteBuffer?
        if !self.requestEnded, rest.readableBytes > 0 {
            switch self.requestBody.take(&rest) {
            case .none, .ended: break
            case .some(let slice, _) where slice.readableBytes <= Self.joinedBytes:
                self.loop.requestScratch.writeImmutableBuffer(slice)
            case .some(let slice, _): large = slice
            case .invalid(let error):
                self.refuseBody(error)
                return
            }
        }
        let isComplete = self.requestBody.isComplete
        self.pending = isComplete && rest.readableBytes > 0 ? rest : nil
        self.ownsPending = false
        link.begin(request, head: self.loop.requestScratch, sink: self)
        // The link may have failed at once, and the exchange be over.
        guard self.link === link else { return }
        if let large { link.sendBody(large) }
        if !self.requestEnded {
            // Trailers are held back by the reader and come out of it even where nothing is left to read.
            if isComplete { self.endRequest() } else { self.receiveBody(rest) }
            guard self.link === link else { return }
        }
        if !self.isInRead { link.flush() }
        if self.context?.channel.isWritable == false { link.setReading(false) }
        self.updateDeadline()
    }

    // MARK: The body

    func receiveBody(_ bytes: ByteBuffer) {
        var bytes = bytes
        while true {
            switch self.requestBody.take(&bytes) {
            case .some(let slice, let ended):
                self.link?.sendBody(slice)
                if !ended { continue }
            case .none, .ended:
                break
            case .invalid(let error):
                self.refuseBody(error)
                return
            }
            break
        }
        guard self.requestBody.isComplete else {
            self.updateDeadline()
            return
        }
        if bytes.readableBytes > 0 {
            self.pending = bytes
            self.ownsPending = false
        }
        self.endRequest()
    }

    private func endRequest() {
        self.requestEnded = true
        self.link?.endRequest()
        self.updateDeadline()
        self.finishIfDone()
    }

    /// The body breaks the rules: the upstream must not take what it has for a whole request.
    private func refuseBody(_ error: HTTP1Error) {
        self.abandonLink()
        guard !self.responseStarted else {
            self.closeNow()
            return
        }
        self.answer(error.failure, closing: true)
    }

    func requestWritabilityChanged(_ isWritable: Bool) {
        if case .over = self.phase { return }
        if isWritable, let pending = self.pending, pending.readableBytes > self.loop.configuration.pipelinedBytes {
            return
        }
        self.setReading(isWritable)
        self.updateDeadline()
    }

    // MARK: Another attempt

    /// Sends the request once more: to another member, or over another connection.
    ///
    /// - Returns: false where it must not be repeated, or cannot.
    func tryAgain(after failure: ExchangeFailure, at endpoint: RoutedEndpoint?) -> Bool {
        guard let bytes = self.repeatable, self.attempts < 2, !self.responseStarted else { return false }
        let excluded: ResourceID<EndpointKind>?
        switch failure {
        case .notSent: excluded = endpoint?.id
        case .keptConnectionClosed where self.isIdempotent: excluded = nil
        default: return false
        }
        let head = self.loop.requestHead
        guard
            case .complete(let length) = bytes.withUnsafeReadableBytes({
                head.scan($0, limits: self.loop.configuration.headLimits)
            })
        else { return false }
        var other = excluded
        if let excluded, !self.hasOtherMember(than: excluded, head, bytes) {
            // An agent whose connection has just gone may be back in a moment; an address will not.
            guard case .agent = endpoint?.target else { return false }
            other = nil
        }
        let ahead = self.pending
        let ownsAhead = self.ownsPending
        self.route(head, length: length, bytes, excluding: other)
        if case .exchanging = self.phase, let ahead {
            self.pending = ahead
            self.ownsPending = ownsAhead
        }
        return true
    }

    private func hasOtherMember(
        than endpoint: ResourceID<EndpointKind>,
        _ head: RequestHead,
        _ bytes: ByteBuffer
    ) -> Bool {
        self.pool(for: head, bytes)?.draw(otherThan: endpoint, using: &self.loop.random) != nil
    }

    /// Removes a request's head, and what is here of its body, where no upstream gets it.
    func takeRest(of bytes: ByteBuffer, from length: Int) {
        var rest = bytes
        rest.moveReaderIndex(forwardBy: length)
        if !self.requestEnded {
            discarding: while true {
                switch self.requestBody.take(&rest) {
                case .some(_, ended: false): continue
                // After bytes that are no body, the connection closes behind the answer.
                case .none, .some, .ended, .invalid: break discarding
                }
            }
            self.requestEnded = self.requestBody.isComplete
        }
        self.pending = rest.readableBytes > 0 ? rest : nil
        self.ownsPending = false
    }
}

extension HTTP1VisitorHandler: WaitingVisitor {
    func routeAgain() {
        guard case .waiting = self.phase, let bytes = self.pending else { return }
        self.pending = nil
        self.phase = .exchanging
        self.setReading(true)
        let head = self.loop.requestHead
        let result = bytes.withUnsafeReadableBytes { head.scan($0, limits: self.loop.configuration.headLimits) }
        guard case .complete(let length) = result else {
            // It was whole when it began to wait, and nothing has touched it since.
            self.closeNow()
            return
        }
        self.route(head, length: length, bytes, excluding: nil)
    }
}
