import Model
import NIOCore
import PolicyEngine
import TrafficPolicy

/// A response that waits for the policy: nothing of it has gone to the visitor.
struct HeldResponse {
    enum Source {
        /// The bytes of the upstream's head.
        case upstream(ByteBuffer)
        /// An answer of the policy's own.
        case policy
    }

    let source: Source
    /// What came of the body.
    var body: ByteBuffer?
    var isComplete: Bool
    var trailers: ByteBuffer?
    /// Whether the upstream broke off.
    var isBroken = false
    /// Who waits for the whole body, and how much of it may be.
    var collecting: (limit: Int, promise: EventLoopPromise<CollectedBody>)?
}

// MARK: - Holding

extension JudgedExchange {
    /// The head of the upstream's answer; the bytes are valid during the call only.
    func hold(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer, body: ByteBuffer?, isComplete: Bool) {
        self.policy.endUpstream(.answered(status: head.status))
        self.status = head.status
        let program = self.gate.program
        guard
            program.hasRules(in: .httpResponse) || program.hasRules(in: .eventStreamMessage)
                || self.policy.request.otherHost != nil
        else {
            self.exchange.writeHead(head, in: bytes, body: body, isComplete: isComplete)
            return
        }
        let copy = ByteBuffer(bytes: bytes.prefix(head.headBytes))
        var fields = ExchangeHead(HeadSnapshot(head, in: copy))
        if let location = fields.first("location").flatMap(self.policy.request.publicLocation) {
            fields.set("location", location)
        }
        let length: Int? =
            switch head.framing(forHEAD: false) {
            case .length(let length): Int(clamping: length)
            case .none, .chunked, .untilClose: nil
            }
        self.held = HeldResponse(source: .upstream(copy), body: body, isComplete: isComplete)
        self.policy.begin(
            ResponseState(
                status: head.status,
                head: fields,
                contentLength: length
            )
        )
        self.run(.httpResponse)
    }

    /// An answer of the policy's own on which the response's rules run too.
    func hold(_ response: PolicyResponse) {
        self.held = HeldResponse(source: .policy, body: response.body, isComplete: true)
        self.policy.begin(
            ResponseState(
                status: response.status,
                head: ExchangeHead(HeadSnapshot(response.fields)),
                contentLength: response.body.readableBytes
            )
        )
        self.run(.httpResponse)
    }

    /// More of the body.
    ///
    /// - Returns: what goes on to the visitor; nil for nothing yet.
    func receive(_ bytes: ByteBuffer) -> ByteBuffer? {
        guard self.held != nil else { return self.isFiltered ? self.filter(bytes) : bytes }
        if self.held?.body == nil { self.held?.body = bytes } else { self.held?.body?.writeImmutableBuffer(bytes) }
        if let held, let collecting = held.collecting, held.body?.readableBytes ?? 0 > collecting.limit {
            self.held?.collecting = nil
            self.exchange.link?.setReading(false)
            collecting.promise.succeed(.tooLarge(held.body ?? ByteBuffer()))
        }
        return nil
    }

    /// The body is complete.
    ///
    /// - Returns: whether that is told to the visitor now.
    func receiveEnd(trailers: ByteBuffer?) -> Bool {
        guard let held else {
            guard self.isFiltered else { return true }
            var rest = ByteBuffer()
            do {
                try self.finishFilters(into: &rest)
            } catch {
                self.breakOff()
                return false
            }
            if rest.readableBytes > 0 { self.exchange.writeBody(rest) }
            return true
        }
        self.held?.isComplete = true
        self.held?.trailers = trailers
        self.held?.collecting = nil
        held.collecting?.promise.succeed(.complete(held.body ?? ByteBuffer()))
        return false
    }

    /// The upstream broke off in the middle of a response that is held.
    func receiveBreak() {
        let collecting = self.held?.collecting
        self.held?.isBroken = true
        self.held?.collecting = nil
        collecting?.promise.fail(ChannelError.eof)
    }
}

// MARK: - Passing on

extension JudgedExchange {
    /// The policy lets the response pass, as it is now.
    func passHeld() {
        guard let held = self.held else { return }
        self.held = nil
        do {
            switch held.source {
            case .policy: try self.answerOwn(held)
            case .upstream(let bytes): try self.pass(held, bytes)
            }
        } catch {
            self.exchange.answer(Failure(.internalError, "The response's body cannot be changed.", detail: "\(error)"))
        }
    }

