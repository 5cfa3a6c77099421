/// What the source has begun and not ended: a bracket, a branch of a conditional, or the whole.
struct Construct {
    enum Kind {
        case whole
        case group
        case list
        case map
        case index(of: Part, isOptional: Bool)
        case arguments(Callee)
        /// Between the `?` and the `:` of a conditional.
        case consequence(condition: Part)
        /// Behind the `:`. Has no sign of its own that ends it.
        case alternative(condition: Part, consequence: Part)
    }

    /// An item of a list, a key or value of a map, an argument.
    struct Item {
        let part: Part
        /// `?` stands before it.
        let isOptional: Bool
    }

    let kind: Kind
    /// The sign that began it.
    let opening: Range<Int>
    /// Those that are complete; of a map keys and values in turn.
    var items: [Item] = []
    /// Whether a `?` stands before the item that is being read.
    var isItemOptional = false

    /// What the operators that are read but not yet applied will work on, in order.
    var operands: [Part] = []
    var operators: [PendingOperator] = []

    init(_ kind: Kind, opening: Range<Int>) {
        self.kind = kind
        self.opening = opening
    }

    /// Whether nothing of the current item is read yet.
    var isAtItem: Bool { self.operands.isEmpty && self.operators.isEmpty && !self.isItemOptional }

    /// Whether a map's key comes next, or is being read.
    var isAtKey: Bool { self.items.count.isMultiple(of: 2) }

    var takesOptionalItems: Bool {
        switch self.kind {
        case .list: true
        case .map: self.isAtKey
        default: false
        }
    }

    /// The sign that can end the construct where an item could begin: with no items, and in lists and maps behind a comma.
    var closingBeforeItem: Symbol? {
        switch self.kind {
        case .list: .closeBracket
        case .map where self.isAtKey: .closeBrace
        case .arguments where self.items.isEmpty: .closeParenthesis
        default: nil
        }
    }
}

/// A piece of the tree that is complete.
struct Part {
    let node: SyntaxNode
    /// Nodes on the longest way down, this one included.
    let height: Int
    /// Where it stands, with the parentheses around it.
    let range: Range<Int>
}

/// A function or method whose arguments are being read.
struct Callee {
    let name: String
    let nameRange: Range<Int>
    /// What stands before the point of a method.
    let target: Part?
    let start: Int
}

/// An operator that waits for what stands to its right.
struct PendingOperator {
    enum Meaning: Equatable {
        case or
        case and
        case binary(Operator)
        case prefix(Operator)
    }

    let meaning: Meaning
    let range: Range<Int>

    /// The higher, the tighter it binds.
    var precedence: Int { self.meaning.precedence }
}

extension PendingOperator.Meaning {
    /// The operator between two operands that is written so; nil where there is none.
    init?(infix symbol: Symbol) {
        switch symbol {
        case .or: self = .or
        case .and: self = .and
        case .equal: self = .binary(.equal)
        case .notEqual: self = .binary(.notEqual)
        case .less: self = .binary(.less)
        case .lessOrEqual: self = .binary(.lessOrEqual)
        case .greater: self = .binary(.greater)
        case .greaterOrEqual: self = .binary(.greaterOrEqual)
        case .in: self = .binary(.contained)
        case .plus: self = .binary(.add)
        case .minus: self = .binary(.subtract)
        case .star: self = .binary(.multiply)
        case .slash: self = .binary(.divide)
        case .percent: self = .binary(.modulo)
        default: return nil
        }
    }

    var precedence: Int {
        switch self {
        case .or: Precedence.or
        case .and: Precedence.and
        case .binary(let function): function.precedence
        case .prefix: Precedence.prefix
        }
    }
}

/// How tightly the forms of the grammar bind (the language definition's table, the other way up).
enum Precedence {
    static let conditional = 0
    static let or = 1
    static let and = 2
    static let relation = 3
    static let sum = 4
    static let product = 5
    static let prefix = 6
    static let member = 7
}

extension Operator {
    var precedence: Int {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contained: Precedence.relation
        case .add, .subtract: Precedence.sum
        case .multiply, .divide, .modulo: Precedence.product
        case .negate, .not: Precedence.prefix
        }
    }

    /// How it is written.
    var sign: String {
        self == .contained ? "in" : self.rawValue.filter { $0 != "_" }
    }
}
