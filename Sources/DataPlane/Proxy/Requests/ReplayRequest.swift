import Addressing
package import EdgeLink
import Model
package import NIOCore
import PolicyEngine
import Routing

/// A request that was captured and is sent again: it passes everything that a visitor's passes, and comes from this edge.
final class ReplayRequest: LoopRequest {
    static let patience = TimeAmount.seconds(30)
    static let answerBytes = 256 * 1024
    /// Names the request that is repeated, for the service.
    static let originalField = "Ngrok-Replay-Original-Request-ID"

    private(set) var isAnswerCut = false

    init(_ order: ReplayOrder, in loop: ProxyLoop, _ promise: EventLoopPromise<PolicyAnswer>) {
        let own = try? NetworkAddress(parsing: "127.0.0.1:0")
        let visitor = Visitor(address: own, local: nil, isSecure: order.url.scheme == .https)
        let exchange = Exchange(context: ExchangeContext(loop: loop, visitor: visitor, serverName: nil))
        exchange.replay = ReplayMark(order)
        super.init(
            head: Self.head(of: order, in: loop),
            body: ByteBuffer(bytes: order.body),
            over: exchange,
            deadline: .now() + Self.patience,
            answerBytes: Self.answerBytes,
            promise
        )
    }

    private static func head(of order: ReplayOrder, in loop: ProxyLoop) -> ByteBuffer {
        var head = loop.allocator.buffer(capacity: 1024)
        head.writeString("\(order.method) \(order.target) HTTP/1.1\r\n")
        for field in order.fields { head.writeString("\(field.name): \(field.value)\r\n") }
        head.writeString("\(Self.originalField): \(order.original)\r\n")
        if !order.body.isEmpty || ["POST", "PUT", "PATCH"].contains(order.method) {
            head.writeString("Content-Length: \(order.body.count)\r\n")
        }
        head.writeStaticString("\r\n")
        return head
    }

    /// The beginning is enough for who looks at it.
    override func answerIsTooLong() {
        self.isAnswerCut = true
        self.finishEarly()
    }

    /// What a visitor would see is what is shown.
    override func writeRefusal(_ refusal: ExchangeRefusal) { self.writeAnswer(refusal.answer) }
}

extension ProxyLoop {
    /// Sends a captured request again.
    ///
    /// - Returns: what a visitor would have got; it fails with a `Failure`.
    package func replay(_ order: ReplayOrder) -> EventLoopFuture<ReplayAnswer> {
        if let failure = self.problem(with: order) { return self.eventLoop.makeFailedFuture(failure) }
        let promise = self.eventLoop.makePromise(of: PolicyAnswer.self)
        let request = ReplayRequest(order, in: self, promise)
        // Not in the midst of whatever is done on the loop: its scratch heads are wanted.
        self.eventLoop.assumeIsolated().execute { request.start() }
        return promise.futureResult.assumeIsolated().map { answer in
            ReplayAnswer(
                id: request.exchange.replay?.capturedID ?? "",
                status: answer.status,
                fields: answer.fields.map { ($0.name, $0.value) },
                body: Array(answer.body.readableBytesView),
                isBodyCut: request.isAnswerCut
            )
        }.flatMapErrorThrowing { error in
            throw Failure(.replayFailed, "The request got no answer: \(error).", detail: "\(error)", cause: error)
        }.nonisolated()
    }

    /// Why the request cannot be sent at all.
    private func problem(with order: ReplayOrder) -> Failure? {
        let host = order.fields.first { $0.name.lowercased() == "host" }?.value ?? "\(order.url.host)"
        let name = Array(host.utf8.prefix { $0 != UInt8(ascii: ":") })
        let pool = name.withUnsafeBytes { self.table.pool(for: order.url.scheme, host: $0) }
        guard let pool, let first = pool.members.first else {
            return Failure(.replayNotPossible, "The endpoint \(order.url) is offline.")
        }
        guard first.endpoint.account == order.account else {
            return Failure(.replayForeign, "The endpoint at \(host.prefix(255)) is another account's.")
        }
        if let member = order.member, !pool.members.contains(where: { $0.endpoint.id == member }) {
            return Failure(.replayNotPossible, "The endpoint \(member) does not serve \(order.url) now.")
        }
        let isServed = pool.members.contains { member in
            if case .held = member.endpoint.target { return false }
            return order.member == nil || member.endpoint.id == order.member
        }
        return isServed ? nil : Failure(.replayNotPossible, "The agent of \(order.url) is away.")
    }
}
