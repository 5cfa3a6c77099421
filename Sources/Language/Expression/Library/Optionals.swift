extension StandardLibrary {
    private static let content = ExpressionType.parameter("T")
    private static let optional = ExpressionType.optional(content)

    /// Values that may be missing. What stands behind `or` and `orValue` is evaluated only where it is needed: the planner
    /// sees to it.
    static let optionals: [FunctionDeclaration] = [
        FunctionDeclaration(
            "optional.of",
            summary: "An optional that has the value.",
            examples: ["optional.of(1).value() == 1", "optional.of(null).hasValue()"],
            overloads: [.function([content], optional, .calling(Optionals.of))]
        ),
        FunctionDeclaration(
            "optional.ofNonZeroValue",
            summary: "An optional that has the value, unless that is empty, zero, false or null.",
            examples: ["!optional.ofNonZeroValue('').hasValue()", "optional.ofNonZeroValue(42).value() == 42"],
            overloads: [.function([content], optional, .calling(Optionals.ofNonZero))]
        ),
        FunctionDeclaration(
            "optional.none",
            summary: "An optional without a value.",
            examples: ["!optional.none().hasValue()", "optional.none() == optional.none()"],
            overloads: [.function([], .optional(.dyn), .calling(Optionals.none))]
        ),
        FunctionDeclaration(
            "hasValue",
            summary: "Whether an optional has a value.",
            examples: ["{'a': 1}.?a.hasValue()", "!{'a': 1}.?b.hasValue()"],
            overloads: [.method([optional], .bool, .calling(Optionals.hasValue))]
        ),
        FunctionDeclaration(
            "value",
            summary: "The value of an optional; an error where it has none.",
            examples: ["{'a': 1}.?a.value() == 1"],
            overloads: [.method([optional], content, .calling(Optionals.value))]
        ),
        FunctionDeclaration(
            "or",
            summary: "The optional where it has a value, otherwise another one.",
            examples: ["{'a': 1}.?b.or({'a': 1}.?a).value() == 1"],
            overloads: [.method([optional, optional], optional, .calling(Optionals.or))]
        ),
        FunctionDeclaration(
            "orValue",
            summary: "The value of an optional where it has one, otherwise another value.",
            examples: ["{'a': 1}.?b.orValue(0) == 0", "[1][?0].orValue(0) == 1"],
            overloads: [.method([optional, content], content, .calling(Optionals.orValue))]
        ),
    ]
}

private enum Optionals {
    static func of(_ value: Value, _: Evaluation) throws(EvaluationError) -> Value {
        .optional(OptionalBox(value))
    }

    static func ofNonZero(_ value: Value, _: Evaluation) throws(EvaluationError) -> Value {
        .optional(OptionalBox(value.isZero ? nil : value))
    }

    static func none(_: Evaluation) throws(EvaluationError) -> Value {
        .optional(OptionalBox(nil))
    }

    static func hasValue(_ optional: Value, _: Evaluation) throws(EvaluationError) -> Bool {
        try self.wrapped(optional) != nil
    }

    static func value(_ optional: Value, _: Evaluation) throws(EvaluationError) -> Value {
        guard let value = try self.wrapped(optional) else { throw .invalid("the optional has no value") }
        return value
    }

    static func or(_ optional: Value, _ other: Value, _: Evaluation) throws(EvaluationError) -> Value {
        try self.wrapped(optional) == nil ? other : optional
    }

    static func orValue(_ optional: Value, _ other: Value, _: Evaluation) throws(EvaluationError) -> Value {
        try self.wrapped(optional) ?? other
    }

    private static func wrapped(_ value: Value) throws(EvaluationError) -> Value? {
        guard case .optional(let box) = value else {
            throw EvaluationError(.noSuchOverload("an optional is needed, not \(value.typeName.rawValue)"))
        }
        return box.wrapped
    }
}

extension Value {
    /// Whether the value is what an absent variable of its type reads as.
    fileprivate var isZero: Bool {
        switch self {
        case .null: true
        case .bool(let bool): !bool
        case .int(let int): int == 0
        case .uint(let uint): uint == 0
        case .double(let double): double == 0
        case .string(let text): text.isEmpty
        case .bytes(let bytes): bytes.isEmpty
        case .list(let list): list.isEmpty
        case .map(let map): map.count == 0
        case .timestamp(let moment): moment.seconds == 0 && moment.nanoseconds == 0
        case .duration(let span): span.nanoseconds == 0
        case .optional(let box): box.wrapped == nil
        case .type: false
        }
    }
}
