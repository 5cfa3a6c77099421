/// A call that is none: the parser takes it for what it means. The table of these, in Macro+Table.swift, is also what the
/// reference page says.
package struct Macro: Sendable {
    /// `has`, `cel.bind`, or the name of what is written as a method.
    package let name: String
    /// For the reference page: what it does, in a sentence or two.
    package let summary: String
    /// Expressions that are true; the tests run each one.
    package let examples: [String]
    let meaning: Meaning
    /// What it may be called with; no two have the same number of arguments.
    let shapes: [Shape]

    enum Meaning {
        case presence
        case binding
        case optionalMap(isFlat: Bool)
        case comprehension(SyntaxNode.Comprehension.Form)
    }

    struct Shape {
        /// How many names the arguments begin with.
        let variables: Int
        let roles: [Role]

        var count: Int { self.variables + self.roles.count }
    }

    /// What an argument behind the variables is, as usages call it.
    enum Role: String {
        case member = "value.member"
        case value
        case body
        case predicate
        case key
        case entry
        case transform
    }

    /// Whether it is written behind a point: `list.all(...)`.
    package var isMethod: Bool {
        switch self.meaning {
        case .presence, .binding: false
        case .optionalMap, .comprehension: true
        }
    }

    /// How it may be written: `all(x, predicate)` and `all(k, v, predicate)`.
    package var usages: [String] {
        self.shapes.map { shape in
            let variables = shape.variables == 2 ? ["k", "v"] : Array(repeating: "x", count: shape.variables)
            return "\(self.name)(\((variables + shape.roles.map(\.rawValue)).joined(separator: ", ")))"
        }
    }
}

// MARK: - Expansion

extension Macro {
    /// What a call means that is a macro; nil for a call that is one.
    ///
    /// - Throws: where it is a macro and the arguments don't suit.
    static func expansion(
        of callee: Callee,
        _ arguments: [SyntaxNode],
        end: Int
    ) throws(Diagnostic) -> SyntaxNode.Kind? {
        guard let macro = Self.named(callee) else { return nil }
        guard let shape = macro.shapes.first(where: { $0.count == arguments.count }) else {
            let usages = macro.usages.joined(separator: " or ")
            throw Diagnostic("'\(macro.name)' is written \(usages)", at: callee.nameRange.lowerBound..<end)
        }
        let variables = try macro.variables(arguments.prefix(shape.variables))
        let rest = Array(arguments.dropFirst(shape.variables))
        switch macro.meaning {
        case .presence: return .presence(try Self.presence(of: rest[0]))
        case .binding: return .binding(variable: variables[0], value: rest[0], body: rest[1])
        case .optionalMap(let isFlat):
            guard let target = callee.target?.node else { return nil }
            return .optionalMap(target: target, variable: variables[0], body: rest[0], isFlat: isFlat)
        case .comprehension(let form):
            guard let target = callee.target?.node else { return nil }
            let predicate = shape.roles.firstIndex(of: .predicate).map { rest[$0] }
            let transform = shape.roles.firstIndex { $0 != .predicate }.map { rest[$0] }
            return .comprehension(
                SyntaxNode.Comprehension(
                    form,
                    over: target,
                    variable: variables[0],
                    secondVariable: shape.variables == 2 ? variables[1] : nil,
                    predicate: predicate,
                    transform: transform
                )
            )
        }
    }

    private static func named(_ callee: Callee) -> Macro? {
        switch callee.target?.node.kind {
        case nil: Self.functions[callee.name]
        case .identifier("cel", isAbsolute: false): Self.functions["cel.\(callee.name)"] ?? Self.methods[callee.name]
        default: Self.methods[callee.name]
        }
    }

    private func variables(_ arguments: ArraySlice<SyntaxNode>) throws(Diagnostic) -> [String] {
        var names: [String] = []
        for argument in arguments {
            guard case .identifier(let name, isAbsolute: false) = argument.kind else {
                throw Diagnostic("'\(self.name)' takes a plain name here, for its variable", at: argument.range)
            }
            guard !names.contains(name) else {
                throw Diagnostic("the two variables of '\(self.name)' have the same name", at: argument.range)
            }
            names.append(name)
        }
        return names
    }

    private static func presence(of argument: SyntaxNode) throws(Diagnostic) -> SyntaxNode.Presence {
        switch argument.kind {
        case .select(let selection) where !selection.isOptional: return .field(selection)
        case .index(let operand, let index, isOptional: false): return .element(operand: operand, index: index)
        default:
            throw Diagnostic(
                "'has' asks for a member or an element, as in has(value.member) or has(value[\"key\"])",
                at: argument.range
            )
        }
    }
}
