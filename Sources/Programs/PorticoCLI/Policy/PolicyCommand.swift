import ArgumentParser
import Expression
import Foundation

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Checks traffic policies and tries what they are made of.",
        discussion: """
            Examples:
              portico policy check policy.yaml
              portico policy test policy.yaml
              portico policy eval 'size("abc") + 1'
            """,
        subcommands: [
            CheckPolicyCommand.self, TestPolicyCommand.self, ExplainPolicyCommand.self, EvaluateCommand.self,
        ]
    )
}

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Evaluates an expression and prints its value and type, or what is wrong with it.",
        discussion: """
            The file of --vars is a JSON object: each member is a variable. Numbers
            without a fraction are ints; --declare gives a variable another type.
            Timestamps, durations and integers over 2^53 are strings there, bytes are
            base64. What is declared and not in the file is absent: it reads as zero or
            empty.

            Exits with 0 when there is a value, with 1 when there is an error.

            Examples:
              portico policy eval 'req.method == "GET"' --vars request.json
              portico policy eval 'now > timestamp("2030-01-01T00:00:00Z")' \\
                --vars times.json --declare now=timestamp
              portico policy eval --template 'Hello ${name}' --vars names.json
            """
    )

    @Argument(help: "The expression; docs/expressions.md explains the language.")
    var expression: String
    @Option(name: .customLong("vars"), help: ArgumentHelp("A JSON file with the variables.", valueName: "file"))
    var variables: String?
    @Option(name: .customLong("declare"), help: ArgumentHelp("The type of a variable.", valueName: "name=type"))
    var declarations: [String] = []
    @Flag(help: "Takes the expression for text with expressions in it, ${...}.")
    var template = false

    func run() throws {
        let variables = self.readVariables()
        do {
            let value = try self.evaluate(variables)
            print("\(try Self.text(of: value)) (\(value.typeName.rawValue))")
        } catch let error as Diagnostics {
            PorticoCLI.fail(error.rendered(in: self.expression))
        } catch let error as EvaluationError {
            let diagnostic = Diagnostic(error.reason.text, at: error.range ?? 0..<0)
            PorticoCLI.fail(diagnostic.rendered(in: self.expression))
        }
    }

    private func evaluate(_ variables: PolicyVariables) throws -> Value {
        let environment = Environment(variables: variables.declarations)
        guard self.template else { return try environment.compile(self.expression).evaluate(variables) }
        let run = Evaluation(variables: variables, limits: environment.limits)
        return try environment.compile(template: self.expression).value(in: run)
    }

    private func readVariables() -> PolicyVariables {
        do throws(EvaluationError) {
            let declared = try self.declared()
            do throws(EvaluationError) {
                return try PolicyVariables(json: self.json(), declared: declared)
            } catch {
                PorticoCLI.fail("\(self.variables ?? "--vars"): \(error.reason.text)")
            }
        } catch {
            PorticoCLI.fail("--declare: \(error.reason.text)")
        }
    }

    private func declared() throws(EvaluationError) -> [PolicyVariables.Declaration] {
        var declared: [PolicyVariables.Declaration] = []
        for text in self.declarations { declared.append(try PolicyVariables.Declaration(parsing: text)) }
        return declared
    }

    private func json() -> String? {
        guard let path = self.variables else { return nil }
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            PorticoCLI.fail("\(path): the file can't be read as UTF-8 text: \(error.localizedDescription)")
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
