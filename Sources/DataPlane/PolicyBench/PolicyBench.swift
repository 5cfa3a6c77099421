import Addressing
import Model
package import PolicyEngine
package import TrafficPolicy

/// A policy on a bench: exchanges of the engine run through it with no sockets, for tests of policies and for who asks why.
package struct PolicyBench {
    package let policy: Policy
    private let endpoint: EndpointFacts

    /// - Throws: where the policy is wrong for the endpoint, or this build cannot run it.
    package init(_ text: String, at endpoint: PolicySuite.Endpoint) throws(SuiteFailure) {
        guard let id = ResourceID<EndpointKind>("ep_bench"), let account = ResourceID<AccountKind>("ac_bench") else {
            preconditionFailure("the identifiers are well-formed")
        }
        self.endpoint = EndpointFacts(id: id, account: account, url: endpoint.url)
        do throws(PolicyErrors) {
            self.policy = try Policy(parsing: text, for: endpoint.url.scheme, checking: CompiledExpressions())
            try endpoint.attachment.check(self.policy)
        } catch {
            throw .policy(error)
        }
        _ = try self.program()
    }

    /// A program with nothing counted yet.
    func program() throws(SuiteFailure) -> PolicyProgram {
        do throws(PolicyErrors) {
            return try PolicyProgram(self.policy)
        } catch {
            throw .notRunnable(error)
        }
    }

    /// What comes of a case. `observer` is told of each step when it is made, while the exchange is as the step left it.
    package func outcome(
        of policyCase: PolicyCase,
        in suite: PolicySuite,
        observer: ((Exchange, PolicyRecord.Step) -> Void)? = nil
    ) throws(SuiteFailure) -> CaseOutcome {
        let run = CaseRun(
            suite: suite,
            policyCase: policyCase,
            program: try self.program(),
            endpoint: self.endpoint,
            observer: observer
        )
        return run.outcome()
    }

    func rule(at place: PolicyRecord.Place) -> Rule? {
        let rules = self.policy.rules(in: place.phase)
        return rules.indices.contains(place.rule) ? rules[place.rule] : nil
    }

    /// What an exchange noted, with the line of the policy.
    func line(for problem: PolicyRecord.Problem) -> String {
        let line = self.rule(at: problem.place)?.position.line
        return "line \(line.map(String.init) ?? "?"): \(problem.message)"
    }
}
