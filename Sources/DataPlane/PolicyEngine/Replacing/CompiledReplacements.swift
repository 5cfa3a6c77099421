import Expression
import LinearRegex
import Model
import TrafficPolicy

/// The pattern and the replacement of one entry of a find-and-replace action. Where neither has `${…}` parts, everything is
/// compiled with the policy.
struct CompiledReplacement: Sendable {
    private let from: TemplateProgram
    private let to: TemplateProgram?
    private let ready: TextReplacement?

    init(from: TemplateSource, to: TemplateSource?, _ place: ActionPlace) throws(PolicyProblem) {
        self.from = try place.template(from)
        self.to = if let to { try place.template(to) } else { nil }
        guard let pattern = from.literal, let replacement = to.map(\.literal) ?? "" else {
            self.ready = nil
            return
        }
        do throws(LinearRegexError) {
            self.ready = try TextReplacement(from: pattern, to: replacement)
        } catch {
            throw PolicyProblem(
                .policyPattern,
                at: from.position,
                path: place.path,
                offending: pattern,
                "is no RE2 regular expression: \(error.problem)"
            )
        }
    }

    /// What this exchange makes of it.
    ///
    /// - Throws: 3900 where a `${…}` part has no value, 3901 where the pattern is none then.
    func replacement(on exchange: Exchange) throws(ActionError) -> TextReplacement {
        if let ready = self.ready { return ready }
        let from = try exchange.replacementText(of: self.from)
        let to = if let to = self.to { try exchange.replacementText(of: to) } else { "" }
        do throws(LinearRegexError) {
            return try TextReplacement(from: from, to: to)
        } catch {
            throw ActionError(
                .replacementPattern,
                "A pattern of this endpoint's policy is no regular expression.",
                detail: error.problem
            )
        }
    }
}

extension Exchange {
    /// The text of a template in a replacement.
    ///
    /// - Throws: 3900 where one of its expressions has no value.
    func replacementText(of template: TemplateProgram) throws(ActionError) -> String {
        do throws(EvaluationError) {
            return try self.text(of: template)
        } catch {
            throw ActionError(
                .replacementInterpolation,
                "A value that a replacement of this endpoint's policy needs is not there.",
                detail: error.reason.text
            )
        }
    }
}

extension [TextReplacement.Finding] {
    /// As `actions.ngrok.….replacements` has them.
    var value: Value {
        .list(
            self.map { finding in
                .record([
                    ("replacement_index", .number(finding.index)), ("matched_content", .string(finding.content)),
                ])
            }
        )
    }
}
