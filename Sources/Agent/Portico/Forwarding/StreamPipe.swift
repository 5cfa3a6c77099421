import Foundation
import Inspection
import Mux
import NIOCore
import NIOSSL
import NIOTLS

/// Joins one visitor's stream to one connection to the upstream: a pipe for bytes, in both directions, each of which ends
/// on its own.
///
/// Back pressure toward the visitor: credit for what was received is given when the upstream's channel takes more, so
/// at most a window waits in it. Toward the upstream: reading stops while the stream's window or the session's queue is
/// full. Bound to the event loop of its leg; the two ends keep it alive.
///
///     dialing ──▶ securing ──▶ open ──▶ over
///        │ upstream refuses │    └──▶ draining ──▶ over
///        └──────▶ refused ──┴────────────┘
final class StreamPipe {
    private enum Phase {
        /// TCP is on its way. What the visitor sends waits.
        case dialing
        /// TCP is there: the PROXY header goes out, and TLS begins.
        case securing
        case open
        /// The upstream cannot be reached; on an HTTP endpoint the answer waits for the request.
        case refused(reason: String)
        /// The upstream is gone, and we have said so. What the visitor still sends is dropped.
        case draining
        case over
    }

    /// How long a visitor may go on sending to an upstream that is gone.
    private static let drainLimit = TimeAmount.seconds(10)

    private let stream: any VisitorStream
    private let loop: any EventLoop
    private let forwarding: Forwarding
    private let observed: ObservedConnection
    private let begun = NIODeadline.now()
    private var phase = Phase.dialing
    private var context: ChannelHandlerContext?
    private var tap: ExchangeTap?
    /// What came before the upstream was there; bounded by the stream's window.
    private var waiting: [ByteBuffer] = []
    private var proxyHeader: ProxyHeaderCut?
    /// Bytes written to the channel for which the edge has had no credit.
    private var owedCredit = 0
    private var isReadingPaused = false
    private var hasVisitorEnded = false
    private var hasUpstreamEnded = false

    init(_ stream: any VisitorStream, on loop: any EventLoop, forwarding: Forwarding, observed: ObservedConnection) {
        self.stream = stream
        self.loop = loop
        self.forwarding = forwarding
        self.observed = observed
        if forwarding.watchesExchanges {
            self.tap = ExchangeTap(
                forwarding.httpVersion == .http2 ? .http2 : .http1,
                limit: forwarding.capture?.limit ?? 0,
                budget: forwarding.capture?.budget
            )
        }
        if forwarding.hasProxyHeader, forwarding.usesTLS { self.proxyHeader = ProxyHeaderCut() }
        forwarding.observer?.connectionOpened(observed)
    }

    var isOver: Bool {
        if case .over = self.phase { return true }
        return false
    }

    // MARK: - The upstream comes, or does not

    /// TCP is there, and has not read anything yet.
    func connected(_ channel: any Channel) {
        guard case .dialing = self.phase else {
            channel.close(promise: nil)
            return
        }
        do {
            try channel.pipeline.syncOperations.addHandler(self)
            self.phase = .securing
            self.secure()
        } catch {
            channel.close(promise: nil)
            self.refuse("it closed the connection")
        }
    }

    /// The upstream cannot be reached.
    func dialFailed(_ reason: String) {
        guard !self.isOver else { return }
        self.refuse(reason)
    }

    /// Begins TLS, once the PROXY header has gone out, where there is one.
    private func secure() {
        guard let context = self.context else { return }
        guard self.forwarding.usesTLS else { return self.open() }
        if var cut = self.proxyHeader {
            guard let header = cut.take(from: &self.waiting) else {
                self.proxyHeader = cut
                if cut.isMalformed { self.refuse("the edge sent no PROXY header") }
                return
            }
            self.proxyHeader = nil
            self.owedCredit += header.readableBytes
            context.writeAndFlush(Self.wrapOutboundOut(header), promise: nil)
        }
        do {
            try context.pipeline.syncOperations.addHandlers(
                self.forwarding.tlsHandlers(self.stream.applicationProtocol),
                position: .before(self)
            )
        } catch {
            self.refuse("TLS cannot begin: \(error)")
        }
    }

    private func handshaken(_ negotiated: String?) {
        guard case .securing = self.phase else { return }
        if self.forwarding.httpVersion == .http2, negotiated != "h2" {
            self.refuse("it does not speak HTTP/2")
        } else {
            self.open()
        }
    }

    private func open() {
        guard let context = self.context else { return }
        self.phase = .open
        for bytes in self.waiting { self.pass(bytes, to: context) }
        self.waiting = []
        context.flush()
        self.giveCredit()
        if self.hasVisitorEnded { self.endOutput() }
    }

    private func refuse(_ reason: String) {
        self.phase = .refused(reason: reason)
        self.context?.close(promise: nil)
        self.forwarding.observer?.upstreamFailed(self.observed, reason: reason)
        guard self.forwarding.httpVersion == .http1, !self.forwarding.hasProxyHeader else {
            self.stream.reset(.streamReset)
            return self.finish()
        }
        self.answerRefused()
    }

    /// Answers the request that an upstream which is not there cannot answer; waits for its first bytes if need be.
    private func answerRefused() {
        guard case .refused(let reason) = self.phase else { return }
        guard let head = self.waiting.first else {
            // A connection that asked nothing needs no answer.
            guard self.hasVisitorEnded else { return }
            self.stream.finish()
            return self.finish()
        }
        let page = RefusalPage(upstream: self.forwarding.upstream.description, reason: reason)
        let response = page.response(to: head, allocator: ByteBufferAllocator())
        // The one who looks at the exchanges sees the agent's own answer too.
        if self.tap != nil {
            for bytes in self.waiting { self.tell(self.tap?.sawRequest(bytes, at: .now()) ?? []) }
            self.tell(self.tap?.sawResponse(response, at: .now()) ?? [])
        }
        self.stream.finish(with: response)
        let dropped = self.waiting.reduce(0) { $0 + $1.readableBytes }
        self.waiting = []
        self.drain(dropped)
    }

