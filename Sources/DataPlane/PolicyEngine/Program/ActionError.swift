import Expression
import Model

/// Why an action could not do its work for an exchange.
struct ActionError: Error {
    let failure: Failure

    /// Answers with the failure. It is the policy's, not the visitor's: a code that documents are refused with is a 500 here.
    var verdict: Verdict {
        .fail(self.failure, status: self.failure.code.httpStatus >= 500 ? nil : 500)
    }

    /// `detail` is for the log alone.
    init(_ code: ErrorCode, _ message: String, detail: String = "") {
        self.failure = Failure(code, message, detail: detail)
    }
}

extension Exchange {
    /// The text of a template in a field of an action.
    ///
    /// - Throws: 2238 where one of its expressions has no value.
    func interpolate(_ template: TemplateProgram) throws(ActionError) -> String {
        do throws(EvaluationError) {
            return try self.text(of: template)
        } catch {
            throw ActionError(
                .policyInterpolation,
                "A value that this endpoint's policy needs is not there.",
                detail: error.reason.text
            )
        }
    }
}
