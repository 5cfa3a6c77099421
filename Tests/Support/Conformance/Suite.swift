package import Foundation
import TestSupport

/// A published suite that runs inside a Swift process.
package struct Suite: Sendable {
    /// What people type, and the folder below `conformance/` of the shared material.
    package let name: String
    /// What it covers, in a few words.
    package let title: String
    private let cases: @Sendable (URL) throws -> [CaseResult]

    init(name: String, title: String, cases: @escaping @Sendable (URL) throws -> [CaseResult]) {
        self.name = name
        self.title = title
        self.cases = cases
    }

    /// Runs every case of the suite.
    ///
    /// - Parameter folder: other cases of the same form; nil for the published ones.
    /// - Returns: a result for each case; never none.
    /// - Throws: when the cases cannot be read.
    package func run(folder: URL? = nil) throws -> [CaseResult] {
        let folder = try folder ?? SharedMaterial.folder("conformance/\(self.name)")
        let results = try self.cases(folder)
        guard !results.isEmpty else { throw UnreadableFile(file: folder.path, reason: "it holds no cases") }
        return results
    }
}

extension Suite {
    /// All suites, in the order in which they run.
    package static let all: [Suite] = [
        Suite(
            name: "agent-protocol",
            title: "frames, flow control, preambles, recorded exchanges",
            cases: runAgentProtocolVectors
        ),
        Suite(name: "cel", title: "expressions: the language's published cases", cases: runExpressionVectors),
        Suite(name: "ip", title: "addresses, prefixes, lists, SSRF, X-Forwarded-For", cases: runIPVectors),
        Suite(name: "proxy-protocol", title: "PROXY headers of both versions", cases: runProxyProtocolVectors),
    ]

    package static func named(_ name: String) -> Suite? {
        Self.all.first { $0.name == name }
    }
}
