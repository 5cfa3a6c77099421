import Expression
import Model
import NIOCore
import PolicyEngine
import TrafficPolicy

/// What an exchange remembers whose endpoint has a policy, and what the policy asks of it. Exchanges with other
/// endpoints have none of it.
///
///     request phase ──▶ sent ──▶ response phase ──▶ passing
///        │    ▲                     │    ▲
///        ▼    │ decided             ▼    │ decided
///      waiting, collecting        held: the head and what came of the body
final class JudgedExchange {
    unowned let exchange: Exchange
    let gate: EndpointGate
    var upstream: Upstream
    /// Implicitly unwrapped since the two name each other: it is set before `init` returns, and never again.
    // swift-format-ignore: NeverUseImplicitlyUnwrappedOptionals
    private(set) var policy: PolicyEngine.Exchange!

    /// Within a phase's run: an outcome that comes now is that of the run.
    private var isRunning = false
    private var earlyOutcome: PhaseOutcome?

    // The request.
    /// Whether the loop's scratch head is that of the request.
    var isHeadScanned = false
    var collected: CollectedRequest?
    private var isFrontWaiting = false

    // The response.
    /// Of the answer, once there is one.
    var status: Int?
    /// Whether the connection was closed in an answer's place.
    private(set) var isDropped = false
    var isReported = false
    var held: HeldResponse?
    /// Whether the body passes through the policy's filters.
    var isFiltered = false
    /// Whether the front takes more of the response.
    var isFrontReading = true

    /// `connection` is what the endpoint's rules for connections left.
    init(
        _ exchange: Exchange,
        gate: EndpointGate,
        upstream: Upstream,
        request: RequestState,
        after connection: PolicyEngine.Exchange?
    ) {
        self.exchange = exchange
        self.gate = gate
        self.upstream = upstream
        self.policy = PolicyEngine.Exchange(
            gate.program,
            at: gate.endpoint,
            over: exchange.context.facts,
            request: request,
            after: connection,
            loop: exchange.loop.policies,
            host: self
        )
        if let explainer = exchange.explainer, let policy = self.policy {
            policy.keepsSteps = true
            // Unowned: the policy's exchange has it, and calls it itself.
            policy.onStep = { [unowned policy] step in explainer.note(step, of: policy) }
        }
    }

    /// The exchange is over, whichever way: nothing that was waited for changes anything any more.
    func abandon() {
        self.report()
        self.policy.abandon()
        let collected = self.collected
        let held = self.held
        self.collected = nil
        self.held = nil
        collected?.promise?.fail(ChannelError.ioOnClosedChannel)
        held?.collecting?.promise.fail(ChannelError.ioOnClosedChannel)
    }

    // MARK: Phases

    /// Runs a phase, the request's from `firstRule` on, and does what comes of it, at once or later.
    func run(_ phase: PolicyPhase, from firstRule: Int = 0) {
        guard self.gate.program.hasRules(in: phase) else {
            self.follow(phase, .proceed)
            return
        }
        self.advance(phase) { self.policy.run(phase, from: firstRule) }
    }

    /// The endpoint that the policy forwarded to has not answered: the phase goes on behind that action.
    func forwardFailed(_ failure: Failure, of target: ForwardTarget) {
        self.advance(.httpRequest) { self.policy.forwardFailed(failure, of: target) }
    }

    private func advance(_ phase: PolicyPhase, _ step: () -> PhaseOutcome?) {
        self.isRunning = true
        let outcome = step() ?? self.earlyOutcome
        self.isRunning = false
        self.earlyOutcome = nil
        if let outcome { self.follow(phase, outcome) } else { self.wait(in: phase) }
    }

    /// The phase waits. The visitor's bytes are left where they are, unless it is those that it waits for.
    private func wait(in phase: PolicyPhase) {
        if phase == .httpRequest {
            guard self.collected == nil else { return }
            self.isFrontWaiting = true
            self.exchange.front?.exchangeWaits()
        } else if self.held?.collecting == nil {
            self.exchange.link?.setReading(false)
        }
    }

