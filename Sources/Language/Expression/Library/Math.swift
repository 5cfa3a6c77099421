extension StandardLibrary {
    /// The math extension.
    static let math: [FunctionDeclaration] = mathChoice + mathRounding + mathTests + mathBits

    private static let mathChoice = [
        FunctionDeclaration(
            "math.greatest",
            summary: "The greatest of the numbers that are given, or of a list of numbers; of equals the first.",
            examples: ["math.greatest(1, 3, 2) == 3", "math.greatest([1, 2.5]) == 2.5"],
            overloads: [Math.choice { $0 == .behind }]
        ),
        FunctionDeclaration(
            "math.least",
            summary: "The least of the numbers that are given, or of a list of numbers; of equals the first.",
            examples: ["math.least(1, 3, 2) == 1", "math.least([1, 0.5]) == 0.5"],
            overloads: [Math.choice { $0 == .before }]
        ),
    ]

    private static let mathRounding = [
        FunctionDeclaration(
            "math.ceil",
            summary: "The smallest whole double that is not less.",
            examples: ["math.ceil(1.2) == 2.0"],
            overloads: [.function { (number: Double, _: Evaluation) in number.rounded(.up) }]
        ),
        FunctionDeclaration(
            "math.floor",
            summary: "The greatest whole double that is not more.",
            examples: ["math.floor(-1.2) == -2.0"],
            overloads: [.function { (number: Double, _: Evaluation) in number.rounded(.down) }]
        ),
        FunctionDeclaration(
            "math.round",
            summary: "The nearest whole double; a half is rounded away from zero.",
            examples: ["math.round(-1.5) == -2.0", "math.round(1.4) == 1.0"],
            overloads: [.function { (number: Double, _: Evaluation) in number.rounded(.toNearestOrAwayFromZero) }]
        ),
        FunctionDeclaration(
            "math.trunc",
            summary: "The double without its fraction.",
            examples: ["math.trunc(-1.7) == -1.0"],
            overloads: [.function { (number: Double, _: Evaluation) in number.rounded(.towardZero) }]
        ),
        FunctionDeclaration(
            "math.abs",
            summary: "The number without its sign.",
            examples: ["math.abs(-3) == 3", "math.abs(-1.5) == 1.5"],
            overloads: [
                .function(Math.absolute),
                .function { (number: UInt64, _: Evaluation) in number },
                .function { (number: Double, _: Evaluation) in number.magnitude },
            ]
        ),
        FunctionDeclaration(
            "math.sign",
            summary: "-1, 0 or 1 of the number's own type, as the number is less than zero, zero or more.",
            examples: ["math.sign(-3) == -1", "math.sign(2.5) == 1.0", "math.sign(0u) == 0u"],
            overloads: [
                .function { (number: Int64, _: Evaluation) in number.signum() },
                .function { (number: UInt64, _: Evaluation) in UInt64(number.signum()) },
                .function { (number: Double, _: Evaluation) in number > 0 ? 1 : number < 0 ? -1 : number },
            ]
        ),
        FunctionDeclaration(
            "math.sqrt",
            summary: "The square root as a double; NaN of what is less than zero.",
            examples: ["math.sqrt(9) == 3.0", "math.isNaN(math.sqrt(-1.0))"],
            overloads: [
                .function { (number: Int64, _: Evaluation) in Double(number).squareRoot() },
                .function { (number: UInt64, _: Evaluation) in Double(number).squareRoot() },
                .function { (number: Double, _: Evaluation) in number.squareRoot() },
            ]
        ),
    ]

    private static let mathTests = [
        FunctionDeclaration(
            "math.isNaN",
            summary: "Whether the double is not a number.",
            examples: ["math.isNaN(0.0 / 0.0)"],
            overloads: [.function { (number: Double, _: Evaluation) in number.isNaN }]
        ),
        FunctionDeclaration(
            "math.isInf",
            summary: "Whether the double is infinite, either way.",
            examples: ["math.isInf(-1.0 / 0.0)"],
            overloads: [.function { (number: Double, _: Evaluation) in number.isInfinite }]
        ),
        FunctionDeclaration(
            "math.isFinite",
            summary: "Whether the double is neither infinite nor NaN.",
            examples: ["math.isFinite(1.5)"],
            overloads: [.function { (number: Double, _: Evaluation) in number.isFinite }]
        ),
    ]

    private static let mathBits = [
        FunctionDeclaration(
            "math.bitAnd",
            summary: "The bits that both have.",
            examples: ["math.bitAnd(6, 3) == 2"],
            overloads: Math.bits({ $0 & $1 }, { $0 & $1 })
        ),
        FunctionDeclaration(
            "math.bitOr",
            summary: "The bits that either has.",
            examples: ["math.bitOr(6u, 3u) == 7u"],
            overloads: Math.bits({ $0 | $1 }, { $0 | $1 })
        ),
        FunctionDeclaration(
            "math.bitXor",
            summary: "The bits that only one has.",
            examples: ["math.bitXor(6, 3) == 5"],
            overloads: Math.bits({ $0 ^ $1 }, { $0 ^ $1 })
        ),
        FunctionDeclaration(
            "math.bitNot",
            summary: "All bits turned over.",
            examples: ["math.bitNot(1) == -2"],
            overloads: [
                .function { (number: Int64, _: Evaluation) in ~number },
                .function { (number: UInt64, _: Evaluation) in ~number },
            ]
        ),
        FunctionDeclaration(
            "math.bitShiftLeft",
            summary:
                "The bits moved up by so many places; none is left after 64. A negative number of places is an error.",
            examples: ["math.bitShiftLeft(1, 4) == 16"],
            overloads: Math.shifts { bits, places in bits << places }
        ),
        FunctionDeclaration(
            "math.bitShiftRight",
            summary: "The bits moved down by so many places, with zeros behind them, also of a negative number.",
            examples: ["math.bitShiftRight(1024, 2) == 256"],
            overloads: Math.shifts { bits, places in bits >> places }
        ),
    ]
}

