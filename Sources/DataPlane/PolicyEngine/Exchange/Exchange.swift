package import Expression
package import NIOCore
package import TrafficPolicy

/// A connection or a request that passes an endpoint with a policy: the values that expressions ask for, and what actions
/// do to it.
///
/// One for each request at each endpoint that it passes, and one for the connection itself where the endpoint has rules for
/// `on_tcp_connect`. It lives on its connection's event loop. ``run(_:)`` runs a phase; between phases the host moves the
/// bytes as ``request`` and ``response`` now say.
package final class Exchange {
    package let program: PolicyProgram
    package let endpoint: EndpointFacts
    package let connection: ConnectionFacts
    package let loop: PolicyLoop
    /// Who moves the bytes; nil once it gave the exchange up.
    package private(set) weak var host: (any ExchangeHost)?

    /// Empty in `on_tcp_connect`, where no rule and no action asks for it.
    package var request: RequestState
    /// Empty until ``begin(_:)``.
    package var response = ResponseState.none
    /// What the response's body passes through, in order.
    package private(set) var responseFilters: [any ResponseFilter] = []

    /// The message that `on_event_stream_message` runs on.
    var message: EventStreamMessage?
    /// What the retry condition of an `http-request` action is asked about.
    var attempts: AttemptFacts?

    package internal(set) var record = PolicyRecord()
    /// Whether the record has every step, and all results are kept; set before the first phase by who wants to know.
    package var keepsSteps = false
    /// Told of each step when it is made, while the exchange is as the step left it. Needs ``keepsSteps``.
    package var onStep: ((PolicyRecord.Step) -> Void)?

    package internal(set) var phase = PolicyPhase.tcpConnect
    /// The readers of the phase's variables, by slot.
    @exclusivity(unchecked) var readers: [VariableReader] = []
    var position = RulePosition()
    var variables = PhaseVariables.none
    var results = ActionResults()
    var caches = VariableCaches()
    private var upstreamObservers: [UpstreamObserver] = []
    /// Values of secrets that expressions have read, so that records leave them out.
    package private(set) var revealedSecrets: [String] = []

    /// `predecessor` is the exchange of the connection itself, whose actions' results later phases see.
    package init(
        _ program: PolicyProgram,
        at endpoint: EndpointFacts,
        over connection: ConnectionFacts,
        request: RequestState? = nil,
        after predecessor: Exchange? = nil,
        loop: PolicyLoop,
        host: any ExchangeHost
    ) {
        self.program = program
        self.endpoint = endpoint
        self.connection = connection
        self.request = request ?? .none
        self.loop = loop
        self.host = host
        self.results = predecessor?.results ?? ActionResults()
    }

    /// The response's head has come, from an upstream or from the policy itself.
    package func begin(_ response: ResponseState) {
        self.response = response
        self.responseFilters = []
        self.message = nil
        guard self.program.hasRules(in: .eventStreamMessage), response.head.isEventStream, self.responseHasBody else {
            return
        }
        guard BodyCodings(response.head.values("content-encoding")).codings?.isEmpty ?? false else {
            self.note("the event stream is compressed, so the rules for its messages did not run")
            return
        }
        // First of all: later filters may compress it.
        self.response.contentLength = nil
        self.responseFilters = [EventStreamFilter(for: self)]
    }

    /// The host gives the exchange up: what actions still wait for changes nothing any more.
    package func abandon() {
        self.endUpstream(.abandoned)
        self.host = nil
    }

    deinit { self.endUpstream(.abandoned) }
}

// MARK: - For actions

extension Exchange {
    /// The head that actions of the phase change: the request's before the upstream has answered, then the response's.
    package var head: ExchangeHead {
        get { self.isResponse ? self.response.head : self.request.head }
        _modify {
            if self.isResponse { yield &self.response.head } else { yield &self.request.head }
        }
    }

    package var isResponse: Bool { self.phase == .httpResponse || self.phase == .eventStreamMessage }

    /// Replaces what an action of this type has left for later expressions; fields that aren't named read as zero.
    ///
    /// The values are made only where an expression of the policy, or whoever looks, asks for results of this action.
    package func publish(_ action: ActionType, _ values: @autoclosure () -> [(slot: ResultSlot, value: Value)]) {
        guard self.keepsSteps || self.program.asksForResults(of: action) else { return }
        self.results.replace(action, with: values())
    }

    /// Has the response's body pass through `filter`, behind those that are there.
    package func addResponseFilter(_ filter: any ResponseFilter) {
        self.responseFilters.append(filter)
    }

    /// Is told how the upstream's part ended, and when by the clock that never goes back.
    package typealias UpstreamObserver = (UpstreamOutcome, NIODeadline) -> Void

    /// Calls `observer` once when the upstream's part is over. It must not hold the exchange.
    package func observeUpstream(_ observer: @escaping UpstreamObserver) {
        self.upstreamObservers.append(observer)
    }

    /// The upstream's part is over. Further calls do nothing, and none is needed where the policy itself ended the request.
    package func endUpstream(_ outcome: UpstreamOutcome) {
        let observers = self.upstreamObservers
        self.upstreamObservers = []
        guard !observers.isEmpty else { return }
        let now = self.host?.uptime ?? .now()
        for observer in observers { observer(outcome, now) }
    }

    /// Notes what did not work without ending the exchange, for the policy's owner.
    package func note(_ problem: String) {
        guard self.record.problems.count < PolicyRecord.longestProblems else { return }
        self.record.problems.append(PolicyRecord.Problem(place: self.place, message: problem))
    }

    /// The rule and, while one runs, the action.
    var place: PolicyRecord.Place {
        let action = self.position.action
        return PolicyRecord.Place(phase: self.phase, rule: self.position.rule, action: action == 0 ? nil : action - 1)
    }

    func noteSecret(_ text: String) {
        guard !text.isEmpty, !self.revealedSecrets.contains(where: { $0.hasSameBytes(as: text) }) else { return }
        self.revealedSecrets.append(text)
    }
}

// MARK: - Expressions

extension Exchange {
    /// The text of a template.
    package func text(of template: TemplateProgram) throws(EvaluationError) -> String {
        if let plain = template.plainText { return plain }
        return try self.loop.evaluating(self) { (run: Evaluation) throws(EvaluationError) in try template.text(in: run)
        }
    }

    /// The value of a template: of the expression's own type where it is one with nothing around it.
    package func value(of template: TemplateProgram) throws(EvaluationError) -> Value {
        try self.loop.evaluating(self) { (run: Evaluation) throws(EvaluationError) in try template.value(in: run) }
    }

    /// The value of an expression, as text.
    package func text(of expression: Program) throws(EvaluationError) -> String {
        try self.loop.evaluating(self) { (run: Evaluation) throws(EvaluationError) in
            try expression.evaluate(in: run).text(run)
        }
    }

    /// The text that stands for a value: lists and maps are JSON.
    package func text(of value: Value) throws(EvaluationError) -> String {
        try self.loop.evaluating(self) { (run: Evaluation) throws(EvaluationError) in try value.text(run) }
    }

    package func isTrue(_ condition: Program) throws(EvaluationError) -> Bool {
        try self.loop.evaluating(self) { (run: Evaluation) throws(EvaluationError) in
            try condition.evaluateBool(in: run)
        }
    }
}
