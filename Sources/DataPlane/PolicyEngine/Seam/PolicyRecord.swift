package import TrafficPolicy

/// What policies did with one exchange, for events and for who asks why (`spec/traffic-policy.md` 2.9).
///
/// Decisions and logged facts are always kept, steps only where somebody looks (``Exchange/keepsSteps``).
package struct PolicyRecord: Sendable {
    /// The facts of `log` actions, in the order in which they ran.
    package internal(set) var logs: [LogEntry] = []
    /// What had no value, or did not work, without ending the exchange; the first ``longestProblems``.
    package internal(set) var problems: [Problem] = []
    /// The first ``longestSteps``.
    package internal(set) var steps: [Step] = []

    package internal(set) var basicAuth: BasicAuthDecision?
    package internal(set) var circuitBreaker: CircuitBreakerDecision?
    package internal(set) var ipPolicy: AccessDecision?
    package internal(set) var webhookVerification: AccessDecision?
    package internal(set) var compression: Compression?
    package internal(set) var login: LoginDecision?

    static let longestProblems = 16
    /// A stream of events has as many as it likes.
    static let longestSteps = 1000

    package init() {}

    package struct LogEntry: Sendable {
        /// An object, as compact JSON.
        package let metadata: String
    }

    /// Where in a policy something happened.
    package struct Place: Sendable, Hashable {
        package let phase: PolicyPhase
        /// From 0, in the order of the document.
        package let rule: Int
        /// From 0; nil where it is the rule's expressions that are meant.
        package let action: Int?
    }

    package struct Problem: Sendable {
        package let place: Place
        /// In one line, for the policy's owner.
        package let message: String
    }

    /// One thing that was done, in order.
    package struct Step: Sendable {
        package enum Event: Sendable, Hashable {
            /// The rule's expressions are all true.
            case matched
            /// The expression of this number is false, or has no value.
            case unmatched(expression: Int, isError: Bool)
            /// The action went on to the next one.
            case went
            /// The action ended the phase.
            case ended
        }

        package let place: Place
        package let event: Event
    }

    package enum AccessDecision: String, Sendable, Hashable { case allow, block }

    package struct BasicAuthDecision: Sendable, Hashable {
        package let decision: AccessDecision
        package let username: String
    }

    package enum CircuitBreakerDecision: String, Sendable, Hashable {
        case allow, block
        case allowWhileOpen = "allow_while_open"
    }

    package struct LoginDecision: Sendable, Hashable {
        package enum Decision: String, Sendable, Hashable { case allow, block, redirect }

        package let decision: Decision
        /// The application's identifier at the provider.
        package var applicationID = ""
        package var userID = ""
        package var userName = ""
    }

    package struct Compression: Sendable, Hashable {
        package let algorithm: String
        package var bytesSaved: Int

        package init(algorithm: String, bytesSaved: Int = 0) {
            self.algorithm = algorithm
            self.bytesSaved = bytesSaved
        }
    }
}
