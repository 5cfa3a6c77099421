extension ExpressionType {
    /// Reads a type as people write it: `int`, `list(string)`, `map(string, list(int))`, `dyn`. `any` is another word for
    /// `dyn`, and so is `wrapper(T)`, which is a `T` or null.
    ///
    /// - Throws: what is wrong with the text; types nest to 16.
    package init(parsing text: String) throws(TypeTextError) {
        var reader = TypeReader(text: text)
        self = try reader.whole()
    }
}

/// Why a text names no type.
package struct TypeTextError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ text: String, _ reason: String) {
        self.description = "\"\(text)\" is no type: \(reason)"
    }
}

private struct TypeReader {
    private static let deepest = 16
    private static let simple: [String: ExpressionType] = [
        "dyn": .dyn, "any": .dyn, "null_type": .null, "bool": .bool, "int": .int, "uint": .uint, "double": .double,
        "string": .string, "bytes": .bytes, "timestamp": .timestamp, "google.protobuf.Timestamp": .timestamp,
        "duration": .duration, "google.protobuf.Duration": .duration, "type": .type(.dyn),
    ]

    let text: String
    private var rest: Substring

    init(text: String) {
        self.text = text
        self.rest = text[...]
    }

    mutating func whole() throws(TypeTextError) -> ExpressionType {
        let type = try self.type(depth: 0)
        self.skipSpaces()
        guard self.rest.isEmpty else { throw self.error("nothing was expected behind it, not \"\(self.rest)\"") }
        return type
    }

    private mutating func type(depth: Int) throws(TypeTextError) -> ExpressionType {
        guard depth < Self.deepest else { throw self.error("it is nested too deeply") }
        self.skipSpaces()
        let name = String(self.rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." })
        self.rest = self.rest.dropFirst(name.count)
        let arguments = try self.arguments(depth: depth)
        switch (name, arguments.count) {
        case ("list", 0): return .list(.dyn)
        case ("list", 1): return .list(arguments[0])
        case ("map", 0): return .map(key: .dyn, value: .dyn)
        case ("map", 2): return .map(key: arguments[0], value: arguments[1])
        case ("optional_type", 1), ("optional", 1): return .optional(arguments[0])
        case ("wrapper", 1): return .dyn
        case ("type", 1): return .type(arguments[0])
        default:
            guard let type = Self.simple[name], arguments.isEmpty else {
                throw self.error(
                    "types are \(Self.names), list(T) and map(K, V)"
                )
            }
            return type
        }
    }

    private mutating func arguments(depth: Int) throws(TypeTextError) -> [ExpressionType] {
        guard self.take("(") else { return [] }
        var arguments: [ExpressionType] = []
        repeat { arguments.append(try self.type(depth: depth + 1)) } while self.take(",")
        guard self.take(")") else { throw self.error("a parenthesis is not closed") }
        return arguments
    }

    private mutating func take(_ character: Character) -> Bool {
        self.skipSpaces()
        guard self.rest.first == character else { return false }
        self.rest.removeFirst()
        return true
    }

    private mutating func skipSpaces() {
        self.rest = self.rest.drop { $0 == " " }
    }

    private func error(_ reason: String) -> TypeTextError {
        TypeTextError(self.text, reason)
    }

    private static let names = "dyn, null_type, bool, int, uint, double, string, bytes, timestamp, duration"
}
