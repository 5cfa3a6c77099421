/// Makes a plan of a checked tree: names become slots, what is constant is worked out now, calls know their overload, and
/// the commonest shapes get nodes of their own.
struct Planner {
    /// What working out constants may cost, in all and for each.
    private static let foldingLimits = {
        var limits = ExpressionLimits()
        limits.steps = 100_000
        limits.resultBytes = 64 << 10
        return limits
    }()

    struct Options {
        var foldsConstants = true
        var isTraced = false
        /// Whether constants that can never be right are left to the run.
        var isLenient = false
    }

    let options: Options
    private let folding: Evaluation
    /// Nodes made so far, which is what a run costs at most, but for the rounds of comprehensions.
    private(set) var nodeCount = 0
    private(set) var slots: Set<Int> = []
    private var diagnostics: [Diagnostic] = []

    private init(options: Options, localCount: Int) {
        self.options = options
        self.folding = Evaluation(variables: NoVariables(), limits: Self.foldingLimits)
        self.folding.reserveLocals(localCount)
    }

    /// - Throws: where a constant can never be right, such as a pattern that is no regular expression.
    static func plan(
        _ expression: CheckedExpression,
        limits: ExpressionLimits,
        options: Options
    ) throws(Diagnostics) -> Program {
        var planner = Planner(options: options, localCount: expression.localCount)
        let planned = planner.plan(expression.root)
        if let first = planner.diagnostics.first {
            throw Diagnostics(first, Array(planner.diagnostics.dropFirst()))
        }
        return Program(
            root: planned.node,
            resultType: expression.root.type,
            steps: planner.nodeCount,
            localCount: expression.localCount,
            referencedSlots: planner.slots,
            limits: limits
        )
    }

    /// A node with what is known of its value.
    struct Planned {
        let node: any Node
        /// Whether every run gives the same, given the locals that it reads.
        let isFixed: Bool
        /// The locals that it reads and doesn't set itself.
        let locals: Set<Int>

        var constant: Value? { (self.node as? ConstantNode)?.value }
    }

    mutating func plan(_ checked: CheckedNode) -> Planned {
        self.nodeCount += 1
        let planned = self.plan(kind: checked.kind, at: checked.range)
        let folded = self.fold(planned)
        guard self.options.isTraced else { return folded }
        return Planned(node: TracingNode(folded.node), isFixed: false, locals: folded.locals)
    }

    /// Works out what is the same in every run. What fails is left as it is: it may never be come to.
    private func fold(_ planned: Planned) -> Planned {
        guard self.options.foldsConstants, !self.options.isTraced, planned.isFixed, planned.locals.isEmpty,
            planned.constant == nil
        else { return planned }
        do throws(EvaluationError) {
            let value = try planned.node.evaluate(self.folding)
            return self.fixed(ConstantNode(value, at: planned.node.range))
        } catch {
            return Planned(node: planned.node, isFixed: false, locals: [])
        }
    }

    mutating func note(_ error: EvaluationError, at range: Range<Int>) {
        self.diagnostics.append(Diagnostic(error.reason.text, at: error.range ?? range))
    }

    mutating func noteSlot(_ slot: Int) {
        self.slots.insert(slot)
    }

    func fixed(_ node: any Node) -> Planned {
        Planned(node: node, isFixed: true, locals: [])
    }

    func varying(_ node: any Node) -> Planned {
        Planned(node: node, isFixed: false, locals: [])
    }

    /// What is made of parts and depends on nothing else.
    func combined(_ node: any Node, of parts: [Planned], setting locals: Set<Int> = []) -> Planned {
        Planned(
            node: node,
            isFixed: parts.allSatisfy(\.isFixed),
            locals: parts.reduce(into: Set()) { $0.formUnion($1.locals) }.subtracting(locals)
        )
    }
}
