import Model
package import NIOCore

extension Exchange {
    /// What an exchange remembers whose endpoint has a policy; those of others have none of it.
    final class Judged {
        let policy: any ExchangePolicy
        let upstream: Upstream
        var requestEdits = HeadEdits()
        var responseEdits = HeadEdits()
        var filters: [any BodyFilter] = []
        /// What is here of a body that the policy wanted to see.
        var collected: Collected?

        struct Collected {
            var bytes: ByteBuffer
            let limit: Int
            let whenCollected: (CollectedBody) -> RequestVerdict
            var isWhole = false
            var isDecided = false
            var trailers: ByteBuffer?
        }

        init(policy: any ExchangePolicy, upstream: Upstream) {
            self.policy = policy
            self.upstream = upstream
        }

        func filter(_ bytes: ByteBuffer) -> ByteBuffer? {
            var current: ByteBuffer? = bytes
            for filter in self.filters {
                guard let input = current else { return nil }
                current = filter.filter(input)
            }
            return current
        }

        /// What the filters have kept back: that of each goes through those behind it.
        func endFilters() -> ByteBuffer? {
            var rest: ByteBuffer?
            for filter in self.filters {
                var output = rest.flatMap { filter.filter($0) }
                if let last = filter.end() {
                    if output == nil { output = last } else { output?.writeImmutableBuffer(last) }
                }
                rest = output
            }
            self.filters = []
            return rest
        }
    }

    // MARK: What a policy may do

    package func editRequest(_ edit: HeadEdits.Edit) { self.judged?.requestEdits.append(edit) }
    package func editResponse(_ edit: HeadEdits.Edit) { self.judged?.responseEdits.append(edit) }
    package func filterResponse(with filter: any BodyFilter) { self.judged?.filters.append(filter) }
    package var eventLoop: any EventLoop { self.loop.eventLoop }
    package var visitor: Visitor { self.context.visitor }

    // MARK: The request phase

    func judge(_ head: RequestHead, in bytes: ByteBuffer, by policy: any ExchangePolicy, for upstream: Upstream) {
        self.judged = Judged(policy: policy, upstream: upstream)
        self.head = bytes
        let verdict = bytes.withUnsafeReadableBytes { policy.judge(request: HeadView(head, in: $0), of: self) }
        self.follow(verdict)
    }

    private func follow(_ verdict: RequestVerdict) {
        guard let judged = self.judged, let bytes = self.head else { return }
        switch verdict {
        case .forward:
            guard self.scan(bytes) else { return }
            self.phase = .judged
            self.forward(self.loop.requestHead, in: bytes, to: judged.upstream)
        case .answer(let answer):
            self.answer(answer)
        case .collectBody(let limit, let whenCollected):
            self.startCollecting(upTo: limit, whenCollected)
        case .later(let future):
            self.phase = .judged
            let isWaiting = judged.collected == nil
            if isWaiting { self.front?.exchangeWaits() }
            future.assumeIsolated().whenComplete { result in
                // The visitor may have gone in the meantime, and another request have come.
                guard self.judged === judged, case .judged = self.phase else { return }
                if isWaiting { self.front?.exchangeGoesOn() }
                switch result {
                case .success(let verdict): self.follow(verdict)
                case .failure(let error):
                    self.answer(Failure(.internalError, "The traffic policy failed.", detail: "\(error)", cause: error))
                }
            }
        }
    }

    // MARK: Collecting a body

    private func startCollecting(upTo limit: Int, _ whenCollected: @escaping (CollectedBody) -> RequestVerdict) {
        guard let judged = self.judged, let front = self.front else { return }
        guard judged.collected == nil, self.hasBody else {
            let collected = judged.collected
            let body = CollectedBody(bytes: collected?.bytes ?? ByteBuffer(), isWhole: collected?.isWhole ?? true)
            self.follow(whenCollected(body))
            return
        }
        self.form = .content
        self.phase = .collecting
        judged.collected = .init(bytes: ByteBuffer(), limit: limit, whenCollected: whenCollected)
        switch front.takeFirstBody(.content) {
        case .invalid(let error):
            self.answer(error.failure)
            return
        case .none: break
        case .some(let first): self.collect(first)
        }
        // Whatever it has, the front hands on, until it is told to wait.
        front.requestIsSent()
    }

    func collect(_ bytes: ByteBuffer) {
        guard let judged = self.judged, judged.collected != nil else { return }
        judged.collected?.bytes.writeImmutableBuffer(bytes)
        guard let collected = judged.collected, !collected.isDecided, collected.bytes.readableBytes >= collected.limit
        else { return }
        self.decideCollected()
    }

    func endCollecting(trailers: ByteBuffer?) {
        self.judged?.collected?.isWhole = true
        self.judged?.collected?.trailers = trailers
        if self.judged?.collected?.isDecided == false { self.decideCollected() }
    }

    private func decideCollected() {
        guard let judged = self.judged, let collected = judged.collected else { return }
        judged.collected?.isDecided = true
        // What still comes is kept back by the front where it can, and collected where it is on its way already.
        self.front?.requestWritabilityChanged(false)
        self.follow(collected.whenCollected(CollectedBody(bytes: collected.bytes, isWhole: collected.isWhole)))
    }

    func sendCollected(_ collected: Judged.Collected, _ request: LinkRequest, over link: any ExchangeLink) {
        self.judged?.collected?.bytes = ByteBuffer()
        link.begin(request, body: collected.bytes.readableBytes > 0 ? collected.bytes : nil, for: self)
        guard self.link === link else { return }
        if collected.isWhole { link.endRequest(trailers: collected.trailers) }
        guard self.link === link else { return }
        link.flush()
        self.front?.requestWritabilityChanged(link.isWritable)
    }

    // MARK: The response phase

    func judge(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer, body: ByteBuffer?, isComplete: Bool) {
        guard let judged = self.judged, let front = self.front else { return }
        switch judged.policy.judge(response: HeadView(head, in: bytes), of: self) {
        case .replace(let answer):
            self.answer(answer)
        case .pass:
            var body = body
            if !judged.filters.isEmpty { body = body.flatMap { judged.filter($0) } }
            let changesLength = !judged.filters.isEmpty && !head.framing(forHEAD: self.isHEAD).isEmpty
            if changesLength, isComplete {
                let last = judged.endFilters()
                if let last, body?.writeImmutableBuffer(last) == nil { body = last }
            }
            guard changesLength || !judged.responseEdits.isEmpty else {
                front.writeHead(head, in: bytes, body: body, isComplete: isComplete)
                return
            }
            var text = self.loop.allocator.buffer(capacity: bytes.count + 512)
            head.write(into: &text, from: bytes, closing: false)
            judged.responseEdits.apply(to: &text, makingChunks: changesLength)
            self.writeEdited(text, body: body, isComplete: isComplete)
        }
    }

    /// Reads the head that was edited, and hands it to the front as it would have been.
    private func writeEdited(_ text: ByteBuffer, body: ByteBuffer?, isComplete: Bool) {
        let head = self.loop.responseHead
        text.withUnsafeReadableBytes { raw in
            guard case .complete = head.scan(raw) else {
                self.answer(Failure(.internalError, "The traffic policy made a response that cannot be sent."))
                return
            }
            self.front?.writeHead(head, in: raw, body: body, isComplete: isComplete)
        }
    }
}
