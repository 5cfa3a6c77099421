/// What one part of an expression came to in a run.
package struct TraceEntry: Sendable {
    /// Where the part stands, in bytes of the source's UTF-8.
    package let range: Range<Int>
    package let outcome: Result<Value, EvaluationError>
}

extension Evaluation {
    /// The most parts that a run notes; comprehensions have as many as they have rounds.
    package static let longestTrace = 10_000

    func note(_ outcome: Result<Value, EvaluationError>, at range: Range<Int>) {
        guard self.trace.count < Self.longestTrace else { return }
        self.trace.append(TraceEntry(range: range, outcome: outcome))
    }
}
