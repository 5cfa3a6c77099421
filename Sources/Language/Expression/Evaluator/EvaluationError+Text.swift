extension EvaluationError.Reason {
    /// What happened, for the person who wrote the expression.
    package var text: String {
        switch self {
        case .noSuchKey(let key): "no such key: '\(key)'"
        case .indexOutOfRange(let index, let count): "index \(index) is outside of a list of \(count)"
        case .noSuchOverload(let shape): "no such overload: \(shape)"
        case .divisionByZero: "division by zero"
        case .overflow(let what): "overflow: \(what)"
        case .invalidArgument(let problem): problem
        case .duplicateKey(let key): "the key '\(key)' is there twice"
        case .budgetExceeded(let what): what
        case .resultTooLarge(let what): "the result is too large: \(what)"
        case .host(let words): words
        }
    }
}
