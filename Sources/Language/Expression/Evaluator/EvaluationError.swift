/// Why an expression has no value.
package struct EvaluationError: Error, Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        /// A key or member that a map doesn't have; the text is the key's.
        case noSuchKey(String)
        case indexOutOfRange(Int64, count: Int)
        /// No overload of the function, or operator, takes such values.
        case noSuchOverload(String)
        case divisionByZero
        /// A number, timestamp or duration that leaves its range.
        case overflow(String)
        /// A value that the function can't work with: what is wrong with it.
        case invalidArgument(String)
        case duplicateKey(String)
        /// Over the bound of steps or of time.
        case budgetExceeded(String)
        /// A string, bytes, list or map that grew over its bound.
        case resultTooLarge(String)
        /// The host could not give the value of a variable or a function: its words.
        case host(String)
    }

    package let reason: Reason
    /// The node that failed, in bytes of the source's UTF-8; nil until the evaluator has placed it.
    package var range: Range<Int>?

    package init(_ reason: Reason, at range: Range<Int>? = nil) {
        self.reason = reason
        self.range = range
    }
}

extension EvaluationError {
    /// The error with a place, unless it knows a more exact one.
    func placed(at range: Range<Int>) -> EvaluationError {
        self.range == nil ? EvaluationError(self.reason, at: range) : self
    }

    /// Whether `&&`, `||`, `all` and `exists` may answer in spite of it. A run that is over its budget ends, whatever the
    /// expression says.
    var isAbsorbable: Bool {
        if case .budgetExceeded = self.reason { false } else { true }
    }
}
