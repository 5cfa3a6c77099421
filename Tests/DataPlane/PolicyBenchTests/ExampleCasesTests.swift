import Foundation
import Model
import PolicyEngine
import TestSupport
import Testing
import TrafficPolicy

@testable import PolicyBench

/// The cases beside the policies of `Examples/policies/` come out as they say.
@Suite struct ExampleCasesTests {
    private static let folder = SharedMaterial.packageRoot.appending(
        path: "Examples/policies",
        directoryHint: .isDirectory
    )

    /// Paths below the folder, without their ends. Empty when it cannot be read, which a test tells.
    static let names: [String] = {
        let found = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(".test.yaml") }.map { String($0.dropLast(".test.yaml".count)) }.sorted()
    }()

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: name, directoryHint: .notDirectory), encoding: .utf8)
    }

    private static func actions(of policy: Policy) -> Set<ActionType> {
        Set(policy.rules.values.joined().flatMap(\.actions).map(\.type))
    }

    @Test(arguments: Self.names) func `The cases of an example come out as they say`(name: String) throws {
        let suite: PolicySuite
        let cases = try Self.text("\(name).test.yaml")
        do throws(PolicyErrors) {
            suite = try PolicySuite(parsing: cases)
        } catch {
            Issue.record("\(error)")
            return
        }
        let policy = try Self.text("\(name).yaml")
        do throws(SuiteFailure) {
            let result = try suite.run("\(name).test.yaml", on: "\(name).yaml", policy)
            #expect(result.failureCount == 0, "\(result.text)")
        } catch .notRunnable(let errors) {
            // Actions that have no behaviour here yet are named, and nothing else stops the cases.
            #expect(errors.problems.allSatisfy { $0.code == .policyActionLater }, "\(errors)")
            #expect(try !Self.actions(of: Policy(parsing: policy)).isSubset(of: PolicyProgram.runnable))
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func `Every example that can run has cases`() throws {
        let found = FileManager.default.enumerator(atPath: Self.folder.path)?.compactMap { $0 as? String } ?? []
        let policies = found.filter { $0.hasSuffix(".yaml") && !$0.hasSuffix(".test.yaml") }.map { $0.dropLast(5) }
        let missing = try policies.filter { name in
            let policy = try Policy(parsing: Self.text("\(name).yaml"))
            return Self.actions(of: policy).isSubset(of: PolicyProgram.runnable) && !Self.names.contains(String(name))
        }
        #expect(!policies.isEmpty && missing.isEmpty, "\(missing)")
    }
}
