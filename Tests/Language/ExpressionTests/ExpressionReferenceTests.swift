import Expression
import Foundation
import TestSupport
import Testing

@Suite struct ExpressionReferenceTests {
    @Test func `The reference page says what the tables say`() throws {
        let file = SharedMaterial.packageRoot.appending(path: "docs/expressions.md", directoryHint: .notDirectory)
        let expected = ExpressionReference.page()
        if ProcessInfo.processInfo.environment["PORTICO_WRITE_DOCS"] == "1" { try Data(expected.utf8).write(to: file) }
        // A page that is missing reads as empty and so differs.
        let found = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        // Compared outside of the macro, which would print both pages whole.
        let isCurrent = found == expected
        #expect(isCurrent, "docs/expressions.md is out of date: run the tests once with PORTICO_WRITE_DOCS=1")
    }

    @Test(arguments: Macro.all.flatMap(\.examples))
    func `An example of a macro is true`(source: String) {
        #expect(outcome(of: source) == isTrue)
    }
}
