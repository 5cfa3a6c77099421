import NIOCore
import NIOHTTP1
import Telemetry

/// What a request to the management listener is answered with.
struct HealthAnswer: Sendable, Equatable {
    let status: HTTPResponseStatus
    let text: String
    var contentType = "text/plain; charset=utf-8"

    static let healthy = HealthAnswer(status: .ok, text: "ok\n")
    static let ready = HealthAnswer(status: .ok, text: "ready\n")
    /// Visitors are served from what was read before: a load balancer that took this edge out would take out all
    /// others that share the database too.
    static let readyWithoutDatabase = HealthAnswer(status: .ok, text: "ready; the database does not answer\n")
    static let unknown = HealthAnswer(status: .notFound, text: "there are /healthz, /readyz and /metrics\n")
    static let wrongMethod = HealthAnswer(status: .methodNotAllowed, text: "only GET and HEAD\n")

    static func metrics(_ text: String) -> HealthAnswer {
        HealthAnswer(status: .ok, text: text, contentType: Exposition.contentType)
    }

    static func notReady(_ reason: String) -> HealthAnswer {
        HealthAnswer(status: .serviceUnavailable, text: "not ready: \(reason)\n")
    }
}

/// What is asked by who watches an edge.
struct ManagementQuestions: Sendable {
    /// Looks at what must work for visitors to be served.
    let isReady: @Sendable () async -> HealthAnswer
    /// Gathers what was counted.
    let metrics: @Sendable () async -> [MetricFamily]
}

/// Answers `/healthz`, `/readyz` and `/metrics`, one request after another, and closes. Bodies are read and dropped.
///
/// Back pressure is the pipelining handler's in front of it: the next request waits for this answer.
final class HealthHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let questions: ManagementQuestions
    private var head: HTTPRequestHead?

    init(_ questions: ManagementQuestions) {
        self.questions = questions
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
        case "/readyz": self.answer(head, in: context) { await $0.isReady() }
        case "/metrics": self.answer(head, in: context) { .metrics(Exposition.text(await $0.metrics())) }
        default: self.write(.unknown, to: head, in: context)
        }
    }

    private func answer(
        _ head: HTTPRequestHead,
        in context: ChannelHandlerContext,
        _ find: @escaping @Sendable (ManagementQuestions) async -> HealthAnswer
    ) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.makeFutureWithTask { [questions] in await find(questions) }.whenSuccess { answer in
            let (handler, context) = bound.value
            handler.write(answer, to: head, in: context)
        }
    }

    private func write(_ answer: HealthAnswer, to head: HTTPRequestHead, in context: ChannelHandlerContext) {
        let body = ByteBuffer(string: answer.text)
        let fields: HTTPHeaders = [
            "content-type": answer.contentType, "content-length": "\(body.readableBytes)",
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
