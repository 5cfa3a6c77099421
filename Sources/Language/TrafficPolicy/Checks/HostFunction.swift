package import Expression

/// A function that whoever runs a policy gives to its expressions, beside the standard library (`spec/expressions.md`
/// 7.1). The raw values are the names.
///
/// Here is what checking needs: names, types and phases. The engine adds how they work.
package enum HostFunction: String, Sendable, Hashable, CaseIterable {
    case requestHeader = "getReqHeader", hasRequestHeader = "hasReqHeader"
    case requestCookie = "getReqCookie", hasRequestCookie = "hasReqCookie"
    case queryParameter = "getQueryParam", hasQueryParameter = "hasQueryParam"
    case responseHeader = "getResHeader", hasResponseHeader = "hasResHeader"
    case responseCookie = "getResCookie", hasResponseCookie = "hasResCookie"
    case secret = "secrets.get"

    /// Where it may be called.
    package var phases: Set<PolicyPhase> {
        switch self {
        case .requestHeader, .hasRequestHeader, .requestCookie, .hasRequestCookie, .queryParameter, .hasQueryParameter:
            PolicyVariable.http
        case .responseHeader, .hasResponseHeader, .responseCookie, .hasResponseCookie: PolicyVariable.responses
        case .secret: PolicyVariable.everywhere
        }
    }

    /// One for each parameter.
    package var parameters: [ExpressionType] { self == .secret ? [.string, .string] : [.string] }

    package var result: ExpressionType {
        switch self {
        case .requestHeader, .queryParameter, .responseHeader: .list(.string)
        case .hasRequestHeader, .hasRequestCookie, .hasQueryParameter, .hasResponseHeader, .hasResponseCookie: .bool
        // A cookie of a request has the members of the other too, so that `.secure` reads as false.
        case .requestCookie, .responseCookie: VariableType.responseCookie.expressionType
        case .secret: .string
        }
    }

    /// What it does, for the reference.
    package var summary: String {
        switch self {
        case .requestHeader: "The values of a header of the request, a line each; none when it is absent."
        case .hasRequestHeader: "Whether the request has a header."
        case .requestCookie: "The first cookie of the request with this name; one without content when it is absent."
        case .hasRequestCookie: "Whether the request has a cookie."
        case .queryParameter: "The values of a parameter of the query, decoded; none when it is absent."
        case .hasQueryParameter: "Whether the query has a parameter, also one without a value."
        case .responseHeader: "The values of a header of the response, a line each; none when it is absent."
        case .hasResponseHeader: "Whether the response has a header."
        case .responseCookie: "The cookie with this name that the response sets; the longest path wins."
        case .hasResponseCookie: "Whether the response sets a cookie."
        case .secret: "The value of a secret: the name of its vault, and its own."
        }
    }

    /// The function with `implementation`, which takes arguments of ``parameters`` and gives ``result``.
    package func declaration(_ implementation: Implementation) -> FunctionDeclaration {
        let overload = Overload(method: false, self.parameters, self.result, isPure: false, implementation)
        return FunctionDeclaration(self.rawValue, summary: self.summary, examples: [], overloads: [overload])
    }

    /// The function for those who check and never run.
    package var signature: FunctionDeclaration {
        let failure = EvaluationError(.host("\(self.rawValue) has a value only where a policy runs"))
        let implementation: Implementation =
            self.parameters.count == 1
            ? .unary { _, _ throws(EvaluationError) in throw failure }
            : .binary { _, _, _ throws(EvaluationError) in throw failure }
        return self.declaration(implementation)
    }
}
