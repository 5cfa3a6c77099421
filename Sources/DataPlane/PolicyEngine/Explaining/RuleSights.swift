import Expression
import TrafficPolicy

/// What the expressions of rules look at, by rule: the variables that they name, and what they ask about the exchange.
///
/// Taken apart when somebody is first told of a rule on this loop, and kept: who is told of many requests pays for the
/// reading of an expression once.
final class RuleSights {
    /// Something that an expression looks at.
    struct Sight {
        /// As the expression has it.
        let text: String
        let program: Program
    }

    /// More rules than this are taken apart anew.
    private static let mostRules = 512
    /// Sights of one expression.
    static let mostSights = 8

    private struct Known {
        /// Kept so that no other rule can take its place in memory.
        let rule: CompiledRule
        /// By expression.
        let sights: [[Sight]]
    }

    private var known: [ObjectIdentifier: Known] = [:]

    /// Of each expression of the rule.
    func of(_ rule: CompiledRule, in phase: PolicyPhase) -> [[Sight]] {
        let key = ObjectIdentifier(rule)
        if let known = self.known[key] { return known.sights }
        if self.known.count >= Self.mostRules { self.known = [:] }
        let environment = PolicyLanguage.environment(of: phase)
        let sights = rule.sources.map { Self.sights(of: $0, in: environment) }
        self.known[key] = Known(rule: rule, sights: sights)
        return sights
    }

    private static func sights(of source: String, in environment: Environment) -> [Sight] {
        // It has been compiled once; what is not taken apart is not shown.
        guard let tree = try? Parser.parse(source) else { return [] }
        var sights: [Sight] = []
        Self.collect(from: tree, source: Array(source.utf8), in: environment, into: &sights)
        return sights
    }

    // MARK: Taking apart

    /// What is inside a comprehension has a value for each round and is left out.
    private static func collect(
        from node: SyntaxNode,
        source: [UInt8],
        in environment: Environment,
        into sights: inout [Sight]
    ) {
        guard sights.count < Self.mostSights else { return }
        if Self.isSight(node, in: environment) {
            let text = String(decoding: source[node.range.clamped(to: 0..<source.count)], as: UTF8.self)
            guard !sights.contains(where: { $0.text == text }), let program = try? environment.compile(node),
                program.constant == nil, !program.resultType.isMap
            else { return }
            sights.append(Sight(text: text, program: program))
            return
        }
        for part in Self.parts(of: node) { Self.collect(from: part, source: source, in: environment, into: &sights) }
    }

    /// Whether the node is a name, an element of one by a literal, or a question about the exchange with literals alone.
    private static func isSight(_ node: SyntaxNode, in environment: Environment) -> Bool {
        switch node.kind {
        case .identifier, .select: return node.isName
        case .index(let operand, let index, _): return operand.isName && index.isLiteral
        case .call(let call):
            guard call.arguments.allSatisfy(\.isLiteral) else { return false }
            guard let target = call.target else { return true }
            // Chance would be drawn anew, and secrets are nobody's business.
            guard case .identifier(let space, _) = target.kind, space != "rand", space != "secrets" else {
                return false
            }
            // A method of a value: it is the value that counts.
            return (try? environment.compile(target)) == nil
        default: return false
        }
    }

    private static func parts(of node: SyntaxNode) -> [SyntaxNode] {
        switch node.kind {
        case .literal, .identifier, .presence, .binding, .optionalMap: []
        case .select(let selection): [selection.operand]
        case .index(let operand, let index, _): [operand, index]
        case .call(let call): (call.target.map { [$0] } ?? []) + call.arguments
        case .and(let left, let right), .or(let left, let right): [left, right]
        case .conditional(let condition, let consequence, let alternative): [condition, consequence, alternative]
        case .list(let elements): elements.map(\.value)
        case .map(let entries): entries.map(\.value)
        case .comprehension(let comprehension): [comprehension.range]
        }
    }
}

extension SyntaxNode {
    /// With points or without.
    fileprivate var isName: Bool {
        switch self.kind {
        case .identifier: true
        case .select(let selection): selection.operand.isName
        default: false
        }
    }

    fileprivate var isLiteral: Bool { if case .literal = self.kind { true } else { false } }
}

extension ExpressionType {
    /// Whether a value would be a whole list of headers, cookies or the like.
    fileprivate var isMap: Bool { if case .map = self { true } else { false } }
}
