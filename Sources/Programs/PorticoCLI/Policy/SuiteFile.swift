import AgentRuntime
import Foundation
import PolicyBench
import TrafficPolicy

/// A file of cases, and the policy that it is for.
struct SuiteFile {
    /// Why the cases do not run, as lines.
    struct Problem: Error {
        let report: String
    }

    private let path: String

    /// - Parameter path: of the file of cases, or of a policy that has one beside it.
    init(_ path: String) {
        let isSuite = path.hasSuffix(".test.yaml") || path.hasSuffix(".test.yml") || path.hasSuffix(".test.json")
        let stem = path.split(separator: ".", omittingEmptySubsequences: false).dropLast().joined(separator: ".")
        self.path = isSuite ? path : "\(stem).test.yaml"
    }

    /// Whether there is a file of cases at all.
    var hasCases: Bool { FileManager.default.fileExists(atPath: self.path) }

    func suite() throws(Problem) -> PolicySuite { try Self.parse(self.read(self.path), named: self.path) }

    static func parse(_ text: String, named name: String) throws(Problem) -> PolicySuite {
        do throws(PolicyErrors) {
            return try PolicySuite(parsing: text)
        } catch {
            throw Problem(report: PolicyReport(name, text: text, problems: error.problems).text)
        }
    }

    func run() throws(Problem) -> SuiteResult {
        let suite = try self.suite()
        let policyPath = self.policyPath(suite)
        let policy = try self.read(policyPath)
        do throws(SuiteFailure) {
            return try suite.run(self.path, on: policyPath, policy)
        } catch {
            throw Problem(report: PolicyReport(policyPath, text: policy, problems: error.errors.problems).text)
        }
    }

    /// Shows how the policy answers the case of this name, or the first one without a name.
    func explain(_ suite: PolicySuite, named name: String?) throws(Problem) -> Explanation {
        let policyPath = self.policyPath(suite)
        let policy = try self.read(policyPath)
        guard let policyCase = suite.cases.first(where: { name == nil || $0.name == name }) else {
            throw Problem(report: "\(self.path): there is no case \"\(name ?? "")\"\n")
        }
        do throws(SuiteFailure) {
            return try PolicyBench(policy, at: suite.endpoint).explain(policyCase, in: suite)
        } catch {
            throw Problem(report: PolicyReport(policyPath, text: policy, problems: error.errors.problems).text)
        }
    }

    private func read(_ path: String) throws(Problem) -> String {
        do throws(TextFileError) {
            return try TextFile.read(path, limit: PolicyLimits().documentBytes)
        } catch {
            throw Problem(report: "\(path): \(error.reason)\n")
        }
    }

    /// The policy counts from the folder of the file of cases.
    private func policyPath(_ suite: PolicySuite) -> String {
        let own = self.path.replacing(".test.", with: ".")
        guard let named = suite.policy else { return own }
        guard !named.hasPrefix("/"), let slash = self.path.lastIndex(of: "/") else { return named }
        return "\(self.path[...slash])\(named)"
    }
}

extension SuiteFailure {
    fileprivate var errors: PolicyErrors {
        switch self {
        case .cases(let errors), .policy(let errors), .notRunnable(let errors): errors
        }
    }
}
