import Expression

/// Variables by name, as a host would declare and hold them.
final class Given: Variables {
    let declarations: [VariableDeclaration]
    private let values: [Value?]
    /// The slots that were asked for.
    private(set) var asked: [Int] = []

    /// - Parameter variables: a nil value is absent.
    init(_ variables: [(name: String, type: ExpressionType, value: Value?)] = []) {
        self.declarations = variables.enumerated().map { VariableDeclaration($1.name, $1.type, slot: $0) }
        self.values = variables.map(\.value)
    }

    func value(inSlot slot: Int) throws(EvaluationError) -> Value? {
        self.asked.append(slot)
        return self.values[slot]
    }

    func environment(limits: ExpressionLimits = .standard) -> Environment {
        Environment(variables: self.declarations, limits: limits)
    }
}

/// What an expression came to, in a form that tests compare.
enum Outcome: Equatable, CustomStringConvertible {
    case value(String)
    case failure(EvaluationError.Reason)
    case refused([String])

    /// Of a value: its type and text, which are alike only for values that are the same.
    init(of value: Value) {
        self = .value(Outcome.text(of: value))
    }

    private static func text(of value: Value) -> String {
        switch value {
        case .list(let elements): "[" + elements.map(self.text).joined(separator: ", ") + "]"
        case .map(let map):
            "{"
                + (0..<map.count).map { position in
                    let (key, value) = map.entry(at: position)
                    return "\(self.text(of: key)): \(self.text(of: value))"
                }.joined(separator: ", ") + "}"
        case .optional(let box): "optional(\(box.wrapped.map(self.text) ?? ""))"
        case .type(let name): "type \(name.rawValue)"
        default: "\(value)"
        }
    }

    var description: String {
        switch self {
        case .value(let text): text
        case .failure(let reason): "\(reason)"
        case .refused(let messages): "refused: \(messages)"
        }
    }
}

/// Compiles and runs.
func outcome(
    of source: String,
    _ given: Given = Given(),
    limits: ExpressionLimits = .standard,
    isChecked: Bool = true,
    foldsConstants: Bool = true
) -> Outcome {
    var options = CompilingOptions()
    options.isChecked = isChecked
    options.foldsConstants = foldsConstants
    do {
        let program = try given.environment(limits: limits).compile(source, options: options)
        return Outcome(of: try program.evaluate(given))
    } catch let error as EvaluationError {
        return .failure(error.reason)
    } catch let error as Diagnostics {
        return .refused(error.all.map(\.message))
    } catch {
        return .refused(["\(error)"])
    }
}

/// Whether an expression fails when it runs, for whatever reason.
func fails(_ source: String, _ given: Given = Given(), isChecked: Bool = true) -> Bool {
    if case .failure = outcome(of: source, given, isChecked: isChecked) { true } else { false }
}

let isTrue = Outcome(of: .bool(true))
let isFalse = Outcome(of: .bool(false))
