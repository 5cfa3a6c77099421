import Conformance
import Foundation
import Testing

/// The runner of the `cel` suite passes nothing over: what it can't read, it counts as failed.
@Suite struct ExpressionFormTests {
    private static let good = #"{"id": "f/s/one", "expr": "1 + 1", "expect": {"value": {"int": "2"}}}"#

    private static func file(_ cases: [String], schema: Int = 1, more: String = "") -> String {
        """
        {"schema": \(schema), "source": {}, "file": "f", "section": "s", "tier": 1,\(more)
         "cases": [\(cases.joined(separator: ","))]}
        """
    }

    /// The results for a folder with these files.
    private static func results(_ files: [String: String]) throws -> [CaseResult] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "portico-cel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A left-over harms nobody.
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        return try #require(Conformance.Suite.named("cel")).run(folder: folder)
    }

    @Test func `Cases of another folder pass, and explanations beside them are no cases`() throws {
        let results = try Self.results(["f.s.json": Self.file([Self.good]), "README.md": "# Cases"])
        #expect(results.map(\.name) == ["f/s/one"])
        #expect(results.map(\.hasPassed) == [true])
    }

    @Test(arguments: [
        #"{"id": "f/s/two", "expr": "1", "expect": {"value": {"int": "2"}}}"#,
        #"{"id": "f/s/two", "expr": "1", "expect": {"value": {"uint": "1"}}}"#,
        #"{"id": "f/s/two", "expr": "1", "expect": {"error": []}}"#,
        #"{"id": "f/s/two", "expr": "1 +", "expect": {"value": {"int": "1"}}}"#,
        #"{"id": "f/s/two", "expr": "1", "expect": {"value": {"integer": "1"}}}"#,
        #"{"id": "f/s/two", "expr": "1", "expect": {"value": {"int": "1"}, "error": []}}"#,
        #"{"id": "f/s/two", "expr": "1", "expect": {"value": {"int": "1"}}, "container": "a.b"}"#,
        #"{"id": "f/s/two", "expr": "1", "declare": {"x": "set(int)"}, "expect": {"value": {"int": "1"}}}"#,
        #"{"id": "f/s/one", "expr": "1", "expect": {"value": {"int": "1"}}}"#,
    ])
    func `A case that is wrong, can't be read or stands twice is a failure of its own`(other: String) throws {
        let results = try Self.results(["f.s.json": Self.file([Self.good, other])])
        #expect(results.map(\.hasPassed) == [true, false])
    }

    @Test(arguments: [
        Self.file([]), Self.file([Self.good], schema: 2), Self.file([Self.good], more: #" "skip": true,"#),
        "[]", "no JSON", "",
    ])
    func `A file of another form is a failure`(text: String) throws {
        let results = try Self.results(["a.b.json": Self.file([Self.good]), "f.s.json": text])
        #expect(results.map(\.hasPassed) == [true, false])
    }

    @Test func `A file that is neither cases nor an explanation is a failure`() throws {
        let results = try Self.results(["f.s.json": Self.file([Self.good]), "f.t.textproto": "name: \"f\""])
        #expect(results.map(\.hasPassed) == [true, false])
    }

    @Test func `A folder without cases is an error`() throws {
        #expect(throws: (any Error).self) { try Self.results(["README.md": "# Cases"]) }
    }

    @Test(arguments: ["int", "dyn", "any", "wrapper(int)", "list(map(string, list(uint)))", "null_type"])
    func `Types may be declared as the format has them`(type: String) throws {
        let one =
            #"{"id": "f/s/two", "expr": "true", "declare": {"a.b": "\#(type)"}, "expect": {"value": {"bool": true}}}"#
        #expect(try Self.results(["f.s.json": Self.file([one])]).map(\.failure) == [nil])
    }
}
