import Addressing
import Model
import NIOCore
import PolicyEngine

/// A request of a policy to an internal endpoint: the visitor's side of an exchange without a visitor.
///
/// All of the request is there at the beginning, the answer is collected up to its bound, and the deadline ends it
/// wherever it stands. Of the visitor on whose behalf the policy asks, the endpoint knows what the request's fields say:
/// for its own policy nobody has connected.
final class InternalRequest: ExchangeFront {
    private let request: PolicyRequest
    private let endpoint: EndpointURL
    /// Path and query.
    private let target: String
    private let exchange: Exchange
    private let loop: ProxyLoop
    private let promise: EventLoopPromise<PolicyAnswer>
    private var timer: Scheduled<Void>?
    private var isSent = false
    private var status = 0
    private var fields: [PolicyRequest.Field] = []
    private var body = ByteBuffer()
    private var isDone = false

    let isHTTP2 = false
    let passesChunks = false

    init(
        _ request: PolicyRequest,
        to endpoint: EndpointURL,
        _ target: String,
        in loop: ProxyLoop,
        _ promise: EventLoopPromise<PolicyAnswer>
    ) {
        self.request = request
        self.endpoint = endpoint
        self.target = target
        self.loop = loop
        self.promise = promise
        let visitor = Visitor(address: nil, local: nil, isSecure: endpoint.scheme == .https)
        let context = ExchangeContext(loop: loop, visitor: visitor, serverName: nil, policyHops: request.hops)
        // As if the endpoint whose policy asks had forwarded it: nothing is said of a visitor here.
        self.exchange = Exchange(context: context, destination: .internal(endpoint, of: request.account), depth: 2)
    }

    /// Called once, on the loop, with nobody at work there.
    func start() {
        self.timer = self.loop.eventLoop.assumeIsolated().scheduleTask(deadline: self.request.deadline) {
            self.end(.failure(.timedOut))
        }
        let bytes = self.head
        guard self.exchange.scan(bytes), self.loop.requestHead.headBytes == bytes.readableBytes else {
            self.end(.failure(.failed("the request is no right one, or too large")))
            return
        }
        self.exchange.begin(self.loop.requestHead, in: bytes, hasBody: self.hasBody, front: self)
        self.exchange.flush()
    }

    private var hasBody: Bool { self.request.body.readableBytes > 0 }

    private var head: ByteBuffer {
        var head = self.loop.allocator.buffer(capacity: 1024)
        head.writeString("\(self.request.method) \(self.target) HTTP/1.1\r\n")
        head.writeString("host: \(self.authority)\r\n")
        for field in self.request.fields { head.writeString("\(field.name): \(field.value)\r\n") }
        if self.hasBody || ["POST", "PUT", "PATCH"].contains(self.request.method) {
            head.writeString("content-length: \(self.request.body.readableBytes)\r\n")
        }
        head.writeStaticString("\r\n")
        return head
    }

    /// Host and port as they stand in the URL: the port where it is not the scheme's.
    private var authority: String {
        self.endpoint.port == self.endpoint.scheme.defaultPort ? "\(self.endpoint.host)" : self.endpoint.hostport
    }

    private func end(_ result: Result<PolicyAnswer, PolicyRequestError>) {
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
        self.end(.success(PolicyAnswer(status: self.status, fields: self.fields, body: self.body)))
    }

    private func collect(_ bytes: ByteBuffer) {
        guard !self.isDone else { return }
        guard self.body.readableBytes + bytes.readableBytes <= self.request.answerBytes else {
            self.end(.failure(.tooLarge))
            return
        }
        self.body.writeImmutableBuffer(bytes)
    }

    // MARK: The request

    func exchangeWaits() {}
    func exchangeGoesOn() {}
    func takeFirstBody(_ form: BodyForm) -> FirstBody { .some(self.request.body) }

    func requestIsSent() {
        guard !self.isSent else { return }
        self.isSent = true
        guard self.hasBody else { return }
        self.exchange.endRequest(trailers: nil)
        self.exchange.flush()
    }

    func requestWritabilityChanged(_ isWritable: Bool) {}
    func requestIsUnwanted() {}

    // MARK: The answer

    func writeInterim(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer) {}

    func writeHead(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer, body: ByteBuffer?, isComplete: Bool) {
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

    func writeBody(_ bytes: ByteBuffer) { self.collect(bytes) }
    func writeEnd(trailers: ByteBuffer?) { self.finish() }

    func writeAnswer(_ answer: LocalAnswer) {
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

    func flush() {}
    func answerBroke() { self.end(.failure(.failed("the answer broke off"))) }
    func dropConnection() { self.end(.failure(.failed("the endpoint's policy closed the connection"))) }
}
