import Model
package import NIOCore

/// A visitor's HTTP/1.1 connection: reads requests one after another, has each exchanged for a response, and writes
/// that.
///
///     idle ──head──▶ exchanging ──both directions ended──▶ idle
///                      │ ▲ │  └─101─▶ pipe
///           agent away ▼ │ └─answer while the request goes on, then closed─▶ lingering
///                    waiting
///
/// Back pressure: reading stops while the upstream takes nothing (`requestWritabilityChanged`), and while more than
/// a little of the next requests is here already; no further request is begun, and the upstream's reading stops, while
/// the visitor takes nothing (`channelWritabilityChanged`).
package final class HTTP1VisitorHandler: Timed, ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Between two requests, or within a head.
        case idle
        /// The endpoint's agent is away for a moment, or a policy has not decided.
        case waiting
        case exchanging
        /// After an upgrade: bytes both ways.
        case pipe
        /// The last answer is written; what still comes is discarded until the visitor closes.
        case lingering
        case over
    }

    let loop: ProxyLoop
    /// The one exchange of the connection, begun anew for each request.
    let exchange: Exchange
    var context: ChannelHandlerContext?
    var phase = Phase.idle

    /// Bytes that came and belong to nothing yet: the beginning of a head, or requests sent ahead.
    var pending: ByteBuffer?
    /// Whether `pending` is a buffer of our own, which may grow without a copy of what was read.
    var ownsPending = false
    /// How far the head at the beginning of `pending` was read: one that trickles in is not read from its start for
    /// each piece.
    var progress = HeadProgress()
    var isProcessing = false

    // The exchange under way.
    var framing = BodyFraming.none
    var requestBody = BodyReader(.none)
    var pace = BodyPace()
    /// What is wrong with the beginning of the body; told once the request has gone out.
    var bodyError: HTTP1Error?
    var requestEnded = true
    var responseStarted = false
    var isAnswered = true
    /// Whether the connection closes behind the answer.
    var isClosing = false
    var isHEAD = false
    var isHTTP10 = false
    /// Makes chunks of a response that comes as content.
    var framer: ChunkFramer?

    private(set) var inputEnded = false
    /// Within a batch of reads of this channel, whose end flushes.
    private(set) var isInRead = false
    private var isReading = true
    /// Whether the visitor takes more.
    private(set) var isWritable = true
    private var isFlushNeeded = false
    /// Whether the flush that is to come decides if the upstream is read on.
    private var isStopDue = false

    /// - Parameters:
    ///   - loop: the loop of the connection.
    ///   - visitor: who connected.
    ///   - serverName: the name that it asked for in a TLS handshake, in small letters.
    ///   - judged: the endpoint whose rules for connections it has passed.
    package init(
        loop: ProxyLoop,
        visitor: Visitor,
        serverName: String? = nil,
        judged: ConnectionJudgement? = nil
    ) {
        self.loop = loop
        self.exchange = Exchange(
            context: ExchangeContext(loop: loop, visitor: visitor, serverName: serverName, judged: judged)
        )
        super.init()
    }

    // MARK: Channel

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.loop.add(self)
        self.loop.counters.connections += 1
        self.loop.wheel.set(self, in: self.loop.limits.keepAliveMilliseconds)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        self.exchange.context.noteIn(bytes.readableBytes)
        self.isInRead = true
        switch self.phase {
        case .exchanging where !self.requestEnded && self.pending == nil:
            self.receiveBody(bytes)
        case .pipe:
            self.exchange.receiveBody(bytes)
            self.loop.wheel.set(self, in: self.loop.limits.pipeIdleMilliseconds)
        case .idle, .exchanging, .waiting:
            self.receiveAhead(bytes)
        case .lingering, .over:
            break
        }
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        self.isInRead = false
        self.exchange.flush()
        self.flushIfNeeded()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        self.isWritable = isWritable
        // Of a batch that is being written, most goes out with the flush behind it: whether the visitor is slow is seen
        // then. Reads of the batch could not be stopped any more.
        if isWritable || !self.isFlushNeeded { self.exchange.setReading(isWritable) } else { self.isStopDue = true }
        self.updateDeadline()
        if isWritable, case .idle = self.phase { self.goOn() }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        self.inputEnded = true
        switch self.phase {
        case .pipe:
            self.exchange.endRequest(trailers: nil)
        case .exchanging where self.requestEnded:
            // The visitor may only have closed its sending side; it may also be gone. It is served as long as the
            // answer keeps coming: what is written to one that is gone fails, and silence has a short deadline.
            self.isClosing = true
            self.updateDeadline()
        case .idle, .waiting, .exchanging, .lingering, .over:
            self.closeNow()
        }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        self.tearDown()
        context.fireChannelInactive()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: Input

    /// Bytes of a head, or of requests sent ahead.
    private func receiveAhead(_ bytes: ByteBuffer) {
        guard self.pending != nil else {
            self.pending = bytes
            self.ownsPending = false
            self.progress = HeadProgress()
            self.process()
            self.limitAhead()
            return
        }
        self.appendPending(bytes)
        self.process()
        self.limitAhead()
    }

    private func appendPending(_ bytes: ByteBuffer) {
        var bytes = bytes
        guard var pending = self.pending else { return }
        self.pending = nil
        if !self.ownsPending {
            // What was read may be shared with slices that are under way: appending to it would copy it each time.
            var own = self.loop.allocator.buffer(capacity: pending.readableBytes + max(1024, bytes.readableBytes))
            own.writeBuffer(&pending)
            pending = own
            self.ownsPending = true
        }
        pending.writeBuffer(&bytes)
        self.pending = pending
    }

    /// Works through what is pending, one request after another, until one of them has to wait, or the visitor takes none
    /// of the answers.
    func process() {
        guard !self.isProcessing else { return }
        self.isProcessing = true
        defer { self.isProcessing = false }
        while case .idle = self.phase, let bytes = self.pending {
            // Answers that no upstream gives have nobody else to hold them up.
            guard self.isWritable else {
                self.updateDeadline()
                return
            }
            self.pending = nil
            guard bytes.readableBytes > 0 else {
                self.ownsPending = false
                return
            }
            guard self.receiveHead(bytes) else { return }
        }
    }

    private func limitAhead() {
        guard let pending = self.pending else { return }
        switch self.phase {
        case .exchanging: break
        // What is here of a head has a limit of its own, once somebody reads it.
        case .idle where !self.isWritable: break
        case .idle, .waiting, .pipe, .lingering, .over: return
        }
        if pending.readableBytes > self.loop.limits.pipelinedBytes { self.setReading(false) }
    }

    /// Goes on with what is pending, and with reading.
    private func goOn() {
        self.setReading(true)
        self.process()
        self.limitAhead()
    }

    func setReading(_ isReading: Bool) {
        guard isReading != self.isReading, let context = self.context else { return }
        self.isReading = isReading
        context.channel.setReading(isReading)
    }

    // MARK: Output

    func write(_ bytes: ByteBuffer) {
        self.isFlushNeeded = true
        self.exchange.context.noteOut(bytes.readableBytes)
        self.context?.write(Self.wrapOutboundOut(bytes), promise: nil)
    }

    func flushIfNeeded() {
        guard self.isFlushNeeded else { return }
        self.isFlushNeeded = false
        guard let context = self.context else { return }
        context.flush()
        guard self.isStopDue else { return }
        self.isStopDue = false
        if !self.isWritable { self.exchange.setReading(false) }
    }

    // MARK: Deadlines

    /// What the connection is waited for now, and how long; nil when it is over.
    private var patience: (limit: Limit, milliseconds: Int64)? {
        switch self.phase {
        case .idle where self.pending != nil && !self.isWritable:
            return (.slowReaderTimeout, self.loop.limits.slowReaderMilliseconds)
        case .idle where self.pending != nil:
            return (.headTimeout, self.loop.limits.headMilliseconds)
        case .idle:
            return (.keepAliveTimeout, self.loop.limits.keepAliveMilliseconds)
        case .waiting:
            // The table that ends the wait comes by itself; this is for a control plane that is away.
            return (.waitingVisitors, self.loop.limits.streamQueueMilliseconds)
        case .exchanging where self.inputEnded:
            return (.halfCloseGrace, self.loop.limits.halfCloseMilliseconds)
        case .exchanging where !self.isWritable:
            return (.slowReaderTimeout, self.loop.limits.slowReaderMilliseconds)
        case .exchanging where self.isAnswered:
            return (.lingerTimeout, self.loop.limits.lingerMilliseconds)
        case .exchanging where !self.requestEnded && self.isReading:
            return (.bodyIdleTimeout, self.loop.limits.bodyIdleMilliseconds)
        case .exchanging, .pipe:
            return (.pipeIdleTimeout, self.loop.limits.pipeIdleMilliseconds)
        case .lingering:
            return (.lingerTimeout, self.loop.limits.lingerMilliseconds)
        case .over:
            return nil
        }
    }

    /// Sets the deadline that fits what the connection is doing.
    func updateDeadline() {
        guard let patience = self.patience else { return }
        self.loop.wheel.set(self, in: patience.milliseconds)
    }

    package override func deadlinePassed() {
        if case .waiting = self.phase {
            self.exchange.waitingTimePassed()
            self.updateDeadline()
            return
        }
        guard let limit = self.patience?.limit else { return }
        self.loop.counters.note(limit)
        switch limit {
        case .headTimeout:
            self.answerBadHead(.init(.requestTimeout, "The request's head did not come in time."))
        case .bodyIdleTimeout where !self.responseStarted:
            self.exchange.refuse(.init(.requestTimeout, "The request's body did not come in time."))
        default:
            self.closeNow()
        }
    }

    // MARK: Ends

    private func tearDown() {
        if case .over = self.phase { return }
        self.phase = .over
        self.loop.remove(self)
        self.loop.wheel.remove(self)
        self.context = nil
        self.pending = nil
        self.exchange.abandon()
        self.exchange.context.end()
    }
}

extension HTTP1VisitorHandler: DrainableVisitor {
    package func drain() {
        switch self.phase {
        case .idle where self.pending == nil: self.closeNow()
        case .pipe, .lingering, .over: break
        case .idle, .waiting, .exchanging: self.isClosing = true
        }
    }

    package func closeNow() {
        self.context?.close(promise: nil)
    }

    package func letGoOfHeld() {
        self.exchange.context.letGoOfHeld()
    }
}
