import Addressing
import Capture
import EdgeLink
import Foundation
import Model
import NIOCore
import PolicyEngine
import TrafficPolicy

/// What is kept of a request while it is under way, for who looks at traffic later. Bounded: header values, bodies and the
/// log of policies are cut, and all captures of a loop share one bound on what they hold.
final class ExchangeCapture {
    private(set) var facts: TrafficFacts
    /// Nil where metadata alone are captured.
    private var detail: TrafficDetail?
    private let began: UInt64
    private let outlet: CaptureOutlet
    private var heldBytes = 0
    private var isReduced = false
    /// Whether bytes that come are no bodies any more.
    private var isPipe = false

    /// Begins with a request's head, which was read from `bytes`; `id` is the number of the request. Where it is full,
    /// headers, bodies and the log of policies are kept.
    init(
        _ id: String,
        _ head: RequestHead,
        in bytes: UnsafeRawBufferPointer,
        isSecure: Bool,
        isFull: Bool,
        at upstream: Upstream,
        outlet: CaptureOutlet
    ) {
        self.began = NIODeadline.now().uptimeNanoseconds
        self.outlet = outlet
        self.facts = TrafficFacts(
            id: id,
            account: upstream.endpoint.account,
            endpointID: upstream.endpoint.id,
            endpoint: upstream.urlText,
            time: Date()
        )
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        let target = text(head.pathRange)
        let mark = target.firstIndex(of: "?")
        self.facts.method = text(head.methodRange)
        self.facts.scheme = isSecure ? "https" : "http"
        self.facts.host = head.hostRange.map(text) ?? ""
        self.facts.path = mark.map { String(target[..<$0]) } ?? target
        self.facts.query = mark.map { String(target[target.index(after: $0)...]) } ?? ""
        if self.facts.path.isEmpty { self.facts.path = "/" }
        for index in 0..<head.fields.count where bytes.matches("user-agent", in: head.fields[index].name) {
            self.facts.userAgent = text(head.fields[index].value.prefix(CapturedMessage.longestValue))
        }
        guard isFull else { return }
        if self.hold(head.headBytes) {
            self.detail = TrafficDetail(request: CapturedMessage(head.fields, in: bytes) { _ in true })
        }
    }

    var isFull: Bool { self.detail != nil }

    private func hold(_ count: Int) -> Bool {
        guard self.outlet.hold(count) else {
            if !self.isReduced { self.outlet.noteReduced() }
            self.isReduced = true
            return false
        }
        self.heldBytes += count
        return true
    }

    func note(_ upstream: Upstream) {
        self.facts.endpointID = upstream.endpoint.id
        self.facts.endpoint = upstream.urlText
    }

    func noteOriginal(_ id: String) { self.facts.original = id }

    // MARK: Messages

    func noteRequest(_ bytes: ByteBuffer) {
        guard !self.isPipe else { return }
        self.facts.requestBytes += bytes.readableBytes
        guard let kept = self.detail?.request.body.readableBytes else { return }
        let count = self.room(for: bytes, behind: kept)
        self.detail?.request.append(bytes, upTo: count)
    }

    /// The head of the answer, as the visitor gets it; valid during the call only.
    func noteHead(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer, body: ByteBuffer?) {
        self.facts.status = head.status
        self.facts.answerer = .upstream
        if self.detail != nil, self.hold(head.headBytes) {
            self.detail?.response = CapturedMessage(head.fields, in: bytes) { !$0.isDropped }
        }
        if let body, !head.isSwitchingProtocols { self.noteResponse(body) }
        if head.isSwitchingProtocols { self.isPipe = true }
    }

    func noteResponse(_ bytes: ByteBuffer) {
        guard !self.isPipe else { return }
        self.facts.responseBytes += bytes.readableBytes
        guard let kept = self.detail?.response?.body.readableBytes else { return }
        let count = self.room(for: bytes, behind: kept)
        self.detail?.response?.append(bytes, upTo: count)
    }

    /// How much of `bytes` is kept behind what there is of a body.
    private func room(for bytes: ByteBuffer, behind kept: Int) -> Int {
        let count = min(bytes.readableBytes, CapturedMessage.longestBody - kept)
        return count > 0 && self.hold(count) ? count : 0
    }

    /// An answer in the upstream's place.
    func note(_ answer: LocalAnswer, by answerer: TrafficFacts.Answerer) {
        self.facts.status = answer.status
        self.facts.answerer = answerer
        self.facts.responseBytes = answer.body.readableBytes
        guard self.detail != nil, self.hold(min(answer.body.readableBytes, CapturedMessage.longestBody) + 256) else {
            return
        }
        self.detail?.response = CapturedMessage(answer)
    }

