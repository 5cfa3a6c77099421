import Expression
import Foundation

/// The variables that `portico policy eval` gives to an expression: the members of a JSON object, with the types that were
/// declared for them.
final class PolicyVariables: Variables {
    /// A name with its type, as `--declare` has it: `t=timestamp`.
    struct Declaration {
        let name: String
        let type: ExpressionType

        /// - Throws: what is wrong with the text.
        init(parsing text: String) throws(EvaluationError) {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw .init(.invalidArgument("a declaration is NAME=TYPE, not \(text)")) }
            self.name = parts[0]
            do {
                self.type = try ExpressionType(parsing: parts[1])
            } catch {
                throw .init(.invalidArgument("\(text): \(error)"))
            }
        }
    }

    let declarations: [VariableDeclaration]
    private let values: [Value?]

    /// - Parameters:
    ///   - json: an object whose members are variables; nil for none.
    ///   - declared: types of members; one without a member is a variable that is absent.
    /// - Throws: where the text is no JSON object, or a member is not of its type.
    init(json: String?, declared: [Declaration]) throws(EvaluationError) {
        let members = try json.map(Self.members) ?? []
        let types = Dictionary(declared.map { ($0.name, $0.type) }) { $1 }
        var variables: [(name: String, type: ExpressionType, value: Value?)] = []
        for (name, value) in members {
            let type = types[name] ?? .dyn
            guard let typed = value.read(as: type) else {
                throw EvaluationError(.invalidArgument("the value of \(name) is no \(type.text)"))
            }
            variables.append((name, type, typed))
        }
        let given = Set(members.map(\.name))
        variables += declared.filter { !given.contains($0.name) }.map { ($0.name, $0.type, nil) }
        self.declarations = variables.enumerated().map { VariableDeclaration($1.name, $1.type, slot: $0) }
        self.values = variables.map(\.value)
    }

    private static func members(of json: String) throws(EvaluationError) -> [(name: String, value: Value)] {
        // The file is the user's own.
        var limits = ExpressionLimits.standard
        limits.steps = .max
        limits.wallClock = .seconds(60)
        guard case .map(let map) = try JSONText.decode(json, Evaluation(variables: NoVariables(), limits: limits))
        else {
            throw EvaluationError(.invalidArgument("variables are the members of a JSON object"))
        }
        return (0..<map.count).compactMap { position in
            let (key, value) = map.entry(at: position)
            guard case .string(let name) = key else { return nil }
            return (name, value)
        }
    }

    func value(inSlot slot: Int) throws(EvaluationError) -> Value? { self.values[slot] }
}

extension Value {
    /// What decoded JSON means where a value of a type is wanted; nil where it is none.
    ///
    /// JSON knows one type of numbers: those without a fraction are ints unless another type is wanted. Integers that a double
    /// can't hold, timestamps, durations and keys of maps are texts; bytes are base64.
    fileprivate func read(as type: ExpressionType) -> Value? {
        switch (type, self) {
        case (.dyn, _): self.withInts
        case (.int, .double(let number)): Int64(exactly: number).map(Value.int)
        case (.int, .string(let text)): Int64(text).map(Value.int)
        case (.uint, .double(let number)): UInt64(exactly: number).map(Value.uint)
        case (.uint, .string(let text)): UInt64(text).map(Value.uint)
        case (.double, .double), (.string, .string), (.bool, .bool), (.null, .null): self
        case (.bool, .string("true")): .bool(true)
        case (.bool, .string("false")): .bool(false)
        case (.timestamp, .string(let text)): Timestamp(text: text).map(Value.timestamp)
        case (.duration, .string(let text)): TimeSpan(text: text).map(Value.duration)
        case (.bytes, .string(let text)): Data(base64Encoded: text).map { .bytes(Array($0)) }
        case (.list(let element), .list(let values)): Self.list(values, of: element)
        case (.map(let key, let value), .map(let map)): Self.map(map, key, value)
        default: nil
        }
    }

    private static func list(_ values: [Value], of type: ExpressionType) -> Value? {
        let read = values.compactMap { $0.read(as: type) }
        return read.count == values.count ? .list(read) : nil
    }

    private static func map(_ map: any MapView, _ keyType: ExpressionType, _ type: ExpressionType) -> Value? {
        let entries = (0..<map.count).compactMap { position -> (key: Value, value: Value)? in
            let (key, value) = map.entry(at: position)
            guard let key = key.read(as: keyType), let value = value.read(as: type) else { return nil }
            return (key, value)
        }
        // Two texts may be one number: such a map is no map of numbers.
        guard entries.count == map.count, let map = try? LiteralMap(entries) else { return nil }
        return .map(map)
    }

    private var withInts: Value {
        switch self {
        case .double(let double): Int64(exactly: double).map(Value.int) ?? self
        case .list(let elements): .list(elements.map(\.withInts))
        case .map(let map): Self.map(map, .string, .dyn) ?? self
        default: self
        }
    }
}
