package import TrafficPolicy

extension SuiteResult {
    /// For people: a line for each case, what differs below it, and what no case has reached.
    package var text: String {
        var text = "\(self.name): \(self.policyName)\n"
        for result in self.cases {
            text += "  \(result.differences.isEmpty ? "ok  " : "FAIL")  \(result.name)\n"
            guard !result.differences.isEmpty else { continue }
            text += result.differences.map { "          \($0)\n" }.joined()
            text += result.problems.map { "          on the way: \($0)\n" }.joined()
            text += "          (\(self.name):\(result.position))\n"
        }
        text += "  \(self.summary)\n"
        for rule in self.coverage.rules where rule.coveredBranches < rule.branches {
            let name = rule.name.map { " \"\($0)\"" } ?? ""
            let what = rule.matches == 0 ? "runs" : "is passed over"
            text += "  no case in which the rule in line \(rule.position.line)\(name) \(what)\n"
        }
        return text
    }

    private var summary: String {
        let coverage = self.coverage
        let failures = self.failureCount == 0 ? "all as expected" : "\(self.failureCount) not as expected"
        return "\(self.cases.count) case\(self.cases.count == 1 ? "" : "s"), \(failures); "
            + "\(coverage.coveredRules) of \(coverage.rules.count) rules, "
            + "\(coverage.coveredBranches) of \(coverage.branches) branches"
    }

    /// For programs.
    package var document: DocumentValue {
        .object([
            .init("file", .string(self.name)), .init("policy", .string(self.policyName)),
            .init("failed", .integer(self.failureCount)),
            .init(
                "cases",
                .list(
                    self.cases.map { result in
                        .object([
                            .init("name", .string(result.name)), .init("line", .integer(result.position.line)),
                            .init("passed", .bool(result.differences.isEmpty)),
                            .init("differences", .list(result.differences.map(DocumentValue.string))),
                        ])
                    }
                )
            ),
            .init(
                "rules",
                .list(
                    self.coverage.rules.map { rule in
                        .object([
                            .init("phase", .string(rule.phase.rawValue)), .init("line", .integer(rule.position.line)),
                            .init("name", rule.name.map(DocumentValue.string) ?? .null),
                            .init("matched", .integer(rule.matches)), .init("unmatched", .integer(rule.misses)),
                        ])
                    }
                )
            ),
        ])
    }
}