private enum Math {
    static func absolute(_ number: Int64, _: Evaluation) throws(EvaluationError) -> Int64 {
        guard number != .min else { throw .overflow("the result is no int") }
        return abs(number)
    }

    static func choice(where isBetter: @escaping @Sendable (ValueOrder?) -> Bool) -> Overload {
        let body: Implementation.Variadic = { (given: [Value], run: Evaluation) throws(EvaluationError) -> Value in
            try self.best(of: given, run, where: isBetter)
        }
        return Overload(method: false, [.dyn], .dyn, repeatsLast: true, .variadic(body))
    }

    private static func best(
        of given: [Value],
        _ run: Evaluation,
        where isBetter: (ValueOrder?) -> Bool
    ) throws(EvaluationError) -> Value {
        var numbers = given
        if given.count == 1, case .list(let list) = given[0] { numbers = list }
        try run.charge(numbers.count)
        var best: Value?
        for number in numbers {
            switch number {
            case .int, .uint, .double: break
            default: throw EvaluationError(.noSuchOverload("a number is needed, not \(number.typeName.rawValue)"))
            }
            if let chosen = best, try !isBetter(number.order(to: chosen)) { continue }
            best = number
        }
        guard let best else { throw .invalid("an empty list has no greatest or least number") }
        return best
    }

    static func bits(
        _ signed: @escaping @Sendable (Int64, Int64) -> Int64,
        _ unsigned: @escaping @Sendable (UInt64, UInt64) -> UInt64
    ) -> [Overload] {
        [
            .function { (left: Int64, right: Int64, _: Evaluation) in signed(left, right) },
            .function { (left: UInt64, right: UInt64, _: Evaluation) in unsigned(left, right) },
        ]
    }

    /// Swift's shifts by more places than there are give no bits, as the language wants.
    static func shifts(_ shift: @escaping @Sendable (UInt64, Int64) -> UInt64) -> [Overload] {
        [
            .function { (number: Int64, places: Int64, _: Evaluation) throws(EvaluationError) -> Int64 in
                Int64(bitPattern: shift(UInt64(bitPattern: number), try self.places(places)))
            },
            .function { (number: UInt64, places: Int64, _: Evaluation) throws(EvaluationError) -> UInt64 in
                shift(number, try self.places(places))
            },
        ]
    }

    private static func places(_ places: Int64) throws(EvaluationError) -> Int64 {
        guard places >= 0 else { throw .invalid("bits can't be moved by a negative number of places: \(places)") }
        return places
    }
}
