/// `format`: texts with clauses such as `%s` and `%.3f`, by the rules of CEL's strings extension.
enum TextFormat {
    /// The largest precision, in digits.
    private static let maximumPrecision = 1000

    static func format(_ text: String, _ arguments: [Value], _ run: Evaluation) throws(EvaluationError) -> String {
        try run.charge(bytes: text.utf8.count)
        var output = Output(run)
        var clauses = ClauseReader(text)
        var position = 0
        while let part = try clauses.next() {
            switch part {
            case .text(let literal):
                try output.append(literal)
            case .clause(let verb, let precision):
                guard position < arguments.count else {
                    throw .invalid("format: no argument for clause \(position + 1) of \(arguments.count) arguments")
                }
                try self.append(arguments[position], verb, precision, to: &output)
                position += 1
            }
        }
        return output.text
    }

    /// What `format` makes, within the bounds of a run.
    private struct Output {
        private(set) var text = ""
        let run: Evaluation

        init(_ run: Evaluation) {
            self.run = run
        }

        mutating func append(_ more: some StringProtocol) throws(EvaluationError) {
            let bytes = more.utf8.count
            try self.run.admit(resultBytes: self.text.utf8.count + bytes)
            try self.run.charge(1 + bytes / 64)
            self.text += more
        }
    }

    private enum Part {
        case text(Substring)
        case clause(verb: Unicode.Scalar, precision: Int?)
    }

    /// Takes a text apart into literal text and clauses.
    private struct ClauseReader {
        private var rest: Substring.UnicodeScalarView

        init(_ text: String) {
            self.rest = text.unicodeScalars[...]
        }

        mutating func next() throws(EvaluationError) -> Part? {
            guard let first = self.rest.first else { return nil }
            guard first == "%" else {
                let literal = self.rest.prefix { $0 != "%" }
                self.rest = self.rest[literal.endIndex...]
                return .text(Substring(literal))
            }
            self.rest.removeFirst()
            if self.rest.first == "%" {
                self.rest.removeFirst()
                return .text("%")
            }
            let precision = try self.precision()
            guard let verb = self.rest.popFirst() else { throw .invalid("format: the text ends within a clause") }
            guard "sdfebxXo".unicodeScalars.contains(verb) else { throw .invalid("format: unknown clause '%\(verb)'") }
            return .clause(verb: verb, precision: precision)
        }

        private mutating func precision() throws(EvaluationError) -> Int? {
            guard self.rest.first == "." else { return nil }
            self.rest.removeFirst()
            let digits = self.rest.prefix { ("0"..."9").contains($0) }
            self.rest = self.rest[digits.endIndex...]
            guard let precision = Int(String(digits)), precision <= TextFormat.maximumPrecision else {
                throw .invalid("format: the precision is no number up to \(TextFormat.maximumPrecision)")
            }
            return precision
        }
    }

    // MARK: Clauses

    private static func append(
        _ value: Value,
        _ verb: Unicode.Scalar,
        _ precision: Int?,
        to output: inout Output
    ) throws(EvaluationError) {
        switch verb {
        case "s": try self.append(value, to: &output, depth: 0)
        case "d": try output.append(self.decimal(value))
        case "f":
            let number = try self.number(value, "fixed-point")
            try output.append(self.special(number) ?? NumberText.fixed(number, digits: precision ?? 6))
        case "e":
            let number = try self.number(value, "scientific")
            try output.append(self.special(number) ?? NumberText.scientific(number, digits: precision ?? 6))
        case "b": try output.append(self.binary(value))
        case "o": try output.append(self.integer(value, radix: 8, "octal"))
        default: try self.appendHexadecimal(value, isUppercase: verb == "X", to: &output)
        }
    }

    private static func decimal(_ value: Value) throws(EvaluationError) -> String {
        if case .double(let number) = value, let text = self.special(number) { return text }
        return try self.integer(value, radix: 10, "decimal")
    }

