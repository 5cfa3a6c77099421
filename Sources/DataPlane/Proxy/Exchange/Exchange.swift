import Addressing
import Capture
import EdgeLink
import Model
import NIOCore
import PolicyEngine
import Routing

/// A request with its response, between a front (the visitor's side) and a link (the upstream's): who serves it, what
/// happens when that fails, and what is answered without an upstream. It knows nothing of versions of HTTP.
///
///     idle ──begin──▶ routed ──policy──▶ sent ──head──▶ answering ──both directions ended──▶ idle
///                      │  ▲                │
///                      ▼  │ new table      └─nothing reached an upstream─▶ routed, once more
///                     waiting
///
/// Lives on the event loop of its front, which owns it and begins one request after the other with it. While one is
/// under way it holds its front, so that the two end together.
package final class Exchange {
    enum Phase {
        case idle
        /// The endpoint's agent is away for a moment.
        case waiting(EndpointPlace)
        /// A policy has not decided.
        case judged
        /// A policy wants the body.
        case collecting
        /// The link has it.
        case sent
        /// It was answered without an upstream.
        case answered
    }

    /// How the endpoint is found.
    enum Destination {
        /// By the host that the request names.
        case host
        /// A policy has forwarded the request to an internal endpoint of an account.
        case `internal`(EndpointURL, of: ResourceID<AccountKind>)
    }

    let context: ExchangeContext
    let destination: Destination
    /// The number of the endpoint in the chain of those that the request passes, from 1.
    let depth: Int
    var phase = Phase.idle
    var front: (any ExchangeFront)?
    var link: (any ExchangeLink)?
    /// The head, as long as it may be needed again: while it waits, and until it can no longer be repeated.
    var head: ByteBuffer?

    var hasBody = false
    var isHEAD = false
    var isIdempotent = false
    /// Whether it asks for another protocol.
    var isUpgrade = false
    /// The form in which bodies pass, once the request is sent.
    var form = BodyForm.framed
    var answerFormat = ErrorResponse.Format.text
    var attempts = 0
    /// Whether the head of the answer has come.
    private(set) var responseStarted = false
    /// Whether all of the answer has come.
    private(set) var isAnswered = false

    // What is counted of it, where it is a visitor's.
    private var method = Method.other
    /// Of the answer, once there is one.
    private var status = 0
    /// In nanoseconds of the system's steady clock; 0 when nothing is to be counted.
    private var began: UInt64 = 0
    private var tally: RequestTally?
    /// Since when the loop counts it among those that wait for their answers; nil where it does not.
    private var waitingSince: Int?
    /// How much of its answer has come meanwhile, in bytes.
    private var load = 0
    /// Where somebody reads of requests later.
    private(set) var record: ExchangeRecord?
    /// Where somebody looks at traffic later, and this is a visitor's request.
    var capture: ExchangeCapture?
    /// Is told what the policy does: the capture of this exchange, or of the one that has forwarded it here.
    var explainer: ExchangeCapture?
    /// Where the request was captured once, and is sent again.
    var replay: ReplayMark?

    // Where a policy has a say.
    var judged: JudgedExchange?

    var loop: ProxyLoop { self.context.loop }

    init(context: ExchangeContext, destination: Destination = .host, depth: Int = 1) {
        self.context = context
        self.destination = destination
        self.depth = depth
    }

    // MARK: From the front

    /// Begins with the request whose head is in the loop's scratch head and in `bytes`.
    func begin(_ head: RequestHead, in bytes: ByteBuffer, hasBody: Bool, front: any ExchangeFront) {
        if self.depth == 1 { self.startCounting(head, bytes) }
        self.front = front
        self.hasBody = hasBody
        self.isHEAD = head.isHEAD
        self.isIdempotent = head.isIdempotent
        self.isUpgrade = head.isUpgrade
        self.attempts = 0
        self.responseStarted = false
        self.isAnswered = false
        self.judged?.abandon()
        self.judged = nil
        self.phase = .judged
        if !self.loop.challengeFiles.isEmpty, case .host = self.destination,
            let file = self.loop.challengeFiles.answer(to: head, in: bytes)
        {
            self.answer(file)
            return
        }
        if self.depth == 1 {
            if self.refuseUnderLoad(head, in: bytes) { return }
            self.waitingSince = self.loop.recent.begin()
            self.load = 0
        }
        if self.loop.environment.services.logins != nil, self.answerLogin(head, in: bytes) { return }
        self.route(head, in: bytes, excluding: nil)
    }

    /// More of the request's body, in the exchange's form; after an upgrade, bytes of the pipe.
    func receiveBody(_ bytes: ByteBuffer) {
        self.noteRequest(bytes)
        if let link = self.link { link.sendBody(bytes) } else { self.collect(bytes) }
    }

    func endRequest(trailers: ByteBuffer?) {
        if let link = self.link { link.endRequest(trailers: trailers) } else { self.endCollecting(trailers: trailers) }
    }

    func flush() {
        self.link?.flush()
    }

    /// Whether the visitor takes more of the response.
    func setReading(_ isReading: Bool) {
        // It has as much as it can take: it is the visitor who is waited for.
        if !isReading { self.stopWaiting(isAnswered: true) }
        if let judged = self.judged {
            judged.isFrontReading = isReading
            // The policy has stopped it, and lets it go on.
            guard judged.held == nil else { return }
        }
        self.link?.setReading(isReading)
    }

    /// The front gives up: what is under way ends, and neither side hears more of it.
    func abandon() {
        if case .waiting(let place) = self.phase { self.loop.waitingRoom.leave(self, for: place) }
        self.stopWaiting(isAnswered: false)
        self.end()
    }

    /// Both directions have ended.
    func finish() {
        self.link = nil
        self.end()
    }

    /// Answers with a failure in the upstream's place, if nothing has been answered.
    func refuse(_ failure: Failure) {
        if case .waiting(let place) = self.phase { self.loop.waitingRoom.leave(self, for: place) }
        self.answer(failure)
    }

    /// Nobody came back for it in time. A policy that waits has bounds of its own.
    func waitingTimePassed() {
        // It may be an internal endpoint further on that is waited for; that has a clock of its own.
        guard case .waiting(let place) = self.phase else { return }
        self.loop.waitingRoom.leave(self, for: place)
        self.answerOffline(place.url)
    }

    private func end() {
        self.stopWaiting(isAnswered: true)
        if self.began != 0 { self.endCounting() }
        let link = self.link
        self.link = nil
        self.front = nil
        self.head = nil
        let judged = self.judged
        self.judged = nil
        self.phase = .idle
        if let record = self.record { self.report(record, judgedBy: judged) }
        link?.abandon()
        self.endCapture(judgedBy: judged)
        judged?.abandon()
    }

    // MARK: Answers of the edge's own

    func answer(_ failure: Failure) {
        self.endUnanswered()
        self.noteStatus(failure.code.httpStatus)
        self.refuse(ExchangeRefusal(failure: failure, origin: .way, format: self.answerFormat))
    }

    func answerOffline(_ url: EndpointURL) {
        self.answer(.init(.endpointOffline, "The endpoint \(url) is offline."))
    }

    /// The same for what a policy has decided. The status is the code's own where none is given.
    func answer(_ failure: Failure, status: Int?) {
        self.endUnanswered()
        self.noteStatus(status ?? failure.code.httpStatus)
        let refusal = ExchangeRefusal(failure: failure, status: status, origin: .policy, format: self.answerFormat)
        self.refuse(refusal)
    }

    private func refuse(_ refusal: ExchangeRefusal) {
        var refusal = refusal
        self.record?.note(refusal.failure.code)
        refusal.requestID = self.record?.id ?? self.capture?.facts.id
        self.capture?.note(refusal)
        self.front?.writeRefusal(refusal)
    }

    /// Answers in the upstream's place, as a policy says or the edge itself.
    func answer(_ answer: LocalAnswer, by answerer: TrafficFacts.Answerer = .policy) {
        self.endUnanswered()
        self.noteStatus(answer.status)
        self.record?.noteResponse(answer.body.readableBytes)
        self.capture?.note(answer, by: answerer)
        self.front?.writeAnswer(answer)
    }

    /// No upstream answers any more.
    private func endUnanswered() {
        let link = self.link
        self.link = nil
        link?.abandon()
        self.responseStarted = true
        self.isAnswered = true
        self.head = nil
        self.phase = .answered
    }

    private func noteStatus(_ status: Int) {
        self.status = status
        self.judged?.status = status
    }

    func noteResponseStarted(status: Int) {
        self.responseStarted = true
        self.status = status
        self.head = nil
        if status == 101 { self.stopWaiting(isAnswered: true) }
    }

    func noteAnswered() {
        self.isAnswered = true
    }

    // MARK: Counting

    private func startCounting(_ head: RequestHead, _ bytes: ByteBuffer) {
        self.loop.counters.requests += 1
        self.method = head.method
        self.status = 0
        self.tally = nil
        self.began = NIODeadline.now().uptimeNanoseconds
        guard self.loop.isObserved else { return }
        let isSecure = self.context.visitor.isSecure
        self.record = bytes.withUnsafeReadableBytes {
            ExchangeRecord(head, in: $0, isSecure: isSecure, loop: self.loop)
        }
    }

    /// So many bytes of the answer's body have come.
    func noteResponse(_ count: Int) {
        self.record?.noteResponse(count)
        guard self.waitingSince != nil else { return }
        self.load += count
        if self.load >= RecentRequests.load { self.stopWaiting(isAnswered: true) }
    }

    private func stopWaiting(isAnswered: Bool) {
        guard let since = self.waitingSince else { return }
        self.waitingSince = nil
        self.loop.recent.end(begunIn: since, isAnswered: isAnswered)
    }

    /// The request is one of this endpoint's.
    func count(for upstream: Upstream) {
        guard self.depth == 1 else { return }
        self.tally = upstream.tally
        guard let record = self.record else { return }
        record.note(upstream)
        self.context.note(upstream.endpoint.account)
    }

    private func report(_ record: ExchangeRecord, judgedBy judged: JudgedExchange?) {
        self.record = nil
        record.report(status: self.status, over: self.context, judgedBy: judged)
    }

    private func endCounting() {
        let counters = self.loop.counters
        (self.tally ?? counters.unrouted).note(self.method, status: self.status)
        self.tally = nil
        // What was upgraded lasts as long as people like.
        if self.status != 101 {
            counters.observe(nanoseconds: NIODeadline.now().uptimeNanoseconds &- self.began)
        }
        self.began = 0
    }
}
