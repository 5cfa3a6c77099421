import Model
package import PolicyEngine
package import TrafficPolicy

/// What came of a case.
package struct CaseOutcome: Sendable {
    package var party = CaseExpectation.Party.nobody
    /// Nil where the visitor got no answer.
    package var status: Int?
    /// The number of the failure's code.
    package var code: Int?
    /// Of the answer, names in lower case.
    package var headers: [CaseHeader] = []
    package var body = ""
    /// The request as it went on; nil where it did not.
    package var forwarded: Forwarded?
    /// The metadata of each log action, as JSON.
    package var logs: [String] = []
    /// Every step of all phases, in order.
    package var steps: [PolicyRecord.Step] = []
    /// What had no value, or did not work, without ending the exchange.
    package var problems: [PolicyRecord.Problem] = []

    package struct Forwarded: Sendable {
        package let method: String
        /// Path and query.
        package let target: String
        package let headers: [CaseHeader]
        package let body: String
    }

    /// The rule that ended a phase before the upstream was asked; nil where none did.
    package var endingRule: PolicyRecord.Place? {
        self.steps.last { $0.event == .ended && ($0.place.phase == .httpRequest || $0.place.phase == .tcpConnect) }?
            .place
    }
}
