import Mux
import NIOCore
import NIOSSL
import NIOTLS

/// Ends a visitor's TLS. Whoever serves the visitor is sought when the handshake is over, so that who has not shown what is
/// wanted reaches nobody.
///
/// Credit for what was received is given when what was in it has been taken; what TLS adds counts as taken. Bound to the event
/// loop of its leg.
///
///     handshaking ──▶ open ──▶ over
///          └────────────────────┘
final class TerminatedStream {
    private enum Phase {
        case handshaking
        case open(any MuxStreamReceiver)
        case over
    }

    /// For a handshake (`spec/endpoints.md` 9.2).
    private static let patience = TimeAmount.seconds(60)
    /// How long a visitor who was refused may go on sending.
    private static let drainLimit = TimeAmount.seconds(10)

    private let stream: MuxStream
    private let channel: StreamChannel
    private let termination: Termination
    private let serve: (any VisitorStream) -> (any MuxStreamReceiver)?
    private var phase = Phase.handshaking
    private var deadline: Scheduled<Void>?
    /// Until the PROXY header has come, where there is one.
    private var cut: ProxyHeaderCut?
    private var proxyHeader: ByteBuffer?
    /// Bytes of the stream for which the edge has had no credit.
    private var owedCredit = 0
    /// Decrypted bytes that were handed on and not taken yet.
    private var untaken = 0
    private var hasVisitorEnded = false
    private var hasServiceEnded = false
    private(set) var applicationProtocol: String?

    /// `serve` seeks who serves the visitor; nil where nobody does.
    init(
        _ stream: MuxStream,
        on loop: any EventLoop,
        _ termination: Termination,
        serve: @escaping (any VisitorStream) -> (any MuxStreamReceiver)?
    ) {
        self.stream = stream
        self.channel = StreamChannel(stream, on: loop)
        self.termination = termination
        self.serve = serve
        if termination.hasProxyHeader { self.cut = ProxyHeaderCut() }
    }

    func begin() {
        let bound = NIOLoopBound(self, eventLoop: self.channel.eventLoop)
        self.deadline = self.channel.eventLoop.scheduleTask(in: Self.patience) { bound.value.end() }
        do {
            let handler = try self.termination.makeHandler()
            try self.channel.pipeline.syncOperations.addHandlers(handler, self)
        } catch {
            self.end()
        }
    }

    private func secured(speaking applicationProtocol: String?) {
        guard case .handshaking = self.phase else { return }
        self.applicationProtocol = applicationProtocol
        self.deadline?.cancel()
        guard let receiver = self.serve(self) else { return self.leave() }
        self.phase = .open(receiver)
        if let header = self.proxyHeader { self.pass(header) }
        self.proxyHeader = nil
    }

    /// Decrypted bytes go to who serves.
    private func pass(_ bytes: ByteBuffer) {
        guard case .open(let receiver) = self.phase else { return }
        self.untaken += bytes.readableBytes
        receiver.stream(self.stream, received: bytes)
    }

    /// Nothing before the handshake is over: who has not shown yet what is asked for can have no more than a window wait here.
    private func giveCredit() {
        if case .handshaking = self.phase { return }
        let count = self.owedCredit - self.untaken
        guard count > 0 else { return }
        self.owedCredit -= count
        self.stream.consumed(count)
    }

    // MARK: - The end

    /// The visitor has said that nothing more comes.
    private func visitorEnded() {
        guard case .open(let receiver) = self.phase, !self.hasVisitorEnded else { return }
        self.hasVisitorEnded = true
        receiver.streamReceivedEnd(self.stream)
        self.leaveIfOver()
    }

    /// What comes is not what the visitor has sent, or not all of it.
    private func cutOff() {
        guard case .open(let receiver) = self.phase else { return self.end() }
        self.leave()
        self.stream.reset(.streamReset)
        receiver.stream(self.stream, ended: .streamReset)
    }

    /// Ends a handshake. An alert that was written goes out, and what the visitor still sends is dropped.
    private func end() {
        self.leave()
        let bound = NIOLoopBound(self.stream, eventLoop: self.channel.eventLoop)
        self.channel.eventLoop.scheduleTask(in: Self.drainLimit) {
            if !bound.value.isClosed { bound.value.reset(.streamReset) }
        }
    }

