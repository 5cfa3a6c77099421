import Expression
import PolicyEngine
import TrafficPolicy

/// An expression taken apart, so that one sees what each part of it comes to at one moment of an exchange.
struct ExplainedExpression {
    /// A part of the source with its value.
    struct Part {
        let text: String
        let value: String
        /// 0 for the whole expression.
        let depth: Int
    }

    private let source: String
    private let environment: Environment

    init(_ source: String, in phase: PolicyPhase) {
        self.source = source
        self.environment = PolicyLanguage.environment(of: phase)
    }

    /// The whole and its parts, from outside in. Evaluated now: what is drawn by chance is drawn anew.
    func parts(on exchange: Exchange) -> [Part] {
        guard let tree = try? Parser.parse(self.source) else { return [] }
        var nodes: [(node: SyntaxNode, depth: Int)] = [(tree, 0)]
        Self.collect(from: tree, depth: 1, into: &nodes)
        return nodes.prefix(Self.most).map { node, depth in
            Part(text: self.text(of: node), value: self.value(of: node, on: exchange), depth: depth)
        }
    }

    /// The most parts of one expression that are shown.
    private static let most = 100

    private func text(of node: SyntaxNode) -> String {
        let bytes = Array(self.source.utf8)
        let text = String(decoding: bytes[node.range.clamped(to: 0..<bytes.count)], as: UTF8.self)
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private func value(of node: SyntaxNode, on exchange: Exchange) -> String {
        guard let program = try? self.environment.compile(node) else { return "?" }
        let mayHoldSecret = node.description.contains("secrets.get") && program.resultType != .bool
        do throws(EvaluationError) {
            let text = try exchange.text(of: program)
            if mayHoldSecret { return "[secret]" }
            return program.resultType == .string ? DocumentValue.string(text).json(.redacted) : text
        } catch {
            return "no value: \(error.reason.text)"
        }
    }
}

extension ExplainedExpression {
    /// Appends the parts below `node` that stand for something by themselves: variables, calls, comparisons. What is
    /// inside a comprehension has a value for each round and is left out.
    private static func collect(from node: SyntaxNode, depth: Int, into nodes: inout [(node: SyntaxNode, depth: Int)]) {
        for part in self.parts(of: node) {
            switch part.kind {
            case .literal: continue
            default:
                nodes.append((part, depth))
                self.collect(from: part, depth: depth + 1, into: &nodes)
            }
        }
    }

    private static func parts(of node: SyntaxNode) -> [SyntaxNode] {
        switch node.kind {
        case .literal, .identifier, .presence, .binding, .optionalMap: []
        // A name with points is one thing.
        case .select(let selection): self.isName(selection.operand) ? [] : [selection.operand]
        case .index(let operand, let index, _): self.isName(operand) ? [index] : [operand, index]
        case .call(let call): (call.target.map { [$0] } ?? []) + call.arguments
        // A chain of equals stands on one level.
        case .and(let left, let right): self.chain(left, isAnd: true) + self.chain(right, isAnd: true)
        case .or(let left, let right): self.chain(left, isAnd: false) + self.chain(right, isAnd: false)
        case .conditional(let condition, let consequence, let alternative): [condition, consequence, alternative]
        case .list(let elements): elements.map(\.value)
        case .map(let entries): entries.map(\.value)
        case .comprehension(let comprehension): [comprehension.range]
        }
    }

    private static func chain(_ node: SyntaxNode, isAnd: Bool) -> [SyntaxNode] {
        switch node.kind {
        case .and(let left, let right) where isAnd: self.chain(left, isAnd: true) + self.chain(right, isAnd: true)
        case .or(let left, let right) where !isAnd: self.chain(left, isAnd: false) + self.chain(right, isAnd: false)
        default: [node]
        }
    }

    private static func isName(_ node: SyntaxNode) -> Bool {
        switch node.kind {
        case .identifier: true
        case .select(let selection): self.isName(selection.operand)
        default: false
        }
    }
}
