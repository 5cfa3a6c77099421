import ArgumentParser
import Expression
import Foundation

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Tries what traffic policies are made of.",
        discussion: """
            Example:
              portico policy eval 'size("abc") + 1'
            """,
        subcommands: [EvaluateCommand.self]
    )
}

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Evaluates an expression and prints its value and type, or what is wrong with it.",
        discussion: """
            The file of --vars is a JSON object: each of its members is a variable. Numbers in it without a fraction are
            ints.

            Example:
              portico policy eval 'req.method == "GET"' --vars request.json
            """
    )

    @Argument(help: "The expression; docs/expressions.md explains the language.")
    var expression: String
    @Option(name: .customLong("vars"), help: ArgumentHelp("A JSON file with the variables.", valueName: "file"))
    var variables: String?

    func run() throws {
        let variables = try self.readVariables()
        do {
            let environment = Environment(variables: variables.declarations)
            let value = try environment.compile(self.expression).evaluate(variables)
            print("\(try Self.text(of: value)) (\(value.typeName.rawValue))")
        } catch let error as Diagnostics {
            PorticoCLI.fail(error.rendered(in: self.expression))
        } catch let error as EvaluationError {
            let diagnostic = Diagnostic(error.reason.text, at: error.range ?? 0..<0)
            PorticoCLI.fail(diagnostic.rendered(in: self.expression))
        }
    }

    private func readVariables() throws -> NamedVariables {
        guard let path = self.variables else { return NamedVariables([]) }
        let text: String
        do {
            text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            PorticoCLI.fail("\(path): the file can't be read as UTF-8 text: \(error.localizedDescription)")
        }
        do throws(EvaluationError) {
            return try NamedVariables(json: text)
        } catch {
            PorticoCLI.fail("\(path): \(error.reason.text)")
        }
    }

    /// As a literal of the language would have it, where there is one; lists and maps as JSON.
    private static func text(of value: Value) throws -> String {
        switch value {
        case .null: "null"
        case .type(let name): name.rawValue
        case .optional(let box): try box.wrapped.map { "optional.of(\(try self.text(of: $0)))" } ?? "optional.none()"
        case .string: try JSONText.encode(value, Evaluation(variables: NoVariables()))
        default: try value.text(Evaluation(variables: NoVariables()))
        }
    }
}

/// Variables of any type, by name.
private final class NamedVariables: Variables {
    let declarations: [VariableDeclaration]
    private let values: [Value]

    init(_ members: [(name: String, value: Value)]) {
        self.declarations = members.enumerated().map { VariableDeclaration($1.name, .dyn, slot: $0) }
        self.values = members.map(\.value)
    }

    /// - Throws: where the text is no JSON object.
    convenience init(json: String) throws(EvaluationError) {
        var limits = ExpressionLimits.standard
        limits.steps = .max
        limits.wallClock = .seconds(60)
        let run = Evaluation(variables: NoVariables(), limits: limits)
        guard case .map(let map) = try JSONText.decode(json, run) else {
            throw EvaluationError(.invalidArgument("variables are the members of a JSON object"))
        }
        self.init(
            (0..<map.count).compactMap { position in
                let (key, value) = map.entry(at: position)
                guard case .string(let name) = key else { return nil }
                return (name, Self.withInts(value))
            }
        )
    }

    /// JSON knows one type of numbers; people who write `1` mean an int.
    private static func withInts(_ value: Value) -> Value {
        switch value {
        case .double(let double): return Int64(exactly: double).map(Value.int) ?? value
        case .list(let elements): return .list(elements.map(self.withInts))
        case .map(let map):
            let members = (0..<map.count).compactMap { position -> (name: String, value: Value)? in
                let (key, value) = map.entry(at: position)
                guard case .string(let name) = key else { return nil }
                return (name, self.withInts(value))
            }
            return .map(LiteralMap(members: members))
        default: return value
        }
    }

    func value(inSlot slot: Int) throws(EvaluationError) -> Value? { self.values[slot] }
}
