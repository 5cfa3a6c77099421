package import Model

/// One thing that is wrong with a policy: which code, where, what, and what was probably meant.
package struct PolicyProblem: Error, Sendable, Hashable {
    package let code: ErrorCode
    package let position: SourcePosition
    /// The field in the document: `on_http_request[0].actions[1].config.rate`; empty for the whole document.
    package let path: String
    /// The text that is wrong, cut short; empty where something is missing or the text may be a secret.
    package let offending: String
    /// What is wrong, in one line.
    package let message: String
    /// A name or spelling that may have been meant.
    package let suggestion: String?
    /// Whether the text at the position may be a secret, so that nobody should be shown the line.
    package let isSecret: Bool

    package init(
        _ code: ErrorCode,
        at position: SourcePosition,
        path: String = "",
        offending: String = "",
        _ message: String,
        suggestion: String? = nil,
        isSecret: Bool = false
    ) {
        self.code = code
        self.position = position
        self.path = path
        self.offending = Self.shortened(offending)
        self.message = message
        self.suggestion = suggestion
        self.isSecret = isSecret
    }

    /// The start of a text, so that an error is never as large as a hostile document.
    private static func shortened(_ text: String) -> String {
        let limit = 120
        guard text.unicodeScalars.count > limit else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "…"
    }
}

extension PolicyProblem: CustomStringConvertible {
    /// `3:5: ERR_PORTICO_2203: message (did you mean "rate"?)`.
    package var description: String { "\(self.position): \(self.summary)" }

    /// The same without the place.
    package var summary: String {
        let hint = self.suggestion.map { " (did you mean \"\($0)\"?)" } ?? ""
        return "\(self.code.name): \(self.message)\(hint)"
    }
}

/// All that is wrong with a policy, in the order of the document. Never empty.
package struct PolicyErrors: Error, Sendable, Hashable {
    package let problems: [PolicyProblem]

    /// - Parameter problems: at least one, in any order.
    package init(_ problems: [PolicyProblem]) {
        self.problems = problems.sorted { $0.position < $1.position }
    }

    /// The failure that answers who gave the policy; its code is the first problem's.
    package var failure: Failure {
        Failure(self.problems.first?.code ?? .policyDocument, self.description, cause: self)
    }
}

extension PolicyErrors: CustomStringConvertible {
    /// A line for each problem.
    package var description: String { self.problems.map(\.description).joined(separator: "\n") }
}
