/// A node of the tree that the parser makes, macros already expanded into what they mean.
package struct SyntaxNode: Sendable {
    /// Where the node stands in the source, in bytes of its UTF-8.
    package let range: Range<Int>
    package let kind: Kind

    package init(_ kind: Kind, at range: Range<Int>) {
        self.kind = kind
        self.range = range
    }

    package indirect enum Kind: Sendable {
        case literal(Value)
        /// `isAbsolute` where the source writes `.name`: only a declared name, never a variable of a comprehension.
        case identifier(String, isAbsolute: Bool)
        case select(Selection)
        /// `operand[index]`, or `operand[?index]` where `isOptional`.
        case index(operand: SyntaxNode, index: SyntaxNode, isOptional: Bool)
        /// An operator other than the ones below, a function or a method. The function of an operator is an ``Operator``'s name.
        case call(Call)
        case and(SyntaxNode, SyntaxNode)
        case or(SyntaxNode, SyntaxNode)
        case conditional(SyntaxNode, then: SyntaxNode, otherwise: SyntaxNode)
        case list([Element])
        case map([Entry])
        /// `has(e.f)` and, with a map or list operand, `has(e[k])`.
        case presence(Presence)
        case comprehension(Comprehension)
        /// `cel.bind(variable, value, body)`.
        case binding(variable: String, value: SyntaxNode, body: SyntaxNode)
        /// `target.optMap(variable, body)`, or `optFlatMap` where `isFlat`.
        case optionalMap(target: SyntaxNode, variable: String, body: SyntaxNode, isFlat: Bool)
    }

    /// `operand.field`, or `operand.?field` where `isOptional`.
    package struct Selection: Sendable {
        package let operand: SyntaxNode
        package let field: String
        package let isOptional: Bool

        package init(operand: SyntaxNode, field: String, isOptional: Bool) {
            self.operand = operand
            self.field = field
            self.isOptional = isOptional
        }
    }

    package struct Call: Sendable {
        package let function: String
        /// What stands before the point of `target.function(...)`; nil for a plain call.
        package let target: SyntaxNode?
        package let arguments: [SyntaxNode]
        /// Where the name of the function, or the sign of the operator, stands.
        package let nameRange: Range<Int>

        package init(function: String, target: SyntaxNode?, arguments: [SyntaxNode], nameRange: Range<Int>) {
            self.function = function
            self.target = target
            self.arguments = arguments
            self.nameRange = nameRange
        }
    }

    package struct Element: Sendable {
        package let value: SyntaxNode
        /// `[?value]`: left out where the value is `optional.none()`.
        package let isOptional: Bool

        package init(_ value: SyntaxNode, isOptional: Bool = false) {
            self.value = value
            self.isOptional = isOptional
        }
    }

    package struct Entry: Sendable {
        package let key: SyntaxNode
        package let value: SyntaxNode
        /// `{?key: value}`: left out where the value is `optional.none()`.
        package let isOptional: Bool

        package init(key: SyntaxNode, value: SyntaxNode, isOptional: Bool = false) {
            self.key = key
            self.value = value
            self.isOptional = isOptional
        }
    }

    package enum Presence: Sendable {
        case field(Selection)
        case element(operand: SyntaxNode, index: SyntaxNode)
    }

    /// A macro that runs over a list or a map: `all`, `exists`, `map` and their kin.
    package struct Comprehension: Sendable {
        package enum Form: Sendable {
            case all, exists, existsOne
            /// The elements (of a map: the keys) that satisfy the predicate.
            case filter
            /// `map`, also with a predicate; `transformList` with two variables.
            case map
            /// `transformMap(k, v, [p,] t)`: a map with the same keys.
            case transformMap
            /// `transformMapEntry(k, v, [p,] e)`: a map of the entries that each run gives.
            case transformMapEntry
            /// `sortBy(x, key)`.
            case sortBy
        }

        package let form: Form
        /// The element of a list or the key of a map; with a second variable, the index of a list or the key of a map.
        package let variable: String
        /// The element of a list or the value of a map.
        package let secondVariable: String?
        package let range: SyntaxNode
        /// Nil where the form has none, or `map` was written without.
        package let predicate: SyntaxNode?
        /// What is made of each element; nil for the forms that only test.
        package let transform: SyntaxNode?

        package init(
            _ form: Form,
            over range: SyntaxNode,
            variable: String,
            secondVariable: String? = nil,
            predicate: SyntaxNode? = nil,
            transform: SyntaxNode? = nil
        ) {
            self.form = form
            self.range = range
            self.variable = variable
            self.secondVariable = secondVariable
            self.predicate = predicate
            self.transform = transform
        }
    }
}

/// The operators that are functions with overloads. Their raw values are the names that calls in the tree carry: no
/// identifier can be spelt so.
package enum Operator: String, Sendable, CaseIterable {
    case add = "_+_"
    case subtract = "_-_"
    case multiply = "_*_"
    case divide = "_/_"
    case modulo = "_%_"
    case negate = "-_"
    case not = "!_"
    case equal = "_==_"
    case notEqual = "_!=_"
    case less = "_<_"
    case lessOrEqual = "_<=_"
    case greater = "_>_"
    case greaterOrEqual = "_>=_"
    case contained = "@in"
}
