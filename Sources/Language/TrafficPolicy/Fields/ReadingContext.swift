import Model

/// What the readers of a document's parts share: where they report, and what they check against.
final class ReadingContext {
    let limits: PolicyLimits
    let checks: (any ExpressionChecking)?
    /// The phase whose rules are being read.
    var phase = PolicyPhase.httpRequest
    private(set) var problems: [PolicyProblem] = []
    private(set) var warnings: [PolicyProblem] = []

    init(limits: PolicyLimits, checks: (any ExpressionChecking)?) {
        self.limits = limits
        self.checks = checks
    }

    /// Whether so much is wrong that reading on helps nobody.
    var isFull: Bool { self.problems.count >= self.limits.problems }

    func report(_ problem: PolicyProblem) {
        guard !self.isFull else { return }
        self.problems.append(problem)
    }

    func report(
        _ code: ErrorCode,
        at node: Node,
        path: String,
        _ message: String,
        suggestion: String? = nil,
        isSecret: Bool = false
    ) {
        self.report(
            PolicyProblem(
                code,
                at: node.position,
                path: path,
                offending: isSecret ? "" : node.offending,
                message,
                suggestion: suggestion,
                isSecret: isSecret
            )
        )
    }

    func warn(_ problem: PolicyProblem) {
        guard self.warnings.count < self.limits.problems else { return }
        self.warnings.append(problem)
    }

    /// Reports what is wrong with an expression or a template, each problem where it stands in the document.
    func report(_ found: [ExpressionProblem], in source: SourceText, as code: ErrorCode, path: String) {
        for problem in found {
            self.report(
                PolicyProblem(
                    code,
                    at: source.position(atByte: problem.offset),
                    path: path,
                    offending: problem.offending.isEmpty ? source.text : problem.offending,
                    problem.message,
                    suggestion: problem.suggestion
                )
            )
        }
    }
}
