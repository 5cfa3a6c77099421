/// A node of the tree once every name is known for what it is: the checker's result and the planner's input.
struct CheckedNode: Sendable {
    let kind: Kind
    /// `dyn` where only the run will tell.
    let type: ExpressionType
    let range: Range<Int>

    init(_ kind: Kind, _ type: ExpressionType, at range: Range<Int>) {
        self.kind = kind
        self.type = type
        self.range = range
    }

    indirect enum Kind: Sendable {
        case constant(Value)
        case variable(VariableDeclaration)
        /// A variable of a comprehension or binding, by its place in the run's locals.
        case local(Int)
        /// What fails when it is evaluated: an unknown name, where the source isn't checked.
        case failure(EvaluationError.Reason)
        case field(CheckedNode, name: String, isOptional: Bool)
        case index(CheckedNode, CheckedNode, isOptional: Bool)
        case operation(Operator, [CheckedNode])
        case call(Call)
        case and(CheckedNode, CheckedNode)
        case or(CheckedNode, CheckedNode)
        case conditional(CheckedNode, CheckedNode, CheckedNode)
        case list([Element])
        case map([Entry])
        case variablePresence(VariableDeclaration)
        case fieldPresence(CheckedNode, name: String)
        case elementPresence(CheckedNode, CheckedNode)
        case comprehension(Comprehension)
        case binding(local: Int, value: CheckedNode, body: CheckedNode)
        case optionalMap(target: CheckedNode, local: Int, body: CheckedNode, isFlat: Bool)
    }

    /// A call of a function; the target of a method is its first argument.
    struct Call: Sendable {
        let function: String
        /// Those that may take the arguments, as far as is known; never empty.
        let overloads: [Overload]
        let arguments: [CheckedNode]
    }

    struct Element: Sendable {
        let value: CheckedNode
        let isOptional: Bool
    }

    struct Entry: Sendable {
        let key: CheckedNode
        let value: CheckedNode
        let isOptional: Bool
    }

    struct Comprehension: Sendable {
        let form: SyntaxNode.Comprehension.Form
        let range: CheckedNode
        let local: Int
        let secondLocal: Int?
        let predicate: CheckedNode?
        let transform: CheckedNode?
    }
}

/// A whole expression after checking.
struct CheckedExpression: Sendable {
    let root: CheckedNode
    /// How many locals a run needs.
    let localCount: Int
}