    private func answerOwn(_ held: HeldResponse) throws {
        let state = self.policy.response
        var body = state.replacementBody ?? held.body ?? ByteBuffer()
        if !self.policy.responseFilters.isEmpty, body.readableBytes > 0 {
            var output = try self.filterOrThrow(body) ?? ByteBuffer()
            try self.finishFilters(into: &output)
            body = output
        }
        var fields: [(name: String, value: String)] = []
        state.head.forEachField { line in
            switch line {
            case .added(let name, let value): fields.append((name, value))
            case .received(let field):
                state.head.received.bytes.withUnsafeReadableBytes { bytes in
                    let name = String(decoding: bytes[field.name], as: UTF8.self)
                    fields.append((name, String(decoding: bytes[field.value], as: UTF8.self)))
                }
            }
        }
        self.exchange.answer(LocalAnswer(status: state.status, fields: fields, body: body))
    }

    private func pass(_ held: HeldResponse, _ bytes: ByteBuffer) throws {
        guard self.exchange.front != nil else { return }
        let head = self.exchange.loop.responseHead
        let isRead = bytes.withUnsafeReadableBytes { if case .complete = head.scan($0) { true } else { false } }
        guard isRead else { return }
        let state = self.policy.response
        var body = held.body
        var framing = HeadEdits.Framing.asIs
        let hasBody = !head.framing(forHEAD: self.exchange.isHEAD).isEmpty
        if let replacement = state.replacementBody, hasBody {
            body = replacement
            framing = .length(replacement.readableBytes)
        }
        if hasBody, !self.policy.responseFilters.isEmpty {
            self.isFiltered = true
            framing = .chunked
            body = try body.flatMap { try self.filterOrThrow($0) }
        }
        let edits = HeadEdits(of: state.head)
        if edits.isEmpty, framing == .asIs {
            bytes.withUnsafeReadableBytes {
                self.exchange.writeHead(head, in: $0, body: body, isComplete: held.isComplete)
            }
        } else {
            var text = self.exchange.loop.allocator.buffer(capacity: bytes.readableBytes + 512)
            bytes.withUnsafeReadableBytes { head.write(into: &text, from: $0, closing: false) }
            edits.apply(to: &text, framing: framing)
            try self.writeEdited(text, body: body, isComplete: held.isComplete && !self.isFiltered)
        }
        self.goOn(behind: held)
    }

    /// Reads the head that was edited, and hands it to the front as it would have been.
    private func writeEdited(_ text: ByteBuffer, body: ByteBuffer?, isComplete: Bool) throws {
        let head = self.exchange.loop.responseHead
        try text.withUnsafeReadableBytes { raw in
            guard case .complete = head.scan(raw) else { throw UnwritableHead() }
            self.exchange.writeHead(head, in: raw, body: body, isComplete: isComplete)
        }
    }

    private struct UnwritableHead: Error {}

    /// The head is out: what came meanwhile follows.
    private func goOn(behind held: HeldResponse) {
        guard self.exchange.judged === self else { return }
        if held.isComplete {
            self.exchange.responseEnded(trailers: held.trailers)
        } else if held.isBroken {
            self.breakOff()
        } else {
            self.exchange.link?.setReading(self.isFrontReading)
        }
    }

    private func breakOff() {
        let link = self.exchange.link
        self.exchange.link = nil
        link?.abandon()
        self.exchange.front?.answerBroke()
    }
}

// MARK: - Filters

extension JudgedExchange {
    private func filter(_ bytes: ByteBuffer) -> ByteBuffer? {
        do {
            return try self.filterOrThrow(bytes)
        } catch {
            self.breakOff()
            return nil
        }
    }

    private func filterOrThrow(_ bytes: ByteBuffer) throws -> ByteBuffer? {
        var current = bytes
        for filter in self.policy.responseFilters {
            var output = self.exchange.loop.allocator.buffer(capacity: current.readableBytes)
            try filter.push(current, into: &output)
            guard output.readableBytes > 0 else { return nil }
            current = output
        }
        return current
    }

    /// What the filters have kept back: that of each goes through those behind it.
    private func finishFilters(into rest: inout ByteBuffer) throws {
        var pending = ByteBuffer()
        for filter in self.policy.responseFilters {
            var output = ByteBuffer()
            if pending.readableBytes > 0 { try filter.push(pending, into: &output) }
            try filter.finish(into: &output)
            pending = output
        }
        rest.writeBuffer(&pending)
        self.isFiltered = false
    }
}
