/// How an expression is compiled.
package struct CompilingOptions: Sendable, Hashable {
    /// Whether names and types are checked; otherwise what doesn't fit fails when it runs.
    package var isChecked = true
    /// Whether runs note the value of every part (``Evaluation/trace``). Costs time at each; for `explain` alone.
    package var isTraced = false
    /// Whether what is constant is worked out when the plan is made.
    package var foldsConstants = true

    package init() {}
}

extension Environment {
    /// Makes a plan of an expression.
    ///
    /// - Throws: all that is wrong with it.
    package func compile(
        _ source: String,
        options: CompilingOptions = CompilingOptions()
    ) throws(Diagnostics) -> Program {
        guard source.utf8.count <= self.limits.sourceBytes else {
            let message = "an expression may have \(self.limits.sourceBytes) bytes; this one has \(source.utf8.count)"
            throw Diagnostics(Diagnostic(message, at: 0..<0))
        }
        return try self.compile(Parser.parse(source), options: options)
    }

    /// Makes a plan of a tree.
    package func compile(
        _ tree: SyntaxNode,
        options: CompilingOptions = CompilingOptions()
    ) throws(Diagnostics) -> Program {
        let checked = try Checker.check(tree, in: self, isLenient: !options.isChecked)
        var planning = Planner.Options()
        planning.foldsConstants = options.foldsConstants
        planning.isTraced = options.isTraced
        planning.isLenient = !options.isChecked
        return try Planner.plan(checked, limits: self.limits, options: planning)
    }

    /// Makes a plan of an expression that must be true or false.
    ///
    /// - Throws: all that is wrong with it, also where its type is known and is not bool.
    package func compileCondition(
        _ source: String,
        options: CompilingOptions = CompilingOptions()
    ) throws(Diagnostics) -> Program {
        let program = try self.compile(source, options: options)
        guard program.resultType == .bool || program.resultType == .dyn else {
            let message = "the expression must be a bool; it is \(program.resultType.text)"
            throw Diagnostics(Diagnostic(message, at: 0..<source.utf8.count))
        }
        return program
    }

    /// Makes a plan of text with expressions in it, `${...}`.
    ///
    /// - Throws: all that is wrong with it, with places in the whole text.
    package func compile(
        template: String,
        options: CompilingOptions = CompilingOptions()
    ) throws(Diagnostics) -> TemplateProgram {
        let syntax = try TemplateSyntax.parse(template)
        var parts: [TemplateProgram.Part] = []
        var found: [Diagnostic] = []
        for part in syntax.parts {
            switch part {
            case .text(let text): parts.append(.text(text))
            case .expression(let tree):
                do throws(Diagnostics) {
                    parts.append(.expression(try self.compile(tree, options: options)))
                } catch {
                    found += error.all
                }
            }
        }
        if let first = found.first { throw Diagnostics(first, Array(found.dropFirst())) }
        return TemplateProgram(parts: parts)
    }
}
