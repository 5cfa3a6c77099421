/// A plan of text with expressions in it.
package struct TemplateProgram: Sendable {
    enum Part: Sendable {
        case text(String)
        case expression(Program)
    }

    private let parts: [Part]
    /// The slots of the variables that its expressions may ask for.
    package let referencedSlots: Set<Int>

    init(parts: [Part]) {
        self.parts = parts
        self.referencedSlots = parts.reduce(into: []) { slots, part in
            if case .expression(let program) = part { slots.formUnion(program.referencedSlots) }
        }
    }

    /// The text where there is no expression in it.
    package var plainText: String? {
        switch (self.parts.count, self.parts.first) {
        case (0, _): ""
        case (1, .text(let text)): text
        default: nil
        }
    }

    /// What the checker knows of the value: the expression's type where the template is one with nothing around it.
    package var resultType: ExpressionType {
        guard self.parts.count == 1, case .expression(let program) = self.parts[0] else { return .string }
        return program.resultType
    }

    /// The value: of its own type where the template is one expression with nothing around it, else text.
    package func value(in run: Evaluation) throws(EvaluationError) -> Value {
        if self.parts.count == 1, case .expression(let program) = self.parts[0] {
            return try program.evaluate(in: run)
        }
        return .string(try self.text(in: run))
    }

    /// The text: all parts, each as text, one after the other.
    ///
    /// - Throws: the first error of a part; also where the whole grows over the run's bound.
    package func text(in run: Evaluation) throws(EvaluationError) -> String {
        var text = ""
        for part in self.parts {
            switch part {
            case .text(let plain): text += plain
            case .expression(let program): text += try program.evaluate(in: run).text(run)
            }
            try run.admit(resultBytes: text.utf8.count)
        }
        return text
    }
}
