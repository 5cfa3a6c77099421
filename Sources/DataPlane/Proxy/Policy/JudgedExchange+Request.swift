import Model
import NIOCore
import PolicyEngine
import TrafficPolicy

/// The beginning of a request's body that a policy asked to see, or all of it. What came beyond the limit is kept too:
/// it is on its way already, and goes on with the rest.
struct CollectedRequest {
    var limit: Int
    /// Nil once it was answered.
    var promise: EventLoopPromise<CollectedBody>?
    var bytes = ByteBuffer()
    var isWhole = false
    var trailers: ByteBuffer?

    /// The same body, for another action; nil where that wants more of it than there is.
    func body(upTo limit: Int) -> CollectedBody? {
        if self.bytes.readableBytes > limit { return .tooLarge(self.bytes) }
        return self.isWhole ? .complete(self.bytes) : nil
    }
}

extension Exchange {
    /// Puts the request before the policy of the endpoint that was chosen for it.
    func judge(_ head: RequestHead, in bytes: ByteBuffer, at gate: EndpointGate, for upstream: Upstream) {
        guard let front = self.front else { return }
        guard let firstRule = self.decideAtAGlance(head, in: bytes, at: gate, for: upstream) else { return }
        let request = RequestState(
            head,
            in: bytes,
            isHTTP2: front.isHTTP2,
            scheme: self.context.visitor.isSecure ? "https" : "http"
        )
        var connection: ConnectionJudgement?
        if gate.judgesConnections {
            connection = self.context.judgement(at: gate)
            guard connection != nil else {
                self.refuse(at: gate)
                return
            }
        }
        let judged = JudgedExchange(
            self,
            gate: gate,
            upstream: upstream,
            request: request,
            after: connection?.policy
        )
        self.judged = judged
        self.head = bytes
        self.phase = .judged
        // While the rules run nothing else does on this loop, and its scratch head stays that of this request.
        judged.isHeadScanned = true
        judged.run(.httpRequest, from: firstRule)
        judged.isHeadScanned = false
    }

    /// The rules of `gate` for connections do not let this one pass. Where they say how TLS ends, another connection may.
    private func refuse(at gate: EndpointGate) {
        guard gate.program.endsTLS else {
            self.drop()
            return
        }
        self.front?.closeBehindAnswer()
        self.answer(Failure(.misdirected, "This connection was not opened for this host."))
    }

    /// The policy lets the request go on.
    func forwardJudged(to upstream: Upstream) {
        guard let bytes = self.head, self.judged?.isHeadScanned == true || self.scan(bytes) else { return }
        self.phase = .judged
        self.forward(self.loop.requestHead, in: bytes, to: upstream)
    }

    // MARK: Collecting

    /// Has the front hand on the body although nobody gets it yet.
    func startCollecting() {
        guard let front = self.front else { return }
        self.form = .content
        self.phase = .collecting
        switch front.takeFirstBody(.content) {
        case .invalid(let error):
            self.answer(error.failure)
            return
        case .none: break
        case .some(let first):
            self.noteRequest(first)
            self.collect(first)
        }
        // Whatever it has, the front hands on, until it is told to wait.
        if self.front === front { front.requestIsSent() }
    }

    func collect(_ bytes: ByteBuffer) {
        guard let judged = self.judged, judged.collected != nil else { return }
        judged.collected?.bytes.writeImmutableBuffer(bytes)
        guard let collected = judged.collected, collected.promise != nil,
            collected.bytes.readableBytes > collected.limit
        else { return }
        self.endCollecting(with: .tooLarge(collected.bytes))
    }

    func endCollecting(trailers: ByteBuffer?) {
        guard let judged = self.judged, judged.collected != nil else { return }
        judged.collected?.isWhole = true
        judged.collected?.trailers = trailers
        if let bytes = judged.collected?.bytes { self.endCollecting(with: .complete(bytes)) }
    }

    private func endCollecting(with body: CollectedBody) {
        guard let promise = self.judged?.collected?.promise else { return }
        self.judged?.collected?.promise = nil
        // What still comes is kept back by the front where it can, and collected where it is on its way already.
        self.front?.requestWritabilityChanged(false)
        promise.succeed(body)
    }

    /// Sends a body that was collected, or what a policy has made of it.
    func sendCollected(_ collected: CollectedRequest, _ request: LinkRequest, over link: any ExchangeLink) {
        let body = self.judged?.policy.request.replacementBody ?? collected.bytes
        self.judged?.collected?.bytes = ByteBuffer()
        link.begin(request, body: body.readableBytes > 0 ? body : nil, for: self)
        guard self.link === link else { return }
        if collected.isWhole { link.endRequest(trailers: collected.trailers) }
        guard self.link === link else { return }
        link.flush()
        self.front?.requestWritabilityChanged(link.isWritable)
    }

    /// The rest of the request has nobody who reads it.
    func dropRequestBody() {
        self.judged?.collected?.bytes = ByteBuffer()
    }

    // MARK: Ends

    /// Ends the visitor's connection without an answer.
    func drop() {
        let front = self.front
        let link = self.link
        self.link = nil
        self.head = nil
        self.phase = .answered
        link?.abandon()
        front?.dropConnection()
    }
}
