import Addressing
import NIOCore
import NIOHTTP1
import NIOTLS
import PolicyEngine

/// A connection to a host outside: sends one request after the other, and collects the answers.
final class OutboundConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// How a request ended.
    struct Outcome {
        let result: Result<PolicyAnswer, PolicyRequestError>
        /// Whether anything came back at all.
        let hasAnswered: Bool
        /// Whether the connection takes another request.
        let isReusable: Bool
    }

    private struct Sent {
        let request: PolicyRequest
        /// Called once.
        let completion: (Outcome) -> Void
        var head: HTTPResponseHead?
        var body = ByteBuffer()
    }

    /// That it is connected to.
    private let address: IPAddress
    /// Whether TLS stands before it.
    private let isSecure: Bool
    private let bound: InboundBound
    private var context: ChannelHandlerContext?
    private var sent: Sent?
    /// What goes out when the connection is there.
    private var waiting: OutboundMessage?
    /// Called when it is closed between two requests.
    var whenLost: (() -> Void)?

    init(to address: IPAddress, isSecure: Bool, bound: InboundBound) {
        self.address = address
        self.isSecure = isSecure
        self.bound = bound
    }

    /// Sends a request, now or as soon as the connection is there. The one before is over.
    func send(_ message: OutboundMessage, completion: @escaping (Outcome) -> Void) {
        self.sent = Sent(request: message.request, completion: completion)
        self.bound.begin(answerBytes: message.request.answerBytes)
        guard let context = self.context, context.channel.isActive else {
            self.waiting = message
            return
        }
        self.write(message, context)
    }

    /// Ends it, and what is under way without a word.
    func close() {
        self.sent = nil
        self.whenLost = nil
        self.context?.close(promise: nil)
    }

    private func write(_ message: OutboundMessage, _ context: ChannelHandlerContext) {
        context.write(Self.wrapOutboundOut(.head(message.head)), promise: nil)
        if message.request.body.readableBytes > 0 {
            context.write(Self.wrapOutboundOut(.body(.byteBuffer(message.request.body))), promise: nil)
        }
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        if !self.isSecure { self.writeWaiting(context) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The chain has been checked, and that the certificate has the name or the address.
        if case TLSUserEvent.handshakeCompleted = event { self.writeWaiting(context) }
        context.fireUserInboundEventTriggered(event)
    }

    private func writeWaiting(_ context: ChannelHandlerContext) {
        if let message = self.waiting.take() { self.write(message, context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let sent = self.sent else { return }
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            self.bound.isHeadRead = true
            self.sent?.head = head
            let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
            if length > sent.request.answerBytes { self.fail(.tooLarge) }
        case .body(var piece):
            guard sent.body.readableBytes + piece.readableBytes <= sent.request.answerBytes else {
                return self.fail(.tooLarge)
            }
            self.sent?.body.writeBuffer(&piece)
        case .end:
            guard let head = sent.head else { return }
            let isReusable = head.isKeepAlive && head.status.code >= 200 && context.channel.isActive
            self.end(.success(self.answer(head, sent.body)), isReusable: isReusable)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.fail(.failed("the connection ended before the answer was whole"))
        self.lose()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isLarge = if case HTTPParserError.headerOverflow = error { true } else { false }
        self.fail(error as? PolicyRequestError ?? (isLarge ? .tooLarge : .failed("\(error)")))
        self.lose()
        context.close(promise: nil)
    }

    private func lose() {
        let whenLost = self.whenLost
        self.whenLost = nil
        whenLost?()
    }

    private func fail(_ error: PolicyRequestError) {
        self.end(.failure(error), isReusable: false)
    }

    private func end(_ result: Result<PolicyAnswer, PolicyRequestError>, isReusable: Bool) {
        guard let sent = self.sent else { return }
        self.sent = nil
        self.waiting = nil
        sent.completion(Outcome(result: result, hasAnswered: sent.head != nil, isReusable: isReusable))
    }

    private func answer(_ head: HTTPResponseHead, _ body: ByteBuffer) -> PolicyAnswer {
        PolicyAnswer(
            status: Int(head.status.code),
            fields: head.headers.map { ($0.name.lowercased(), $0.value) },
            body: body,
            address: "\(self.address)"
        )
    }
}
