extension StandardLibrary {
    /// From one type to another. What can't be converted, or leaves the range, is an error.
    static let conversions: [FunctionDeclaration] = [
        FunctionDeclaration(
            "int",
            summary:
                "An int from a uint, a double (cut toward zero), decimal text, or a timestamp (seconds since 1970).",
            examples: [
                "int(2u) == 2", "int(-7.9) == -7", "int('42') == 42", "int(timestamp('1970-01-01T00:01:00Z')) == 60",
            ],
            overloads: [
                .function(Conversions.same as Function1<Int64, Int64>), .function(Conversions.intFromUInt),
                .function(Conversions.intFromDouble), .function(Conversions.intFromText),
                .function(Conversions.intFromTimestamp),
            ]
        ),
        FunctionDeclaration(
            "uint",
            summary: "A uint from an int that is not negative, a double (cut toward zero) or decimal text.",
            examples: ["uint(2) == 2u", "uint(1.9) == 1u", "uint('42') == 42u"],
            overloads: [
                .function(Conversions.same as Function1<UInt64, UInt64>), .function(Conversions.uintFromInt),
                .function(Conversions.uintFromDouble), .function(Conversions.uintFromText),
            ]
        ),
        FunctionDeclaration(
            "double",
            summary: "A double from an int, a uint or text.",
            examples: ["double(2) == 2.0", "double('1.5e3') == 1500.0", "double('-Infinity') < 0.0"],
            overloads: [
                .function(Conversions.same as Function1<Double, Double>), .function(Conversions.doubleFromInt),
                .function(Conversions.doubleFromUInt), .function(Conversions.doubleFromText),
            ]
        ),
        FunctionDeclaration(
            "bool",
            summary: "A bool from the texts true, True, TRUE, t, T, 1 and false, False, FALSE, f, F, 0.",
            examples: ["bool('true')", "!bool('0')"],
            overloads: [.function(Conversions.same as Function1<Bool, Bool>), .function(Conversions.boolFromText)]
        ),
        FunctionDeclaration(
            "string",
            summary:
                "Text from a number (`1.0` is `1`), a bool, bytes that are UTF-8, a timestamp (RFC 3339, UTC) or a duration "
                + "(seconds).",
            examples: [
                "string(1.0) == '1'", "string(b'\\303\\277') == 'ÿ'", "string(duration('1m30s')) == '90s'",
                "string(timestamp(0)) == '1970-01-01T00:00:00Z'",
            ],
            overloads: [
                .function(Conversions.same as Function1<String, String>), .function(Conversions.textFromInt),
                .function(Conversions.textFromUInt), .function(Conversions.textFromDouble),
                .function(Conversions.textFromBool), .function(Conversions.textFromBytes),
                .function(Conversions.textFromTimestamp), .function(Conversions.textFromDuration),
            ]
        ),
        FunctionDeclaration(
            "bytes",
            summary: "The UTF-8 of a string.",
            examples: ["bytes('ÿ') == b'\\303\\277'"],
            overloads: [
                .function(Conversions.same as Function1<[UInt8], [UInt8]>), .function(Conversions.bytesFromText),
            ]
        ),
    ]
}

private enum Conversions {
    static func same<T>(_ value: T, _: Evaluation) throws(EvaluationError) -> T { value }

    // MARK: int

    static func intFromUInt(_ number: UInt64, _: Evaluation) throws(EvaluationError) -> Int64 {
        guard let int = Int64(exactly: number) else { throw .overflow("\(number)u is out of the range of int") }
        return int
    }

    /// The double for the smallest int is refused as the one for the largest is: each is also what its neighbours beyond
    /// the range round to.
    static func intFromDouble(_ number: Double, _: Evaluation) throws(EvaluationError) -> Int64 {
        guard number > -0x1p63, number < 0x1p63 else {
            throw .overflow("\(NumberText.text(number)) is out of the range of int")
        }
        return Int64(number)
    }

    static func intFromText(_ text: String, _: Evaluation) throws(EvaluationError) -> Int64 {
        guard let int = Int64(text) else { throw .invalid("not the text of an int: \(excerpt(text))") }
        return int
    }

    static func intFromTimestamp(_ moment: Timestamp, _: Evaluation) throws(EvaluationError) -> Int64 { moment.seconds }

    // MARK: uint

    static func uintFromInt(_ number: Int64, _: Evaluation) throws(EvaluationError) -> UInt64 {
        guard let uint = UInt64(exactly: number) else { throw .overflow("\(number) is out of the range of uint") }
        return uint
    }

    static func uintFromDouble(_ number: Double, _: Evaluation) throws(EvaluationError) -> UInt64 {
        guard number >= 0, number < 0x1p64 else {
            throw .overflow("\(NumberText.text(number)) is out of the range of uint")
        }
        return UInt64(number)
    }

    static func uintFromText(_ text: String, _: Evaluation) throws(EvaluationError) -> UInt64 {
        guard text.utf8.first != UInt8(ascii: "-"), text.utf8.first != UInt8(ascii: "+"), let uint = UInt64(text) else {
            throw .invalid("not the text of a uint: \(excerpt(text))")
        }
        return uint
    }

    // MARK: double and bool

    static func doubleFromInt(_ number: Int64, _: Evaluation) throws(EvaluationError) -> Double { Double(number) }

    static func doubleFromUInt(_ number: UInt64, _: Evaluation) throws(EvaluationError) -> Double { Double(number) }

    static func doubleFromText(_ text: String, _ run: Evaluation) throws(EvaluationError) -> Double {
        try run.charge(bytes: text.utf8.count)
        guard let double = NumberText.double(text) else { throw .invalid("not the text of a double: \(excerpt(text))") }
        return double
    }

    static func boolFromText(_ text: String, _: Evaluation) throws(EvaluationError) -> Bool {
        switch text {
        case "true", "True", "TRUE", "t", "T", "1": return true
        case "false", "False", "FALSE", "f", "F", "0": return false
        default: throw .invalid("not the text of a bool: \(excerpt(text))")
        }
    }

    // MARK: string and bytes

    static func textFromInt(_ number: Int64, _: Evaluation) throws(EvaluationError) -> String { String(number) }

    static func textFromUInt(_ number: UInt64, _: Evaluation) throws(EvaluationError) -> String { String(number) }

    static func textFromDouble(_ number: Double, _: Evaluation) throws(EvaluationError) -> String {
        NumberText.text(number)
    }

    static func textFromBool(_ bool: Bool, _: Evaluation) throws(EvaluationError) -> String { bool ? "true" : "false" }

    static func textFromBytes(_ bytes: [UInt8], _ run: Evaluation) throws(EvaluationError) -> String {
        try run.admit(bytes: bytes.count)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .invalid("the bytes are not UTF-8") }
        return text
    }

    static func textFromTimestamp(_ moment: Timestamp, _: Evaluation) throws(EvaluationError) -> String { moment.text }

    static func textFromDuration(_ span: TimeSpan, _: Evaluation) throws(EvaluationError) -> String { span.text }

    static func bytesFromText(_ text: String, _ run: Evaluation) throws(EvaluationError) -> [UInt8] {
        try run.admit(bytes: text.utf8.count)
        return Array(text.utf8)
    }
}

/// A text as an error message shows it: quoted, its begin where it is long.
func excerpt(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(40)
    let isWhole = shown.endIndex == text.unicodeScalars.endIndex
    return "'\(String(shown))\(isWhole ? "" : "...")'"
}