    private func endWait() {
        guard self.isFrontWaiting else { return }
        self.isFrontWaiting = false
        self.exchange.front?.exchangeGoesOn()
    }

    private func follow(_ phase: PolicyPhase, _ outcome: PhaseOutcome) {
        switch outcome {
        case .proceed where phase == .httpRequest: self.exchange.forwardJudged(to: self.upstream)
        case .proceed: self.passHeld()
        case .respond(let response) where phase == .httpRequest && response.runsResponsePhase:
            self.exchange.dropRequestBody()
            self.hold(response)
        case .respond(let response): self.exchange.answer(LocalAnswer(response))
        case .forward(let target): self.exchange.forward(to: target)
        case .close:
            self.isDropped = true
            self.exchange.drop()
        case .fail(let failure, let status): self.exchange.answer(failure, status: status)
        }
    }
}

extension JudgedExchange: ExchangeHost {
    var eventLoop: any EventLoop { self.exchange.loop.eventLoop }
    var now: Timestamp { self.exchange.loop.environment.clock() }
    var uptime: NIODeadline { .now() }
    var bytesIn: Int { self.exchange.context.bytesIn }
    var bytesOut: Int { self.exchange.context.bytesOut }

    func exchange(_ policy: PolicyEngine.Exchange, ended phase: PolicyPhase, with outcome: PhaseOutcome) {
        // What follows may end an exchange that another one has forwarded, and let it go.
        let exchange = self.exchange
        guard exchange.judged === self else { return }
        guard !self.isRunning else {
            self.earlyOutcome = outcome
            return
        }
        if phase == .httpRequest { self.endWait() }
        self.follow(phase, outcome)
        exchange.front?.flush()
    }

    func collectRequestBody(upTo limit: Int) -> EventLoopFuture<CollectedBody> {
        if let collected = self.collected { return self.collect(collected, upTo: limit) }
        guard self.exchange.hasBody else { return self.eventLoop.makeSucceededFuture(.complete(ByteBuffer())) }
        let promise = self.eventLoop.makePromise(of: CollectedBody.self)
        self.collected = CollectedRequest(limit: limit, promise: promise)
        self.endWait()
        self.exchange.startCollecting()
        return promise.futureResult
    }

    /// Goes on with a body of which an action before wanted the beginning.
    private func collect(_ collected: CollectedRequest, upTo limit: Int) -> EventLoopFuture<CollectedBody> {
        if let promise = collected.promise { return promise.futureResult }
        if let body = collected.body(upTo: limit) { return self.eventLoop.makeSucceededFuture(body) }
        let promise = self.eventLoop.makePromise(of: CollectedBody.self)
        self.collected?.limit = limit
        self.collected?.promise = promise
        self.endWait()
        self.exchange.front?.requestWritabilityChanged(true)
        return promise.futureResult
    }

    func collectResponseBody(upTo limit: Int) -> EventLoopFuture<CollectedBody> {
        guard let held = self.held else {
            return self.eventLoop.makeFailedFuture(ChannelError.inappropriateOperationForState)
        }
        let bytes = held.body ?? ByteBuffer()
        if bytes.readableBytes > limit { return self.eventLoop.makeSucceededFuture(.tooLarge(bytes)) }
        if held.isComplete { return self.eventLoop.makeSucceededFuture(.complete(bytes)) }
        if held.isBroken { return self.eventLoop.makeFailedFuture(ChannelError.eof) }
        let promise = self.eventLoop.makePromise(of: CollectedBody.self)
        self.held?.collecting = (limit, promise)
        self.exchange.link?.setReading(true)
        return promise.futureResult
    }
}

extension LocalAnswer {
    init(_ response: PolicyResponse) {
        self.init(status: response.status, fields: response.fields, body: response.body)
    }
}
