/// One thing that a policy did with a request: what a rule's expressions came to, or what an action did
/// (`spec/observability.md` 5, "policy/action trace").
package struct PolicyLogEntry: Sendable, Equatable {
    package enum Event: String, Sendable, CaseIterable {
        /// All expressions of the rule are true.
        case matched
        /// One of them is false.
        case unmatched
        /// One of them has no value.
        case failed
        /// An action went on to the next one.
        case went
        /// An action ended the phase.
        case ended
    }

    /// What an expression looked at, and what that was then.
    package struct Sight: Sendable, Equatable {
        /// `req.url.path`.
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The longest value of a sight, in bytes; longer ones are cut.
    package static let longestValue = 256
    /// Sights of one expression.
    package static let mostSights = 8

    /// The endpoint whose policy it is: policies may forward.
    package var endpoint: String
    /// `on_http_request`.
    package var phase: String
    /// In the phase, from 0, in the order of the document.
    package var rule: Int
    /// Empty where it has none.
    package var name: String
    package var event: Event
    /// The expression that decided, in its own text; empty where none did.
    package var expression: String
    package var sights: [Sight]
    /// From 0; nil where it is the rule's expressions that are meant.
    package var action: Int?
    /// `rate-limit`; empty where there is none.
    package var actionType: String

    package init(
        endpoint: String,
        phase: String,
        rule: Int,
        name: String = "",
        event: Event,
        expression: String = "",
        sights: [Sight] = [],
        action: Int? = nil,
        actionType: String = ""
    ) {
        self.endpoint = endpoint
        self.phase = phase
        self.rule = rule
        self.name = name
        self.event = event
        self.expression = expression
        self.sights = sights
        self.action = action
        self.actionType = actionType
    }

    var costBytes: Int { 128 + self.sights.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 48 } }
}
