package import Expression

extension VariableType {
    /// The type as expressions know it.
    package var expressionType: ExpressionType {
        switch self {
        case .bool: .bool
        case .int: .int
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .timestamp: .timestamp
        case .duration: .duration
        case .dyn: .dyn
        case .list(let item): .list(item.expressionType)
        case .map(let value): .map(key: .string, value: value.expressionType)
        case .record(let name, let members):
            .record(
                RecordType(
                    name: name,
                    members: Dictionary(members.map { ($0.name, $0.type.expressionType) }) { first, _ in first }
                )
            )
        }
    }
}

extension PolicyVariable {
    /// What the expressions of `phase` may use, `vars` included, as declarations: a variable's slot is its index.
    package static func declarations(in phase: PolicyPhase) -> [VariableDeclaration] {
        let all = self.all(in: phase).map { ($0.name, $0.type.expressionType) }
        let vars = ("vars", ExpressionType.map(key: .string, value: .dyn))
        return (all + [vars]).enumerated().map { VariableDeclaration($1.0, $1.1, slot: $0) }
    }

    /// What a retry condition of `phase` may use: the same, and the attempts behind it (`spec/expressions.md` 4.11).
    package static func retryDeclarations(in phase: PolicyPhase) -> [VariableDeclaration] {
        let declarations = self.declarations(in: phase)
        let message = ExpressionType.map(key: .string, value: .dyn)
        let all = [
            ("attempts", ExpressionType.int), ("last_attempt.req", message), ("last_attempt.res", message),
            ("last_attempt.error", .string),
        ]
        return declarations
            + all.enumerated().map { VariableDeclaration($1.0, $1.1, slot: declarations.count + $0) }
    }
}

/// Checks a document's expressions by compiling them in the environment of their phase.
package struct CompiledExpressions: ExpressionChecking {
    private let environments: [PolicyPhase: Environment]
    private let retry: [PolicyPhase: Environment]

    /// `functions` are those of the engine, beside the standard library's; each is known in the phases of its
    /// ``HostFunction``.
    package init(functions: [FunctionDeclaration] = HostFunction.allCases.map(\.signature)) {
        var environments: [PolicyPhase: Environment] = [:]
        var retry: [PolicyPhase: Environment] = [:]
        for phase in PolicyPhase.allCases {
            let variables = PolicyVariable.declarations(in: phase)
            let here = functions.filter { HostFunction(rawValue: $0.name)?.phases.contains(phase) ?? true }
            let all = StandardLibrary.functions + here
            environments[phase] = Environment(functions: all, variables: variables)
            retry[phase] = Environment(functions: all, variables: PolicyVariable.retryDeclarations(in: phase))
        }
        self.environments = environments
        self.retry = retry
    }

    package func problems(
        in expression: String,
        phase: PolicyPhase,
        expecting result: ExpressionResult
    ) -> [ExpressionProblem] {
        guard let environment = result == .retry ? self.retry[phase] : self.environments[phase] else { return [] }
        do throws(Diagnostics) {
            switch result {
            case .bool, .retry: _ = try environment.compileCondition(expression)
            case .any: _ = try environment.compile(expression)
            }
            return []
        } catch {
            return error.all.map { ExpressionProblem($0, in: expression) }
        }
    }

    package func problems(inTemplate text: String, phase: PolicyPhase) -> [ExpressionProblem] {
        guard let environment = self.environments[phase] else { return [] }
        do throws(Diagnostics) {
            _ = try environment.compile(template: text)
            return []
        } catch {
            return error.all.map { ExpressionProblem($0, in: text) }
        }
    }
}

extension ExpressionProblem {
    fileprivate init(_ diagnostic: Diagnostic, in text: String) {
        let bytes = Array(text.utf8)
        let range = diagnostic.range.clamped(to: 0..<bytes.count)
        self.init(
            offset: diagnostic.range.lowerBound,
            diagnostic.message,
            offending: String(decoding: bytes[range], as: UTF8.self),
            suggestion: diagnostic.suggestion
        )
    }
}