    private static func binary(_ value: Value) throws(EvaluationError) -> String {
        if case .bool(let bool) = value { return bool ? "1" : "0" }
        return try self.integer(value, radix: 2, "binary")
    }

    private static func integer(_ value: Value, radix: Int, _ clause: String) throws(EvaluationError) -> String {
        switch value {
        case .int(let int): return String(int, radix: radix)
        case .uint(let uint): return String(uint, radix: radix)
        default: throw self.mismatch(value, clause, "integers")
        }
    }

    private static func number(_ value: Value, _ clause: String) throws(EvaluationError) -> Double {
        switch value {
        case .double(let double): return double
        case .int(let int): return Double(int)
        case .uint(let uint): return Double(uint)
        default: throw self.mismatch(value, clause, "numbers")
        }
    }

    private static func special(_ number: Double) -> String? { number.isFinite ? nil : NumberText.text(number) }

    private static func appendHexadecimal(
        _ value: Value,
        isUppercase: Bool,
        to output: inout Output
    ) throws(EvaluationError) {
        switch value {
        case .int(let int): try output.append(String(int, radix: 16, uppercase: isUppercase))
        case .uint(let uint): try output.append(String(uint, radix: 16, uppercase: isUppercase))
        case .string(let text): try self.appendBytes(text.utf8, isUppercase: isUppercase, to: &output)
        case .bytes(let bytes): try self.appendBytes(bytes, isUppercase: isUppercase, to: &output)
        default: throw self.mismatch(value, "hexadecimal", "integers, strings and bytes")
        }
    }

    private static func appendBytes(
        _ bytes: some Collection<UInt8>,
        isUppercase: Bool,
        to output: inout Output
    ) throws(EvaluationError) {
        // Before it is made.
        try output.run.admit(resultBytes: bytes.count * 2)
        try output.append(Hexadecimal.text(of: bytes, isUppercase: isUppercase))
    }

    private static func mismatch(_ value: Value, _ clause: String, _ types: String) -> EvaluationError {
        .invalid("format: the \(clause) clause takes \(types), not \(value.typeName.rawValue)")
    }

    // MARK: %s

    /// Lists and maps as in JSON but without quotes; the keys of maps in the order of their texts.
    private static func append(_ value: Value, to output: inout Output, depth: Int) throws(EvaluationError) {
        guard depth < JSONText.maximumDepth else { throw .invalid("format: a value nested too deeply") }
        switch value {
        case .null: try output.append("null")
        case .bool(let bool): try output.append(bool ? "true" : "false")
        case .int(let int): try output.append(String(int))
        case .uint(let uint): try output.append(String(uint))
        case .double(let double): try output.append(NumberText.text(double))
        case .string(let text): try output.append(text)
        case .bytes(let bytes): try output.append(String(decoding: bytes, as: UTF8.self))
        case .timestamp(let moment): try output.append(moment.text)
        case .duration(let span): try output.append(span.text)
        case .type(let name): try output.append(name.rawValue)
        case .list(let elements): try self.append(elements, to: &output, depth: depth)
        case .map(let map): try self.append(map, to: &output, depth: depth)
        case .optional:
            throw .invalid("format: the string clause takes no \(value.typeName.rawValue)")
        }
    }

    private static func append(_ elements: [Value], to output: inout Output, depth: Int) throws(EvaluationError) {
        try output.append("[")
        for (position, element) in elements.enumerated() {
            if position > 0 { try output.append(", ") }
            try self.append(element, to: &output, depth: depth + 1)
        }
        try output.append("]")
    }

    private static func append(_ map: any MapView, to output: inout Output, depth: Int) throws(EvaluationError) {
        try output.append("{")
        for (position, entry) in try MapEntries.sorted(map, output.run).enumerated() {
            try output.append(position > 0 ? ", \(entry.key): " : "\(entry.key): ")
            try self.append(entry.value, to: &output, depth: depth + 1)
        }
        try output.append("}")
    }
}
