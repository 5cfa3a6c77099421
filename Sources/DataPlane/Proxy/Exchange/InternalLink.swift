import EdgeLink
import Model
import NIOCore
import PolicyEngine

/// The way to an internal endpoint. For the exchange whose policy forwards it is a link like any other; behind it stands
/// another exchange, with that endpoint, which has this as its front and a policy, a pool and a link of its own. So what
/// comes back has passed the inner endpoint's rules before it meets the outer one's.
///
///     visitor ── front ── exchange ── InternalLink ── exchange ── link ── upstream
///                          policy                      policy
///
/// Back pressure passes through in both directions. What comes of a body before the inner exchange takes it waits here,
/// and the front is told to wait: that is what it had read.
package final class InternalLink: Timed {
    /// So much of a body is kept where the request may yet go elsewhere (`spec/traffic-policy.md` 4.9), and so much is
    /// taken of one that was answered before its end.
    static let keptBytes = 64 * 1024

    let inner: Exchange
    private let target: ForwardTarget
    /// That of the outer exchange.
    private let head: ByteBuffer
    private(set) var outer: Exchange?

    private var hasBody = false
    /// All that came of the body so far; nil where it is not kept, or no more.
    private var kept: ByteBuffer?
    /// What came of the body and was not taken yet.
    private var waiting: ByteBuffer?
    /// Whether the inner exchange takes what comes.
    private var isTaken = false
    /// Within `begin`: whoever called it flushes.
    private var isBeginning = false
    private var requestEnded = false
    private var trailers: ByteBuffer?
    private var responseStarted = false
    private var responseEnded = false
    /// Bytes that came after the answer was complete.
    private var unwanted = 0

    init(to inner: Exchange, _ target: ForwardTarget, head: ByteBuffer) {
        self.inner = inner
        self.target = target
        self.head = head
        super.init()
    }

    private var loop: ProxyLoop { self.inner.loop }

    // MARK: The request

    private func keep(_ bytes: ByteBuffer) {
        guard !self.responseStarted, let count = self.kept?.readableBytes else { return }
        guard count + bytes.readableBytes <= Self.keptBytes else {
            self.kept = nil
            return
        }
        self.kept?.writeImmutableBuffer(bytes)
    }

    /// The request as it can go elsewhere.
    private var keptRequest: KeptRequest? {
        guard !self.responseStarted else { return nil }
        guard self.hasBody else { return KeptRequest(head: self.head) }
        return self.kept.map {
            KeptRequest(head: self.head, body: $0, isWhole: self.requestEnded, trailers: self.trailers)
        }
    }

    // MARK: Ends

    /// Waiting for an agent has taken too long.
    package override func deadlinePassed() {
        self.inner.waitingTimePassed()
    }

    private func finishIfDone() {
        guard self.requestEnded, self.responseEnded, self.outer != nil else { return }
        self.outer = nil
        self.loop.wheel.remove(self)
        self.inner.finish()
    }

    /// Lets both exchanges go.
    ///
    /// - Returns: the outer one; nil where that was let go before.
    private func end() -> Exchange? {
        guard let outer = self.outer else { return nil }
        self.outer = nil
        self.waiting = nil
        self.loop.wheel.remove(self)
        self.inner.abandon()
        return outer
    }
}

extension InternalLink: ExchangeLink {
    var endpoint: RoutedEndpoint? { nil }
    var passesChunks: Bool { false }
    var isWritable: Bool { self.isTaken && self.inner.link?.isWritable ?? true }

    func begin(_ request: LinkRequest, body: ByteBuffer?, for exchange: Exchange) {
        self.outer = exchange
        self.hasBody = request.hasBody
        self.requestEnded = !request.hasBody
        self.waiting = body
        if self.target.continuesOnFailure, request.hasBody { self.kept = body ?? ByteBuffer() }
        if let body, body.readableBytes > Self.keptBytes { self.kept = nil }
        // The scratch is needed again for what the inner exchange sends.
        var bytes = self.loop.allocator.buffer(capacity: self.loop.requestScratch.readableBytes)
        bytes.writeImmutableBuffer(self.loop.requestScratch)
        self.isBeginning = true
        guard self.inner.scan(bytes) else {
            self.fail(Failure(.policyActionFailed, "The request is too large with what this endpoint's policy added."))
            self.isBeginning = false
            return
        }
        let front = InternalFront(self, isHTTP2: exchange.front?.isHTTP2 ?? false)
        self.inner.begin(self.loop.requestHead, in: bytes, hasBody: request.hasBody, front: front)
        self.isBeginning = false
        if self.outer != nil, self.hasBody, !self.isTaken { exchange.requestWritabilityChanged(false) }
    }

