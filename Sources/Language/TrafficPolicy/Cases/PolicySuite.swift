package import Addressing
package import Model

/// A file of cases that a policy must get right, kept beside it: `gateway.test.yaml` for `gateway.yaml`.
///
/// Made by ``init(parsing:limits:)`` alone, so that one which exists is right.
package struct PolicySuite: Sendable {
    /// The policy's file, as written; nil for the file of the same name.
    package let policy: String?
    /// The endpoint that the policy stands before.
    package let endpoint: Endpoint
    /// By vault, then by name.
    package let secrets: [String: [String: Secret]]
    /// What internal endpoints answer in every case, by URL.
    package let answers: [String: CaseAnswer]
    /// In the order of the document; never empty, each name once.
    package let cases: [PolicyCase]

    package struct Endpoint: Sendable {
        package let url: EndpointURL
        package let isCloud: Bool
        package let isInternal: Bool

        /// What a policy before it may hold; every action of the language.
        package var attachment: PolicyAttachment {
            PolicyAttachment(
                scheme: self.url.scheme,
                isInternal: self.isInternal,
                isCloud: self.isCloud,
                runnable: Set(ActionType.allCases),
                host: self.url.host.base
            )
        }
    }
}

extension PolicySuite {
    /// The same cases with what another file has around its own: policy, endpoint, secrets and answers.
    package func placed(in other: PolicySuite) -> PolicySuite {
        PolicySuite(
            policy: other.policy,
            endpoint: other.endpoint,
            secrets: other.secrets,
            answers: other.answers,
            cases: self.cases
        )
    }
}

/// One case: what comes in, what stands around it, and what must come of it.
package struct PolicyCase: Sendable {
    package let name: String
    package let position: SourcePosition
    /// What is known of the connection and the time, by the names of variables; checked by their types.
    package let facts: [String: DocumentValue]
    /// Who has logged in; nil for a visitor who has not.
    package let login: CaseLogin?
    /// Nil for a connection alone, as tcp and tls have it.
    package let request: CaseRequest?
    /// What the service behind the endpoint answers.
    package let upstream: CaseAnswer
    /// What internal endpoints answer, by URL; they override those of the whole file.
    package let answers: [String: CaseAnswer]
    /// How many times it comes; what is expected is looked for in the last one.
    package let repetitions: Int
    package let expected: CaseExpectation
}

/// A visitor who has logged in at each of the policy's logins.
package struct CaseLogin: Sendable, Hashable {
    /// What the provider calls the user.
    package let id: String
    package let email: String
    package let name: String
}

/// A request of a visitor.
package struct CaseRequest: Sendable {
    package let method: String
    /// Path and query, or a whole URL of the endpoint's.
    package let target: String
    /// In order; a name may stand more than once.
    package let headers: [CaseHeader]
    package let body: String
}

package struct CaseHeader: Sendable, Hashable {
    /// In lower case.
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What a service or an internal endpoint does with a request.
package enum CaseAnswer: Sendable {
    case response(status: Int, headers: [CaseHeader], body: String)
    /// It is not there; the code says in which way.
    case failure(code: Int)

    /// What a service answers of which nothing is said.
    package static let empty = CaseAnswer.response(status: 200, headers: [], body: "")
}

/// What must come of a case; only what is said is looked at.
package struct CaseExpectation: Sendable {
    /// Who the visitor's answer, or the other end of the connection, is.
    package enum Party: Sendable, Hashable {
        /// The service behind the endpoint.
        case upstream
        /// The policy itself.
        case policy
        /// An internal endpoint, by its URL.
        case endpoint(String)
        /// A failure's page.
        case error
        /// The connection was closed.
        case nobody
    }

    package let party: Party?
    package let status: Int?
    /// The number of the code in the answer's header.
    package let code: Int?
    /// By name in lower case; of several values of one name one must be as expected.
    package let headers: [String: TextExpectation]
    package let body: TextExpectation?
    /// The request as the upstream or the internal endpoint gets it.
    package let forwarded: Forwarded?
    /// The name of the rule that ended the request's phase.
    package let rule: String?
    /// What was logged: each must be a part of the metadata of one log action, in this order.
    package let logs: [DocumentValue]

    package struct Forwarded: Sendable {
        package let method: String?
        /// Path and query.
        package let target: TextExpectation?
        package let headers: [String: TextExpectation]
        package let body: TextExpectation?
    }
}

/// What is expected of a text.
package enum TextExpectation: Sendable, Hashable {
    case absent
    case equal(String)
    case containing(String)
    /// An RE2 pattern that was compiled once, so that it is one; it must match somewhere.
    case matching(String)
}