    // MARK: - The end

    /// Nothing goes to the visitor any more; what comes is dropped, so that the edge can send its FIN.
    private func drain(_ dropped: Int) {
        self.phase = .draining
        self.stream.consumed(dropped)
        guard !self.hasVisitorEnded else { return self.finish() }
        let bound = NIOLoopBound(self, eventLoop: self.loop)
        self.loop.scheduleTask(in: Self.drainLimit) {
            let pipe = bound.value
            guard case .draining = pipe.phase else { return }
            pipe.stream.reset(.streamReset)
            pipe.finish()
        }
    }

    private func finish() {
        guard !self.isOver else { return }
        self.phase = .over
        self.waiting = []
        if let events = self.tap?.ended(at: .now()) { self.tell(events) }
        self.forwarding.observer?.connectionClosed(self.observed, after: .now() - self.begun)
    }

    /// Carries the visitor's end on to the upstream.
    private func endOutput() {
        guard let context = self.context else { return }
        guard self.hasUpstreamEnded else {
            context.close(mode: .output, promise: nil)
            return
        }
        // A channel whose input is over would close at once and lose what waits to be written.
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer()), promise: written)
    }

    private func upstreamEnded() {
        guard case .open = self.phase, !self.hasUpstreamEnded else { return }
        self.hasUpstreamEnded = true
        self.stream.finish()
        if self.hasVisitorEnded { self.endOutput() }
    }

    // MARK: - Bytes

    private func tell(_ events: [ExchangeTap.Event]) {
        for event in events {
            switch event {
            case .answered(let exchange): self.forwarding.observer?.exchangeAnswered(exchange, on: self.observed)
            case .finished(let exchange): self.forwarding.observer?.exchangeFinished(exchange, on: self.observed)
            }
        }
    }

    private func pass(_ bytes: ByteBuffer, to context: ChannelHandlerContext) {
        if self.tap != nil, let events = self.tap?.sawRequest(bytes, at: .now()) { self.tell(events) }
        self.owedCredit += bytes.readableBytes
        context.write(Self.wrapOutboundOut(bytes), promise: nil)
    }

    private func giveCredit() {
        guard self.owedCredit > 0, self.context?.channel.isWritable ?? false else { return }
        self.stream.consumed(self.owedCredit)
        self.owedCredit = 0
    }

    private func pauseReading(_ isPaused: Bool, in context: ChannelHandlerContext) {
        guard isPaused != self.isReadingPaused else { return }
        self.isReadingPaused = isPaused
        // A channel that is closing cannot be told, and has nothing more to read.
        try? context.channel.syncOptions?.setOption(.autoRead, value: !isPaused)
    }
}

extension StreamPipe: MuxStreamReceiver {
    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        switch self.phase {
        case .open:
            guard let context = self.context else { return }
            self.pass(bytes, to: context)
        case .dialing:
            self.waiting.append(bytes)
        case .securing:
            self.waiting.append(bytes)
            if self.proxyHeader != nil { self.secure() }
        case .refused:
            self.waiting.append(bytes)
            self.answerRefused()
        case .draining:
            self.stream.consumed(bytes.readableBytes)
        case .over:
            return
        }
    }

    func streamReadComplete(_ stream: MuxStream) {
        guard case .open = self.phase else { return }
        self.context?.flush()
        self.giveCredit()
    }

    func streamReceivedEnd(_ stream: MuxStream) {
        self.hasVisitorEnded = true
        switch self.phase {
        case .open:
            self.context?.flush()
            self.endOutput()
        case .refused:
            self.answerRefused()
        case .draining:
            self.finish()
        case .dialing, .securing, .over:
            return
        }
    }

    func streamReceivedCredit(_ stream: MuxStream) {}

    func streamWritabilityChanged(_ stream: MuxStream) {
        guard let context = self.context, self.stream.isWritable else { return }
        self.pauseReading(false, in: context)
    }

    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {
        self.finish()
        guard let context = self.context else { return }
        // The visitor is gone without farewell, and the upstream is told as much: by RST.
        _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        context.close(promise: nil)
    }
}

extension StreamPipe: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        if self.tap != nil, let events = self.tap?.sawResponse(bytes, at: .now()) { self.tell(events) }
        self.stream.write(bytes)
        if !self.stream.isWritable { self.pauseReading(true, in: context) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.giveCredit()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            if case .securing = self.phase { self.refuse("it closed the connection during the TLS handshake") }
            self.upstreamEnded()
        case TLSUserEvent.handshakeCompleted(let negotiated):
            self.handshaken(negotiated)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch (self.phase, error) {
        case (.securing, _):
            self.refuse(TLSFailure(error).reason)
        case (.open, NIOSSLError.uncleanShutdown):
            // Many services close TCP without the farewell of TLS; the bytes before it count.
            self.upstreamEnded()
        case (.open, _):
            self.stream.reset(.streamReset)
            self.finish()
            context.close(promise: nil)
        default:
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        switch self.phase {
        case .open where self.hasVisitorEnded:
            // The end of input is not told of apart where output was over before.
            if !self.hasUpstreamEnded { self.stream.finish() }
            self.finish()
        case .open where self.hasUpstreamEnded:
            self.drain(self.owedCredit)
        case .open:
            self.stream.reset(.streamReset)
            self.finish()
        case .securing:
            self.refuse("it closed the connection")
        case .dialing, .refused, .draining, .over:
            return
        }
    }
}
