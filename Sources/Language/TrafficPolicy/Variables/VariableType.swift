/// The type of a variable that expressions may use.
package indirect enum VariableType: Sendable, Hashable {
    case bool, int, double, string, bytes, timestamp, duration, dyn
    case list(VariableType)
    /// Keys are texts.
    case map(VariableType)
    /// A closed set of members, by the name that messages use.
    case record(String, [Member])

    package struct Member: Sendable, Hashable {
        package let name: String
        package let type: VariableType

        init(_ name: String, _ type: VariableType) {
            self.name = name
            self.type = type
        }
    }

    /// As the reference spells it: `map(string, list(string))`.
    package var text: String {
        switch self {
        case .bool: "bool"
        case .int: "int"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .dyn: "dyn"
        case .list(let item): "list(\(item.text))"
        case .map(let value): "map(string, \(value.text))"
        case .record(let name, _): name
        }
    }

    /// Header fields: a value for each line.
    package static let fields = VariableType.map(.list(.string))
}
