// What functions do costs steps, and what they make has a bound.

extension Evaluation {
    /// The longest list that a function makes: a value is two words and a tag, so as much memory as the longest string.
    static let maximumElements = 1 << 16

    /// Charges for a string or bytes that a function is about to make.
    ///
    /// - Throws: where they are larger than a result may be.
    func admit(bytes: Int) throws(EvaluationError) {
        try self.admit(resultBytes: bytes)
        try self.charge(bytes: bytes)
    }

    /// Refuses a list longer than a function may make.
    func admit(elements: Int) throws(EvaluationError) {
        guard elements <= Self.maximumElements else {
            throw EvaluationError(.resultTooLarge("a list of more than \(Self.maximumElements) elements"))
        }
    }
}

extension EvaluationError {
    static func invalid(_ problem: String) -> EvaluationError { EvaluationError(.invalidArgument(problem)) }
    static func overflow(_ what: String) -> EvaluationError { EvaluationError(.overflow(what)) }
}
