/// What is wrong with the source of an expression, for the person who wrote it.
package struct Diagnostic: Error, Sendable, Hashable {
    /// Where, in bytes of the source's UTF-8. Empty where something is missing.
    package let range: Range<Int>
    /// One line: what is wrong and what was expected; names the offending text.
    package let message: String
    /// A name or spelling that may have been meant.
    package let suggestion: String?

    package init(_ message: String, at range: Range<Int>, suggestion: String? = nil) {
        self.range = range
        self.message = message
        self.suggestion = suggestion
    }
}

/// All that is wrong with one source; never empty.
package struct Diagnostics: Error, Sendable, Hashable {
    package let all: [Diagnostic]

    package init(_ first: Diagnostic, _ more: [Diagnostic] = []) {
        self.all = [first] + more
    }
}
