import Expression

/// What the policies of one event loop share: one evaluation, used by one expression after the other.
package final class PolicyLoop {
    package let services: PolicyServices
    package var actionCounts = ActionCounts()
    /// What expressions look at, for those who are told of it.
    let sights = RuleSights()
    private let bridge = ExchangeVariables()
    private let evaluation: Evaluation

    package init(services: PolicyServices = PolicyServices()) {
        self.services = services
        self.evaluation = Evaluation(variables: self.bridge)
    }

    /// Runs `body` with an evaluation that reads the variables of `exchange`.
    @inline(__always)
    func evaluating<Result>(
        _ exchange: Exchange,
        _ body: (Evaluation) throws(EvaluationError) -> Result
    ) throws(EvaluationError) -> Result {
        self.bridge.exchange = exchange
        defer { self.bridge.exchange = nil }
        return try body(self.evaluation)
    }
}

/// The variables of the exchange whose expression runs.
final class ExchangeVariables: Variables {
    // Unowned and unchecked: who evaluates holds the exchange, and takes it away again before it lets go of it
    // (`PolicyLoop.evaluating`). Counting references for each expression cost as much as a simple one.
    fileprivate(set) unowned(unsafe) var exchange: Exchange?

    func value(inSlot slot: Int) throws(EvaluationError) -> Value? {
        guard let exchange = self.exchange else { return nil }
        return exchange.readers[slot](exchange)
    }
}

extension Evaluation {
    /// The exchange that a function of the host is asked about.
    ///
    /// - Throws: where an expression is worked out without one.
    var exchange: Exchange {
        get throws(EvaluationError) {
            guard let exchange = (self.variables as? ExchangeVariables)?.exchange else {
                throw EvaluationError(.host("there is no request to ask"))
            }
            return exchange
        }
    }
}
