package import Inspection
import NIOCore
import NIOPosix

extension Agent {
    /// Sends the bytes of a request to an endpoint's upstream, as if a visitor had sent them; neither the edge nor its
    /// policy sees it.
    ///
    /// - Parameters:
    ///   - request: of HTTP/1.1, whole.
    ///   - id: whose upstream is asked.
    /// - Returns: the request with what came back; with the agent's own answer where the upstream cannot be reached.
    /// - Throws: `PorticoError` where there is no such endpoint, or it forwards to no service.
    package func replay(_ request: [UInt8], to id: Endpoint.ID) async throws -> TappedExchange {
        try await self.session.replay(request, to: id)
    }
}

extension AgentSession {
    func replay(_ request: [UInt8], to id: Endpoint.ID) async throws -> TappedExchange {
        guard let record = self.endpoints.first(where: { $0.id == id }),
            case .upstream(let forwarding) = record.target.way
        else { throw PorticoError(.closed, "The endpoint is not served here any more.") }
        guard forwarding.httpVersion != .http2 else {
            throw PorticoError(
                .invalidConfiguration,
                "The service speaks HTTP/2; requests are sent again over HTTP/1.1."
            )
        }
        return await Replay(forwarding, on: self.loops[0]).run(request)
    }
}

/// One request to an upstream on a connection of its own.
private struct Replay {
    /// How long an upstream may take to answer.
    private static let patience = TimeAmount.seconds(30)
    private static let limit = 256 << 10

    private let forwarding: Forwarding
    private let loop: any EventLoop

    init(_ forwarding: Forwarding, on loop: any EventLoop) {
        self.forwarding = forwarding
        self.loop = loop
    }

    func run(_ request: [UInt8]) async -> TappedExchange {
        let result = self.loop.makePromise(of: TappedExchange.self)
        let bytes = ByteBuffer(bytes: request)
        do {
            let bootstrap = ClientBootstrap(group: self.loop)
                .connectTimeout(UpstreamDialer.timeout)
                .channelInitializer { [forwarding] channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers(forwarding.tlsHandlers(nil))
                        let handler = ReplayHandler(bytes, limit: Self.limit, patience: Self.patience, result)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                }
            let channel = try await self.forwarding.upstream.connect(by: bootstrap).get()
            let exchange = try await result.futureResult.get()
            channel.close(promise: nil)
            return exchange
        } catch {
            // Several channels may have been made for one name, none of which can answer any more.
            result.fail(error)
            let reason = (error as? ReplayFailure)?.reason ?? ConnectFailure(error).reason
            return self.refused(bytes, reason)
        }
    }

    private func refused(_ request: ByteBuffer, _ reason: String) -> TappedExchange {
        let page = RefusalPage(upstream: self.forwarding.upstream.description, reason: reason)
        let response = page.response(to: request, allocator: ByteBufferAllocator())
        var tap = ExchangeTap(limit: Self.limit)
        let now = NIODeadline.now()
        let events = tap.sawRequest(request, at: now) + tap.sawResponse(response, at: now) + tap.ended(at: now)
        return events.finished ?? .unanswered(request)
    }
}

private struct ReplayFailure: Error {
    let reason: String
}

/// Sends a request, and reads until its response is complete.
private final class ReplayHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: ByteBuffer
    private let patience: TimeAmount
    private let result: EventLoopPromise<TappedExchange>
    private var tap: ExchangeTap
    private var deadline: Scheduled<Void>?
    /// One of several channels for a name wins; the others never become active.
    private var isActive = false

    init(_ request: ByteBuffer, limit: Int, patience: TimeAmount, _ result: EventLoopPromise<TappedExchange>) {
        self.request = request
        self.patience = patience
        self.result = result
        self.tap = ExchangeTap(limit: limit)
    }

    func channelActive(context: ChannelHandlerContext) {
        self.isActive = true
        _ = self.tap.sawRequest(self.request, at: .now())
        let channel = context.channel
        self.deadline = context.eventLoop.scheduleTask(in: self.patience) { [result] in
            result.fail(ReplayFailure(reason: "it did not answer in time"))
            channel.close(promise: nil)
        }
        context.writeAndFlush(Self.wrapOutboundOut(self.request), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.finish(self.tap.sawResponse(Self.unwrapInboundIn(data), at: .now()))
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard self.isActive else { return }
        self.finish(self.tap.ended(at: .now()))
        self.deadline?.cancel()
        self.result.fail(ReplayFailure(reason: "what was sent is no request"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.result.fail(ReplayFailure(reason: TLSFailure(error).reason))
        context.close(promise: nil)
    }

    private func finish(_ events: [ExchangeTap.Event]) {
        guard let exchange = events.finished else { return }
        self.deadline?.cancel()
        self.result.succeed(exchange)
    }
}

extension [ExchangeTap.Event] {
    fileprivate var finished: TappedExchange? {
        for case .finished(let exchange) in self { return exchange }
        return nil
    }
}

extension TappedExchange {
    fileprivate static func unanswered(_ request: ByteBuffer) -> TappedExchange {
        let bytes = Array(request.readableBytesView)
        return TappedExchange(
            request: TappedMessage(bytes: bytes, headBytes: bytes.count, wireBytes: bytes.count),
            response: nil,
            duration: .zero
        )
    }
}