    func sendBody(_ bytes: ByteBuffer) {
        guard self.outer != nil else { return }
        guard !self.responseEnded || self.inner.link != nil else {
            self.discard(bytes)
            return
        }
        self.keep(bytes)
        if self.isTaken {
            self.inner.receiveBody(bytes)
        } else if self.waiting == nil {
            self.waiting = bytes
        } else {
            self.waiting?.writeImmutableBuffer(bytes)
        }
    }

    /// The rest of a request that was answered: a little of it is taken, so that the visitor's connection may go on.
    private func discard(_ bytes: ByteBuffer) {
        self.unwanted += bytes.readableBytes
        guard self.unwanted > Self.keptBytes, let outer = self.end() else { return }
        outer.linkFailed(.brokenOff)
    }

    func endRequest(trailers: ByteBuffer?) {
        self.requestEnded = true
        self.trailers = trailers
        if self.isTaken { self.inner.endRequest(trailers: trailers) }
        self.finishIfDone()
    }

    func flush() {
        self.inner.flush()
    }

    func setReading(_ isReading: Bool) {
        self.inner.setReading(isReading)
    }

    func abandon() {
        _ = self.end()
    }
}

// MARK: - From the inner exchange

extension InternalLink {
    func wait() {
        self.loop.wheel.set(self, in: self.loop.limits.streamQueueMilliseconds)
    }

    func goOn() {
        self.loop.wheel.clear(self)
    }

    func takeFirstBody() -> FirstBody {
        guard let first = self.waiting else { return .none }
        self.waiting = nil
        return .some(first)
    }

    func requestIsSent() {
        self.isTaken = true
        if self.hasBody {
            if let rest = self.waiting {
                self.waiting = nil
                self.inner.receiveBody(rest)
            }
            if self.requestEnded { self.inner.endRequest(trailers: self.trailers) }
        }
        guard !self.isBeginning, let outer = self.outer else { return }
        self.inner.flush()
        outer.requestWritabilityChanged(self.isWritable)
    }

    /// The answer is complete, and the rest of the request has nowhere to go; or the answer broke off.
    func breakOff() {
        self.end()?.linkFailed(.brokenOff)
    }

    func receiveHead(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer, body: ByteBuffer?, isComplete: Bool) {
        self.noteResponse()
        // From here on bytes go both ways until both ends are said.
        if head.isSwitchingProtocols { self.requestEnded = false }
        self.outer?.responseHead(head, in: bytes, body: body, isComplete: isComplete)
    }

    private func noteResponse() {
        self.responseStarted = true
        self.kept = nil
    }

    func receiveEnd(trailers: ByteBuffer?) {
        self.responseEnded = true
        self.outer?.responseEnded(trailers: trailers)
        self.finishIfDone()
    }

    /// An answer of the inner endpoint's policy: for the outer one it is an answer like an upstream's.
    func receive(_ answer: LocalAnswer) {
        guard let outer = self.outer else { return }
        self.noteResponse()
        var text = self.loop.allocator.buffer(capacity: 512)
        answer.writeHead(into: &text, date: self.loop.dateLine.now(), closing: false)
        let head = self.loop.responseHead
        let isRead = text.withUnsafeReadableBytes { bytes in
            guard case .complete = head.scan(bytes) else { return false }
            let hasBody = answer.body.readableBytes > 0 && !head.framing(forHEAD: outer.isHEAD).isEmpty
            outer.responseHead(head, in: bytes, body: hasBody ? answer.body : nil, isComplete: true)
            return true
        }
        guard isRead else {
            self.fail(Failure(.internalError, "The policy's answer cannot be written."))
            return
        }
        self.receiveEnd(trailers: nil)
        if !self.isBeginning { outer.responseFlush() }
    }

    func receive(_ refusal: ExchangeRefusal) {
        guard self.isBeginning else {
            self.deliver(refusal)
            return
        }
        // Whoever is sending still tells its front so, which hands on what is here of the body.
        self.loop.eventLoop.assumeIsolated().execute { self.deliver(refusal) }
    }

    private func deliver(_ refusal: ExchangeRefusal) {
        let kept = self.keptRequest
        guard let outer = self.end() else { return }
        switch refusal.origin {
        case .way: outer.forwardFailed(refusal.failure, of: self.target, keeping: kept)
        case .policy: outer.forwardRefused(refusal)
        }
        outer.responseFlush()
    }

    private func fail(_ failure: Failure) {
        self.receive(ExchangeRefusal(failure: failure, origin: .way, format: .text))
    }
}
