package import TrafficPolicy

/// What came of the cases of one file.
package struct SuiteResult: Sendable {
    /// How the file of cases is called.
    package let name: String
    /// How the policy is called.
    package let policyName: String
    package let cases: [CaseResult]
    package let coverage: PolicyCoverage

    package var failureCount: Int { self.cases.count { !$0.differences.isEmpty } }

    package struct CaseResult: Sendable {
        package let name: String
        package let position: SourcePosition
        /// Empty where all is as expected.
        package let differences: [String]
        /// What had no value or did not work on the way, as lines.
        package let problems: [String]
    }
}

/// Why cases do not run at all.
package enum SuiteFailure: Error, Sendable {
    /// The file of cases cannot be read.
    case cases(PolicyErrors)
    /// The policy is wrong, for the endpoint that the file of cases names.
    case policy(PolicyErrors)
    /// This build cannot run one of its actions.
    case notRunnable(PolicyErrors)
}

extension PolicySuite {
    /// Runs all cases on the policy `text`. Reports call the file of cases `name` and the policy `policyName`.
    package func run(_ name: String, on policyName: String, _ text: String) throws(SuiteFailure) -> SuiteResult {
        let bench = try PolicyBench(text, at: self.endpoint)
        var coverage = PolicyCoverage(bench.policy)
        var results: [SuiteResult.CaseResult] = []
        for policyCase in self.cases {
            let outcome = try bench.outcome(of: policyCase, in: self)
            coverage.count(outcome.steps)
            results.append(
                SuiteResult.CaseResult(
                    name: policyCase.name,
                    position: policyCase.position,
                    differences: policyCase.expected.differences(from: outcome, of: bench.policy),
                    problems: outcome.problems.map { bench.line(for: $0) }
                )
            )
        }
        return SuiteResult(name: name, policyName: policyName, cases: results, coverage: coverage)
    }
}
