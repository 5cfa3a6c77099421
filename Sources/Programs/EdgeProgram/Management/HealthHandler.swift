import NIOCore
import NIOHTTP1

/// What a request to the management listener is answered with.
struct HealthAnswer: Sendable, Equatable {
    let status: HTTPResponseStatus
    let text: String

    static let healthy = HealthAnswer(status: .ok, text: "ok\n")
    static let ready = HealthAnswer(status: .ok, text: "ready\n")
    /// Visitors are served from what was read before: a load balancer that took this edge out would take out all
    /// others that share the database too.
    static let readyWithoutDatabase = HealthAnswer(status: .ok, text: "ready; the database does not answer\n")
    static let unknown = HealthAnswer(status: .notFound, text: "there are /healthz and /readyz\n")
    static let wrongMethod = HealthAnswer(status: .methodNotAllowed, text: "only GET and HEAD\n")

    static func notReady(_ reason: String) -> HealthAnswer {
        HealthAnswer(status: .serviceUnavailable, text: "not ready: \(reason)\n")
    }
}

/// Answers `/healthz` and `/readyz`, one request after another, and closes. Bodies are read and dropped.
///
/// Back pressure is the pipelining handler's in front of it: the next request waits for this answer.
final class HealthHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let isReady: @Sendable () async -> HealthAnswer
    private var head: HTTPRequestHead?

    /// - Parameter isReady: looks at what must work for visitors to be served.
    init(isReady: @escaping @Sendable () async -> HealthAnswer) {
        self.isReady = isReady
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head = self.head else { return }
            self.head = nil
            self.answer(head, in: context)
        }
    }

    private func answer(_ head: HTTPRequestHead, in context: ChannelHandlerContext) {
        guard head.method == .GET || head.method == .HEAD else {
            return self.write(.wrongMethod, to: head, in: context)
        }
        switch head.uri.prefix(while: { $0 != "?" }) {
        case "/healthz": self.write(.healthy, to: head, in: context)
        case "/readyz":
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.makeFutureWithTask { [isReady] in await isReady() }.whenSuccess { answer in
                let (handler, context) = bound.value
                handler.write(answer, to: head, in: context)
            }
        default: self.write(.unknown, to: head, in: context)
        }
    }

    private func write(_ answer: HealthAnswer, to head: HTTPRequestHead, in context: ChannelHandlerContext) {
        let body = ByteBuffer(string: answer.text)
        let fields: HTTPHeaders = [
            "content-type": "text/plain; charset=utf-8", "content-length": "\(body.readableBytes)",
            "cache-control": "no-store", "connection": "close",
        ]
        let response = HTTPResponseHead(version: .http1_1, status: answer.status, headers: fields)
        context.write(Self.wrapOutboundOut(.head(response)), promise: nil)
        if head.method != .HEAD { context.write(Self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let bound = context.loopBound
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).whenComplete { _ in bound.value.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The peer that says nothing for long, and the one that goes.
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
