package import Model
internal import TrafficPolicy

/// Something that is wrong with a policy, as an editor shows it.
package struct PolicyFinding: Sendable, Hashable {
    /// Both from 1.
    package let line: Int
    package let column: Int
    /// `ERR_PORTICO_2203`.
    package let code: String
    package let message: String
    /// The text that is wrong; empty where something is missing, or where it may be a secret.
    package let offending: String
    /// What may have been meant.
    package let suggestion: String?

    init(_ problem: PolicyProblem) {
        self.line = problem.position.line
        self.column = problem.position.column
        self.code = problem.code.name
        self.message = problem.message
        self.offending = problem.isSecret ? "" : problem.offending
        self.suggestion = problem.suggestion
    }

    /// What is wrong with the document as a whole.
    init(_ failure: Failure) {
        self.line = 1
        self.column = 1
        self.code = failure.code.name
        self.message = "\(failure.message) \(failure.code.remedy)"
        self.offending = ""
        self.suggestion = nil
    }
}

extension Control {
    /// All that is wrong with the policy of a cloud endpoint; nothing where it could be saved.
    ///
    /// - Throws: where the URL is none of an endpoint, or the store is away.
    package func findings(
        in policy: String,
        for url: String,
        bindings: [String],
        by caller: Caller
    ) async throws(Failure) -> [PolicyFinding] {
        let name = try CloudEndpointName(url, bindings: bindings, self.configuration)
        do throws(Failure) {
            try await self.checkCloudPolicy(policy, for: name, of: caller.account)
            return []
        } catch {
            guard error.code.httpStatus < 500 else { throw error }
            var cause: (any Error)? = error
            while let failure = cause as? Failure { cause = failure.cause }
            guard let errors = cause as? PolicyErrors, !errors.problems.isEmpty else { return [PolicyFinding(error)] }
            return errors.problems.map { PolicyFinding($0) }
        }
    }
}
