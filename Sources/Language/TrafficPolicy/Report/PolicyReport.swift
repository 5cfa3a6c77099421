import Model

/// What checking one policy document came to, for a person or a program to read.
package struct PolicyReport: Sendable {
    /// How the document is called, as a rule the path of its file.
    package let name: String
    package let errors: [PolicyProblem]
    package let warnings: [PolicyProblem]
    /// How many rules it has; 0 where it cannot be read.
    package let ruleCount: Int
    let lines: DocumentLines

    /// Checks a document with all that can be known without an edge.
    ///
    /// - Parameters:
    ///   - name: how the report calls it.
    ///   - text: the document.
    ///   - attachment: the endpoint that it is for; nil to look at the document alone.
    ///   - limits: how large it may be.
    package init(
        _ name: String,
        text: String,
        for attachment: PolicyAttachment? = nil,
        limits: PolicyLimits = PolicyLimits()
    ) {
        self.name = name
        self.lines = DocumentLines(text)
        do throws(PolicyErrors) {
            let checks = CompiledExpressions()
            let policy = try Policy(parsing: text, for: attachment?.scheme, limits: limits, checking: checks)
            self.ruleCount = policy.rules.values.reduce(0) { $0 + $1.count }
            self.warnings = policy.review()
            do throws(PolicyErrors) {
                try attachment?.check(policy)
                self.errors = []
            } catch {
                self.errors = error.problems
            }
        } catch {
            self.errors = error.problems
            self.warnings = []
            self.ruleCount = 0
        }
    }

    /// The report on a document that could not be had, for instance because there is no such file.
    package init(_ name: String, unreadable reason: String) {
        self.name = name
        self.errors = [PolicyProblem(.policyDocument, at: .start, reason)]
        self.warnings = []
        self.ruleCount = 0
        self.lines = DocumentLines("")
    }

    /// The report on a document that someone else has read and found wrong.
    package init(_ name: String, text: String, problems: [PolicyProblem]) {
        self.name = name
        self.errors = problems
        self.warnings = []
        self.ruleCount = 0
        self.lines = DocumentLines(text)
    }

    package var isValid: Bool { self.errors.isEmpty }
}

extension PolicyReport {
    /// For people: each problem with its place, its code, the line and what was probably meant; a line that sums up.
    package var text: String {
        let all = self.errors.map { ("error", $0) } + self.warnings.map { ("warning", $0) }
        let problems = all.sorted { $0.1.position < $1.1.position }.map { kind, problem in
            let hint = problem.suggestion.map { "; did you mean \"\($0)\"?" } ?? ""
            let place = "\(self.name):\(problem.position)"
            return
                "\(place): \(kind) \(problem.code.name): \(problem.message)\(hint)\n\(self.lines.excerpt(for: problem))"
        }
        return problems.joined() + "\(self.name): \(self.summary)\n"
    }

    private var summary: String {
        let warnings = Self.count(self.warnings.count, "warning")
        guard self.isValid else {
            return "\(Self.count(self.errors.count, "error"))" + (self.warnings.isEmpty ? "" : ", \(warnings)")
        }
        return "valid, \(Self.count(self.ruleCount, "rule"))" + (self.warnings.isEmpty ? "" : ", \(warnings)")
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number == 0 ? "no" : "\(number)") \(noun)\(number == 1 ? "" : "s")"
    }

    /// For programs.
    package var document: DocumentValue {
        .object([
            .init("file", .string(self.name)),
            .init("valid", .bool(self.isValid)),
            .init("rules", .integer(self.ruleCount)),
            .init("errors", .list(self.errors.map(\.document))),
            .init("warnings", .list(self.warnings.map(\.document))),
        ])
    }

    /// Several reports as one JSON object.
    package static func json(_ reports: [PolicyReport]) -> String {
        DocumentValue.object([
            .init("valid", .bool(reports.allSatisfy(\.isValid))),
            .init("files", .list(reports.map(\.document))),
        ]).json(.redacted)
    }
}

extension PolicyProblem {
    fileprivate var document: DocumentValue {
        .object([
            .init("code", .string(self.code.name)),
            .init("line", .integer(self.position.line)),
            .init("column", .integer(self.position.column)),
            .init("path", .string(self.path)),
            .init("offending", .string(self.offending)),
            .init("message", .string(self.message)),
            .init("suggestion", self.suggestion.map(DocumentValue.string) ?? .null),
            .init("remedy", .string(self.code.remedy)),
        ])
    }
}