    private func leaveIfOver() {
        if self.hasVisitorEnded, self.hasServiceEnded { self.leave() }
    }

    private func leave() {
        if case .over = self.phase { return }
        self.phase = .over
        self.deadline?.cancel()
        self.untaken = 0
        self.giveCredit()
        self.channel.abandon()
    }
}

// MARK: - What the visitor does

extension TerminatedStream: MuxStreamReceiver {
    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        self.owedCredit += bytes.readableBytes
        if case .over = self.phase { return self.giveCredit() }
        guard var cut = self.cut else { return self.decrypt(bytes) }
        var buffers = [bytes]
        self.proxyHeader = cut.take(from: &buffers)
        self.cut = self.proxyHeader == nil ? cut : nil
        if cut.isMalformed { self.end() }
        for rest in buffers { self.decrypt(rest) }
    }

    private func decrypt(_ bytes: ByteBuffer) {
        guard self.channel.isActive else { return }
        self.channel.pipeline.syncOperations.fireChannelRead(NIOAny(bytes))
    }

    private func decrypted() {
        guard self.channel.isActive else { return }
        self.channel.pipeline.syncOperations.fireChannelReadComplete()
    }

    func streamReadComplete(_ stream: MuxStream) {
        self.decrypted()
        if case .open(let receiver) = self.phase { receiver.streamReadComplete(stream) }
        self.giveCredit()
    }

    func streamReceivedEnd(_ stream: MuxStream) {
        self.decrypted()
        switch self.phase {
        case .handshaking: self.end()
        // After our own farewell the visitor's is not waited for.
        case .open where self.hasServiceEnded: self.visitorEnded()
        // Without a farewell anybody on the way may have cut off what was to come.
        case .open where !self.hasVisitorEnded: self.cutOff()
        case .open, .over: return
        }
    }

    func streamReceivedCredit(_ stream: MuxStream) {}

    func streamWritabilityChanged(_ stream: MuxStream) {
        if case .open(let receiver) = self.phase { receiver.streamWritabilityChanged(stream) }
    }

    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {
        let phase = self.phase
        self.leave()
        if case .open(let receiver) = phase { receiver.stream(stream, ended: code) }
    }
}

// MARK: - What is inside TLS

extension TerminatedStream: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.pass(Self.unwrapInboundIn(data))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted(let negotiated): self.secured(speaking: negotiated)
        case ChannelEvent.inputClosed: self.visitorEnded()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch self.phase {
        // The handler closes the channel when the alert is out.
        case .handshaking, .over: return
        case .open: self.cutOff()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .handshaking = self.phase { self.end() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        // Only where the handler of TLS has closed, and the visitor has not said the end.
        if case .open = self.phase { self.cutOff() }
    }
}

// MARK: - What who serves does

extension TerminatedStream: VisitorStream {
    private var isOpen: Bool {
        if case .open = self.phase { true } else { false }
    }

    var isWritable: Bool { self.isOpen && !self.hasServiceEnded && self.stream.isWritable }
    var isClosed: Bool { !self.isOpen || self.stream.isClosed }

    func write(_ bytes: ByteBuffer) {
        guard self.isOpen, !self.hasServiceEnded, bytes.readableBytes > 0 else { return }
        self.channel.pipeline.syncOperations.writeAndFlush(NIOAny(bytes), promise: nil)
    }

    func finish() {
        guard self.isOpen, !self.hasServiceEnded else { return }
        self.hasServiceEnded = true
        self.channel.pipeline.syncOperations.close(mode: .output, promise: nil)
        self.leaveIfOver()
    }

    func finish(with bytes: ByteBuffer) {
        self.write(bytes)
        self.finish()
    }

    func reset(_ code: MuxErrorCode) {
        // The reset comes first: a farewell would say that all was sent.
        self.stream.reset(code)
        self.leave()
    }

    func consumed(_ count: Int) {
        self.untaken = max(0, self.untaken - count)
        self.giveCredit()
    }
}
