package import NIOCore

/// One upstream connection that speaks HTTP/1.1: it carries one exchange at a time and is kept for the next.
///
/// It goes back to where it is kept only when *both* directions of an exchange have ended: a connection whose
/// response came before the end of the request would hand the rest of the old body to the next request.
package final class HTTP1Link: Timed, UpstreamTransportReceiver {

    enum Phase {
        /// Kept, without an exchange.
        case idle
        /// The head of the answer has not come (interim answers may have).
        case awaitingHead
        case body
        /// 101: bytes both ways until both ends are done.
        case pipe
        case over
    }

    let upstream: Upstream
    unowned let loop: ProxyLoop
    var transport: (any UpstreamTransport)?
    var exchange: Exchange?

    var phase = Phase.idle
    private var body = BodyReader(.none)
    /// The beginning of a head that has not come whole; a copy of its own.
    private var partial: ByteBuffer?
    var endsWithConnection = false
    /// Interim answers of the exchange under way; at most `HeadLimits.interimResponses`.
    var interimResponses = 0
    var request = LinkRequest(
        isHEAD: false,
        mayUpgrade: false,
        hasBody: false,
        makesChunks: false,
        responseForm: .framed
    )
    var framer = ChunkFramer()
    private var progress = HeadProgress()
    var requestEnded = true
    var responseEnded = true
    private var isReusable = true
    /// Exchanges that were begun on it.
    var exchanges = 0
    var hasReceivedBytes = false
    var isFlushNeeded = false
    /// A visitor that keeps this link for itself; nil where the upstream keeps it for everybody.
    weak var owner: (any LinkOwner)?

    init(upstream: Upstream, loop: ProxyLoop) {
        self.upstream = upstream
        self.loop = loop
        super.init()
    }

    /// Takes the transport that was opened for this link.
    func attach(_ transport: any UpstreamTransport) {
        self.transport = transport
    }

    var isOver: Bool {
        if case .over = self.phase { true } else { false }
    }

    var isIdle: Bool {
        if case .idle = self.phase { true } else { false }
    }

    // MARK: The response

    package func transportReceived(_ bytes: ByteBuffer) {
        self.hasReceivedBytes = true
        switch self.phase {
        case .awaitingHead: self.receiveHead(bytes)
        case .body: self.receiveBody(bytes)
        case .pipe: self.exchange?.responseBody(bytes)
        case .idle, .over: self.discard()  // An upstream that speaks without being asked.
        }
    }

    package func transportReadComplete() {
        self.exchange?.responseFlush()
    }

    package func transportReceivedEnd() {
        switch self.phase {
        case .pipe:
            self.responseEnded = true
            self.exchange?.responseEnded(trailers: nil)
            self.finishIfDone()
        case .body where self.endsWithConnection:
            self.isReusable = false
            self.endResponse()
        case .idle, .over:
            self.discard()
        case .awaitingHead, .body:
            self.fail(.closed)
        }
    }

    package func transportWritabilityChanged() {
        self.exchange?.requestWritabilityChanged(self.isWritable)
    }

    package func transportEnded(_ end: TransportEnd) {
        self.transport = nil
        if case .body = self.phase, end == .closed, self.endsWithConnection {
            self.endResponse()
            return
        }
        self.fail(end)
    }

    /// The idle time is over.
    package override func deadlinePassed() {
        guard self.isIdle else { return }
        self.discard()
    }

    private func receiveHead(_ bytes: ByteBuffer) {
        var bytes = bytes
        let isOwn = self.partial != nil
        if var partial = self.partial {
            self.partial = nil
            partial.writeBuffer(&bytes)
            bytes = partial
        }
        // Interim answers and the final one may come in one read.
        while case .awaitingHead = self.phase, bytes.readableBytes > 0 {
            let head = self.loop.responseHead
            let result = bytes.withUnsafeReadableBytes { head.scan($0, progress: &self.progress) }
            switch result {
            case .incomplete:
                self.partial = isOwn ? bytes : self.copy(of: &bytes)
                return
            case .invalid:
                self.fail(malformed: true)
                return
            case .complete(let length):
                self.progress = HeadProgress()
                guard let whole = bytes.readSlice(length: length) else { return }
                if head.isInterim {
                    self.interimResponses += 1
                    guard self.interimResponses <= HeadLimits.interimResponses else {
                        self.fail(malformed: true)
                        return
                    }
                    whole.withUnsafeReadableBytes { self.exchange?.responseInterim(head, in: $0) }
                } else {
                    self.receiveFinalHead(head, whole, &bytes)
                }
            }
        }
    }

    private func receiveFinalHead(_ head: ResponseHead, _ whole: ByteBuffer, _ bytes: inout ByteBuffer) {
        guard !head.isSwitchingProtocols else {
            self.switchProtocols(head, whole, bytes)
            return
        }
        let framing = head.framing(forHEAD: self.request.isHEAD)
        self.isReusable = self.isReusable && head.isReusable(forHEAD: self.request.isHEAD)
        self.endsWithConnection = framing == .untilClose
        self.body = BodyReader(framing, from: .upstream, form: self.request.responseForm)
        self.phase = .body
        var first: ByteBuffer?
        switch self.body.take(&bytes) {
        case .none, .ended: break
        case .some(let slice, _): first = slice
        case .invalid:
            self.fail(malformed: true)
            return
        }
        let isComplete = self.body.isComplete
        whole.withUnsafeReadableBytes { self.exchange?.responseHead(head, in: $0, body: first, isComplete: isComplete) }
        if isComplete {
            self.completeResponse(left: bytes.readableBytes)
        } else {
            // Trailers are held back by the reader and come out of it even where nothing is left to read.
            self.receiveBody(bytes)
        }
    }

    private func switchProtocols(_ head: ResponseHead, _ whole: ByteBuffer, _ bytes: ByteBuffer) {
        guard self.request.mayUpgrade else {
            self.fail(malformed: true)
            return
        }
        self.phase = .pipe
        self.isReusable = false
        self.requestEnded = false
        whole.withUnsafeReadableBytes { self.exchange?.responseHead(head, in: $0, body: nil, isComplete: false) }
        if bytes.readableBytes > 0 { self.exchange?.responseBody(bytes) }
    }

    private func receiveBody(_ bytes: ByteBuffer) {
        var bytes = bytes
        while true {
            switch self.body.take(&bytes) {
            case .some(let slice, let ended):
                self.exchange?.responseBody(slice)
                // The front may have given up the exchange in this call.
                guard !self.isOver else { return }
                if !ended { continue }
            case .none, .ended:
                break
            case .invalid:
                self.fail(malformed: true)
                return
            }
            break
        }
        if self.body.isComplete { self.completeResponse(left: bytes.readableBytes) }
    }

    private func completeResponse(left: Int) {
        // Bytes behind the end of an answer belong to no request: the connection is out of step.
        if left > 0 { self.isReusable = false }
        self.endResponse()
    }

    private func endResponse() {
        self.responseEnded = true
        // The front may have ended the exchange in this call.
        self.exchange?.responseEnded(trailers: self.body.trailers)
        self.finishIfDone()
    }

    /// The beginning of a head in a buffer of its own, which may grow without touching what was read.
    private func copy(of bytes: inout ByteBuffer) -> ByteBuffer {
        var copy = self.loop.allocator.buffer(capacity: max(1024, bytes.readableBytes * 2))
        copy.writeBuffer(&bytes)
        return copy
    }

    // MARK: Ends

    func finishIfDone() {
        guard self.requestEnded, self.responseEnded else { return }
        self.exchange = nil
        switch self.phase {
        case .body where self.isReusable && self.transport != nil && !self.upstream.isHeld:
            self.phase = .idle
            self.setReading(true)
            let loop = self.loop
            loop.wheel.set(self, in: loop.limits.upstreamIdleMilliseconds)
            if let owner = self.owner { owner.linkIsIdle(self) } else { self.upstream.keep(self) }
        case .pipe:
            // Both ends are said; what is still on its way out goes out.
            self.transport?.receiver = nil
            self.transport = nil
            self.discard()
        case .over:
            break
        case .idle, .awaitingHead, .body:
            self.discard()
        }
    }

    private func fail(_ end: TransportEnd = .closed, malformed: Bool = false) {
        let exchange = self.exchange
        let phase = self.phase
        let failure: ExchangeFailure
        switch phase {
        case .body, .pipe: failure = .brokenOff
        case .awaitingHead where malformed: failure = .malformedAnswer
        case .awaitingHead where self.hasReceivedBytes: failure = .noAnswer(end)
        case .awaitingHead where self.exchanges > 1: failure = .keptConnectionClosed
        case .awaitingHead:
            failure = end.reachedNobody ? .notSent(end) : .noAnswer(end)
        case .idle, .over: failure = .noAnswer(end)
        }
        self.exchange = nil
        self.discard()
        exchange?.linkFailed(failure)
    }

    func discard() {
        guard !self.isOver else { return }
        let wasIdle = self.isIdle
        self.phase = .over
        self.loop.wheel.remove(self)
        self.transport?.abort()
        self.transport = nil
        self.partial = nil
        if wasIdle, self.owner == nil { self.upstream.forget(self) }
        self.owner?.linkIsOver(self)
    }
}

/// A visitor's connection that keeps a link for its own further requests.
protocol LinkOwner: AnyObject {
    func linkIsIdle(_ link: HTTP1Link)
    func linkIsOver(_ link: HTTP1Link)
}
