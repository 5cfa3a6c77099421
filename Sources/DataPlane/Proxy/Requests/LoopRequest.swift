import Model
import NIOCore
import PolicyEngine

/// A request that this edge sends itself: the visitor's side of an exchange without a visitor.
///
/// All of the request is there at the beginning, the answer is collected up to its bound, and the deadline ends it
/// wherever it stands.
class LoopRequest: ExchangeFront {
    let exchange: Exchange
    let loop: ProxyLoop
    private let head: ByteBuffer
    private let body: ByteBuffer
    private let deadline: NIODeadline
    private let answerBytes: Int
    private let promise: EventLoopPromise<PolicyAnswer>
    private var timer: Scheduled<Void>?
    private var isSent = false
    private var status = 0
    private var fields: [PolicyRequest.Field] = []
    private var answer = ByteBuffer()
    private var isDone = false

    let isHTTP2 = false
    let passesChunks = false

    /// - Parameters:
    ///   - head: of HTTP/1.1, whole.
    ///   - body: as long as the head says.
    ///   - exchange: with whom it is asked for.
    ///   - deadline: then it ends, wherever it stands.
    ///   - answerBytes: how long the body of the answer may be.
    ///   - promise: gets the answer.
    init(
        head: ByteBuffer,
        body: ByteBuffer,
        over exchange: Exchange,
        deadline: NIODeadline,
        answerBytes: Int,
        _ promise: EventLoopPromise<PolicyAnswer>
    ) {
        self.head = head
        self.body = body
        self.exchange = exchange
        self.loop = exchange.loop
        self.deadline = deadline
        self.answerBytes = answerBytes
        self.promise = promise
    }

    /// Called once, on the loop, with nobody at work there.
    final func start() {
        self.timer = self.loop.eventLoop.assumeIsolated().scheduleTask(deadline: self.deadline) {
            self.end(.failure(.timedOut))
        }
        guard self.exchange.scan(self.head), self.loop.requestHead.headBytes == self.head.readableBytes else {
            self.end(.failure(.failed("the request is no right one, or too large")))
            return
        }
        self.exchange.begin(self.loop.requestHead, in: self.head, hasBody: self.hasBody, front: self)
        self.exchange.flush()
    }

    private var hasBody: Bool { self.body.readableBytes > 0 }

    final func end(_ result: Result<PolicyAnswer, PolicyRequestError>) {
        guard !self.isDone else { return }
        self.isDone = true
        self.timer?.cancel()
        self.timer = nil
        // With both directions ended, the link may serve another request.
        if case .success = result, self.isSent { self.exchange.finish() } else { self.exchange.abandon() }
        // Later: whoever told the answer is still at work with the loop's scratch heads, and its link not yet given back.
        self.loop.eventLoop.assumeIsolated().execute {
            self.exchange.context.end()
            self.promise.completeWith(result.mapError { $0 as any Error })
        }
    }

    private func finish() {
        self.end(.success(PolicyAnswer(status: self.status, fields: self.fields, body: self.answer)))
    }

    private func collect(_ bytes: ByteBuffer) {
        guard !self.isDone else { return }
        let room = self.answerBytes - self.answer.readableBytes
        guard bytes.readableBytes > room else {
            self.answer.writeImmutableBuffer(bytes)
            return
        }
        self.answer.writeBytes(bytes.readableBytesView.prefix(room))
        self.answerIsTooLong()
    }

    /// More of the answer has come than is wanted.
    func answerIsTooLong() { self.end(.failure(.tooLarge)) }

    /// What is here of an answer counts as all of it.
    final func finishEarly() {
        guard !self.isDone else { return }
        self.isSent = false
        self.finish()
    }

    // MARK: The request

    final func exchangeWaits() {}
    final func exchangeGoesOn() {}
    final func takeFirstBody(_ form: BodyForm) -> FirstBody { .some(self.body) }

    final func requestIsSent() {
        guard !self.isSent else { return }
        self.isSent = true
        guard self.hasBody else { return }
        self.exchange.endRequest(trailers: nil)
        self.exchange.flush()
    }

    final func requestWritabilityChanged(_ isWritable: Bool) {}
    final func requestIsUnwanted() {}

    // MARK: The answer

    final func writeInterim(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer) {}

    final func writeHead(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer, body: ByteBuffer?, isComplete: Bool) {
        guard !head.isSwitchingProtocols else {
            self.end(.failure(.failed("the endpoint wants to speak another protocol")))
            return
        }
        self.status = head.status
        let snapshot = HeadSnapshot(head, in: ByteBuffer(bytes: bytes.prefix(head.headBytes)))
        snapshot.bytes.withUnsafeReadableBytes { bytes in
            self.fields = snapshot.fields.map { field in
                let name = String(decoding: bytes[field.name], as: UTF8.self).lowercased()
                return (name, String(decoding: bytes[field.value], as: UTF8.self))
            }
        }
        if let body { self.collect(body) }
    }

    final func writeBody(_ bytes: ByteBuffer) { self.collect(bytes) }
    final func writeEnd(trailers: ByteBuffer?) { self.finish() }

    final func writeAnswer(_ answer: LocalAnswer) {
        self.status = answer.status
        self.fields = answer.fields.map { ($0.name.lowercased(), $0.value) }
        self.collect(answer.body)
        self.finish()
    }

    func writeRefusal(_ refusal: ExchangeRefusal) {
        switch refusal.origin {
        case .policy: self.writeAnswer(refusal.answer)
        case .way: self.end(.failure(.failed("\(refusal.failure.code.wireName): \(refusal.failure.message)")))
        }
    }

    final func flush() {}
    final func answerBroke() { self.end(.failure(.failed("the answer broke off"))) }
    final func dropConnection() { self.end(.failure(.failed("the endpoint's policy closed the connection"))) }
}