    func note(_ refusal: ExchangeRefusal) {
        self.facts.errorCode = refusal.failure.code.name
        let answerer: TrafficFacts.Answerer = if case .policy = refusal.origin { .policy } else { .edge }
        guard self.detail != nil else {
            self.facts.status = refusal.status ?? refusal.failure.code.httpStatus
            self.facts.answerer = answerer
            return
        }
        self.note(refusal.answer, by: answerer)
    }

    // MARK: Policies

    /// A policy has taken a step; `exchange` is as that left it.
    func note(_ step: PolicyRecord.Step, of exchange: PolicyEngine.Exchange) {
        guard let count = self.detail?.log.count else { return }
        self.note(secretsOf: exchange)
        guard count < TrafficDetail.longestLog, self.hold(256) else {
            self.detail?.isLogCut = true
            return
        }
        guard
            let explanation = exchange.explanation(of: step, valueBytes: PolicyLogEntry.longestValue)
        else { return }
        self.detail?.log.append(PolicyLogEntry(explanation, at: "\(exchange.endpoint.url)"))
    }

    private func note(secretsOf exchange: PolicyEngine.Exchange) {
        guard let known = self.detail?.secrets, known.count < 64 else { return }
        for secret in exchange.revealedSecrets where !known.contains(secret) { self.detail?.secrets.append(secret) }
    }

    // MARK: The end

    /// The exchange is over: what was captured goes to who stores it.
    ///
    /// - Parameters:
    ///   - context: its connection.
    ///   - judged: what its policy did; nil where it has none.
    func end(over context: ExchangeContext, judgedBy judged: JudgedExchange?) {
        self.outlet.release(self.heldBytes)
        self.heldBytes = 0
        if let policy = judged?.policy, self.detail != nil { self.note(secretsOf: policy) }
        self.facts.microseconds = Int64(clamping: (NIODeadline.now().uptimeNanoseconds &- self.began) / 1000)
        self.facts.client = context.visitor.address?.ip
        self.facts.country = context.facts.clientOrigin?.location.countryCode ?? ""
        self.outlet.put(TrafficExchange(facts: self.facts, detail: self.detail))
    }
}

extension CapturedMessage {
    /// More of the body has come, of which so much is kept.
    mutating func append(_ bytes: ByteBuffer, upTo count: Int) {
        self.bodyBytes += bytes.readableBytes
        if count > 0 { self.body.writeBytes(bytes.readableBytesView.prefix(count)) }
    }

    /// The field lines of a head, in their order.
    init(
        _ table: borrowing FieldTable,
        in bytes: UnsafeRawBufferPointer,
        where isWanted: (FieldSlot) -> Bool
    ) {
        var fields: [Field] = []
        var count = 0
        for index in 0..<table.count {
            let slot = table[index]
            guard isWanted(slot) else { continue }
            count += 1
            guard fields.count < Self.mostFields else { continue }
            let value = slot.value.prefix(Self.longestValue)
            fields.append(
                Field(
                    String(decoding: bytes[slot.name.prefix(256)], as: UTF8.self),
                    String(decoding: bytes[value], as: UTF8.self),
                    isCut: value.count < slot.value.count || slot.name.count > 256
                )
            )
        }
        self.init(fields: fields, fieldCount: count)
    }

    init(_ answer: LocalAnswer) {
        let fields = answer.fields.prefix(Self.mostFields).map { field in
            let value = field.value.utf8.prefix(Self.longestValue)
            return Field(
                field.name,
                String(decoding: value, as: UTF8.self),
                isCut: value.count < field.value.utf8.count
            )
        }
        self.init(
            fields: fields,
            fieldCount: answer.fields.count,
            body: ByteBuffer(bytes: answer.body.readableBytesView.prefix(Self.longestBody)),
            bodyBytes: answer.body.readableBytes
        )
    }
}

extension PolicyLogEntry {
    init(_ explanation: StepExplanation, at endpoint: String) {
        let step = explanation.step
        let event: Event =
            switch step.event {
            case .matched: .matched
            case .unmatched(_, let isError): isError ? .failed : .unmatched
            case .went: .went
            case .ended: .ended
            }
        self.init(
            endpoint: endpoint,
            phase: step.place.phase.rawValue,
            rule: step.place.rule,
            name: String(explanation.ruleName?.prefix(128) ?? ""),
            event: event,
            expression: String(decoding: explanation.expression.utf8.prefix(512), as: UTF8.self),
            sights: explanation.sights.map { Sight(String($0.name.prefix(128)), $0.value) },
            action: step.place.action,
            actionType: explanation.actionType?.rawValue ?? ""
        )
    }
}
