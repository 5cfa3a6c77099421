/// A pattern that is no regular expression, or one too large.
package struct LinearRegexError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, with the offending part of the pattern: `missing closing ): (a`.
    package let problem: String

    package var description: String { self.problem }
}
