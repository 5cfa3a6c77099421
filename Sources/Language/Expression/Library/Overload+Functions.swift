// Overloads from Swift functions: the types of the parameters and of the result are the function's own, but where a row of
// the table says what they are (a list of strings, a parameter of types).

typealias Function0<R> = @Sendable (Evaluation) throws(EvaluationError) -> R
typealias Function1<A, R> = @Sendable (A, Evaluation) throws(EvaluationError) -> R
typealias Function2<A, B, R> = @Sendable (A, B, Evaluation) throws(EvaluationError) -> R
typealias Function3<A, B, C, R> = @Sendable (A, B, C, Evaluation) throws(EvaluationError) -> R
typealias Function4<A, B, C, D, R> = @Sendable (A, B, C, D, Evaluation) throws(EvaluationError) -> R

extension Implementation {
    static func calling<R: Payload>(_ body: @escaping Function0<R>) -> Implementation {
        .nullary { (run: Evaluation) throws(EvaluationError) -> Value in
            try body(run).asValue
        }
    }

    static func calling<A: Payload, R: Payload>(_ body: @escaping Function1<A, R>) -> Implementation {
        .unary { (first: Value, run: Evaluation) throws(EvaluationError) -> Value in
            guard let first = A(first) else { throw Self.mismatch([first]) }
            return try body(first, run).asValue
        }
    }

    static func calling<A: Payload, B: Payload, R: Payload>(_ body: @escaping Function2<A, B, R>) -> Implementation {
        .binary { (first: Value, second: Value, run: Evaluation) throws(EvaluationError) -> Value in
            guard let left = A(first), let right = B(second) else { throw Self.mismatch([first, second]) }
            return try body(left, right, run).asValue
        }
    }

    static func calling<A: Payload, B: Payload, C: Payload, R: Payload>(
        _ body: @escaping Function3<A, B, C, R>
    ) -> Implementation {
        .variadic { (all: [Value], run: Evaluation) throws(EvaluationError) -> Value in
            guard all.count == 3, let first = A(all[0]), let second = B(all[1]), let third = C(all[2]) else {
                throw Self.mismatch(all)
            }
            return try body(first, second, third, run).asValue
        }
    }

    static func calling<A: Payload, B: Payload, C: Payload, D: Payload, R: Payload>(
        _ body: @escaping Function4<A, B, C, D, R>
    ) -> Implementation {
        .variadic { (all: [Value], run: Evaluation) throws(EvaluationError) -> Value in
            guard all.count == 4, let first = A(all[0]), let second = B(all[1]), let third = C(all[2]),
                let fourth = D(all[3])
            else {
                throw Self.mismatch(all)
            }
            return try body(first, second, third, fourth, run).asValue
        }
    }

    /// The caller has matched the types, so this is met only where a host's value is not of the type that it declared.
    private static func mismatch(_ values: [Value]) -> EvaluationError {
        EvaluationError(.noSuchOverload("(" + values.map(\.typeName.rawValue).joined(separator: ", ") + ")"))
    }
}

// MARK: - Methods

extension Overload {
    static func method<A: Payload, R: Payload>(_ body: @escaping Function1<A, R>) -> Overload {
        Overload(method: true, [A.expressionType], R.expressionType, .calling(body))
    }

    static func method<A: Payload, B: Payload, R: Payload>(_ body: @escaping Function2<A, B, R>) -> Overload {
        Overload(method: true, [A.expressionType, B.expressionType], R.expressionType, .calling(body))
    }

    static func method<A: Payload, B: Payload, C: Payload, R: Payload>(
        _ body: @escaping Function3<A, B, C, R>
    ) -> Overload {
        Overload(
            method: true,
            [A.expressionType, B.expressionType, C.expressionType],
            R.expressionType,
            .calling(body)
        )
    }

    static func method<A: Payload, B: Payload, C: Payload, D: Payload, R: Payload>(
        _ body: @escaping Function4<A, B, C, D, R>
    ) -> Overload {
        Overload(
            method: true,
            [A.expressionType, B.expressionType, C.expressionType, D.expressionType],
            R.expressionType,
            .calling(body)
        )
    }

    /// A method whose types the row says.
    static func method(
        _ parameters: [ExpressionType],
        _ result: ExpressionType,
        _ implementation: Implementation
    ) -> Overload {
        Overload(method: true, parameters, result, implementation)
    }
}

// MARK: - Functions

extension Overload {
    static func function<A: Payload, R: Payload>(_ body: @escaping Function1<A, R>) -> Overload {
        Overload(method: false, [A.expressionType], R.expressionType, .calling(body))
    }

    static func function<A: Payload, B: Payload, R: Payload>(_ body: @escaping Function2<A, B, R>) -> Overload {
        Overload(method: false, [A.expressionType, B.expressionType], R.expressionType, .calling(body))
    }

    /// A function whose types the row says.
    static func function(
        _ parameters: [ExpressionType],
        _ result: ExpressionType,
        _ implementation: Implementation
    ) -> Overload {
        Overload(method: false, parameters, result, implementation)
    }
}
