import Addressing
import Foundation
import TestSupport
import Testing
import TrafficPolicy

/// The policies of `Examples/policies/`: what people start from, so each must be right.
enum ExamplePolicies {
    static let folder = SharedMaterial.packageRoot.appending(path: "Examples/policies", directoryHint: .isDirectory)

    /// Paths below the folder. Empty when it cannot be read, which a test tells.
    static let names: [String] = {
        let found = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(".yaml") && !$0.hasSuffix(".test.yaml") }.sorted()
    }()

    static func text(of name: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: name, directoryHint: .notDirectory), encoding: .utf8)
    }

    /// The endpoint that a policy says it is for in its first line: `# Endpoint: cloud, https, internal`.
    static func attachment(of text: String) throws -> PolicyAttachment {
        let first = try #require(text.split(separator: "\n").first)
        let words = try #require(first.split(separator: ":").last).split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        try #require(first.hasPrefix("# Endpoint:") && (2...3).contains(words.count), "\(first)")
        return PolicyAttachment(
            scheme: try #require(EndpointScheme(rawValue: words[1])),
            isInternal: words.count == 3 && words[2] == "internal",
            isCloud: words[0] == "cloud",
            runnable: Set(ActionType.allCases)
        )
    }
}

@Suite struct ExamplePoliciesTests {
    @Test(arguments: ExamplePolicies.names)
    func `An example is valid for the endpoint that it names, and no rule of it is dead`(name: String) throws {
        let text = try ExamplePolicies.text(of: name)
        let report = PolicyReport(name, text: text, for: try ExamplePolicies.attachment(of: text))
        #expect(report.errors.isEmpty && report.warnings.isEmpty, "\(report.text)")
        #expect(report.ruleCount > 0)
    }

    @Test(arguments: ExamplePolicies.names) func `An example reads as the same after it was written`(name: String)
        throws
    {
        let text = try ExamplePolicies.text(of: name)
        let first = try Policy(parsing: text).json(.revealed)
        #expect(try Policy(parsing: first).json(.revealed) == first)
    }

    @Test func `There are examples for every use, and every action is in one`() throws {
        #expect(ExamplePolicies.names.count >= 50)
        let policies = try ExamplePolicies.names.map { try Policy(parsing: ExamplePolicies.text(of: $0)) }
        let used = Set(policies.flatMap { $0.rules.values.joined() }.flatMap(\.actions).map(\.type))
        let unused = Set(ActionType.allCases).subtracting(used)
        #expect(unused == [.requestBodyFindReplace], "\(unused)")
    }

    @Test(arguments: ActionType.allCases) func `The example of every page of the reference is valid`(type: ActionType) {
        let report = PolicyReport("\(type)", text: type.description.example)
        #expect(report.errors.isEmpty && report.warnings.isEmpty, "\(report.text)")
    }
}
