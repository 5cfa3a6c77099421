import Foundation
import PolicyBench
import TestSupport
import Testing
import TrafficPolicy

/// The commands that `docs/policy-tools.md` shows print what it says.
@Suite struct ToolPageTests {
    @Test func `The page shows what the commands print`() throws {
        let file = SharedMaterial.packageRoot.appending(path: "docs/policy-tools.md", directoryHint: .notDirectory)
        let written = try String(contentsOf: file, encoding: .utf8)
        let played = try ToolPage(written).played()
        if ProcessInfo.processInfo.environment["PORTICO_WRITE_DOCS"] == "1" {
            try Data(played.utf8).write(to: file)
        } else {
            #expect(written == played, "PORTICO_WRITE_DOCS=1 swift test --filter ToolPage writes the page")
        }
        let commands = ToolPage(played).commands
        #expect(Set(commands.map { $0[2] }) == ["check", "test", "explain"])
    }
}

/// A page of text with fenced blocks: files, which begin with a comment that is their name, and commands on them.
private struct ToolPage {
    private struct Unknown: Error {
        let command: [String]
    }

    /// Text and blocks in turn; a block begins with the name of its language.
    private let parts: [String]
    private let files: [String: String]

    init(_ page: String) {
        self.parts = page.components(separatedBy: "```")
        let blocks = self.parts.enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
        let named = blocks.filter { $0.hasPrefix("yaml\n# ") }.map { block in
            let text = String(block.dropFirst("yaml\n".count))
            return (String(text.split(separator: "\n")[0].dropFirst(2)), text)
        }
        self.files = Dictionary(uniqueKeysWithValues: named)
    }

    /// The words of each.
    var commands: [[String]] { self.parts.compactMap(Self.command) }

    private static func command(_ block: String) -> [String]? {
        guard block.hasPrefix("\n$ portico "), let line = block.split(separator: "\n").first else { return nil }
        // Words in quotes stand alone between them.
        let pieces = line.dropFirst(2).split(separator: "'", omittingEmptySubsequences: false)
        return pieces.enumerated().flatMap { index, piece in
            index.isMultiple(of: 2) ? piece.split(separator: " ").map(String.init) : [String(piece)]
        }
    }

    /// The page with what the commands print now.
    func played() throws -> String {
        try self.parts.map { part in
            guard let command = Self.command(part), let line = part.split(separator: "\n").first else { return part }
            return "\n\(line)\n\(try self.output(of: command))"
        }.joined(separator: "```")
    }

    private func text(_ name: String) throws -> String { try #require(self.files[name], "\(name) is not on the page") }

    private func output(of command: [String]) throws -> String {
        try #require(command.count > 3)
        let name = command[3]
        let policy = try self.text(name)
        guard command[2] != "check" else { return PolicyReport(name, text: policy).text }
        let cases = name.replacing(".yaml", with: ".test.yaml")
        let suite = try PolicySuite(parsing: self.text(cases))
        switch (command[2], command.dropFirst(4).first) {
        case ("test", nil): return try suite.run(cases, on: name, policy).text
        case ("explain", "--case"):
            let policyCase = try #require(suite.cases.first { $0.name == command.last })
            return try PolicyBench(policy, at: suite.endpoint).explain(policyCase, in: suite).text
        default: throw Unknown(command: command)
        }
    }
}
