import Expression

/// When a rule runs, taken apart as far as it takes to see that another rule's condition follows from it.
struct RuleCondition {
    /// Something that is true or false, by the text that it has when it is written in one way.
    private indirect enum Claim: Hashable {
        case equal(subject: String, literal: String)
        case member(subject: String, literals: Set<String>)
        case prefix(subject: String, text: String)
        /// True when all claims of one of the lists are.
        case any([[Claim]])
        case other(String)
    }

    /// Joined by "and".
    private let claims: [Claim]
    /// The expressions as they are written.
    private let texts: [String]

    /// Nil where an expression cannot be read.
    init?(_ expressions: [RuleExpression]) {
        var claims: [Claim] = []
        var texts: [String] = []
        for expression in expressions where expression != .constant(true) {
            guard case .source(let source) = expression, let tree = try? Parser.parse(source.text) else { return nil }
            claims += Self.claims(of: tree)
            texts.append(source.text)
        }
        self.claims = claims
        self.texts = texts
    }

    /// Whether it always holds where `other` does.
    func follows(from other: RuleCondition) -> Bool {
        self.claims.allSatisfy { Self.follows($0, from: other.claims, depth: 3) }
    }

    /// Whether it has the same answer before and after `actions`, which other rules run between two looks.
    func isKept(by actions: [ActionType]) -> Bool {
        let changed = actions.flatMap(Self.names(changedBy:)) + ["rand.", "conn.bytes_"]
        return !self.texts.contains { text in changed.contains { text.contains($0) } }
    }

    /// What stands in expressions whose value an action may change.
    private static func names(changedBy action: ActionType) -> [String] {
        let results = action.description.results.isEmpty ? [] : ["actions."]
        return switch action {
        case .setVars: results + ["vars."]
        case .urlRewrite, .addHeaders, .removeHeaders, .requestBodyFindReplace, .responseBodyFindReplace,
            .compressResponse:
            results + ["req.", "res.", "getReq", "hasReq", "getRes", "hasRes", "getQuery", "hasQuery"]
        case .terminateTLS: results + ["conn.tls"]
        default: results
        }
    }
}

extension RuleCondition {
    private static func claims(of tree: SyntaxNode) -> [Claim] {
        switch tree.kind {
        case .and(let left, let right): self.claims(of: left) + self.claims(of: right)
        case .or(let left, let right): [.any(self.alternatives(of: left) + self.alternatives(of: right))]
        case .call(let call): [self.claim(of: call) ?? .other(tree.description)]
        default: [.other(tree.description)]
        }
    }

    private static func alternatives(of tree: SyntaxNode) -> [[Claim]] {
        guard case .or(let left, let right) = tree.kind else { return [self.claims(of: tree)] }
        return self.alternatives(of: left) + self.alternatives(of: right)
    }

    private static func claim(of call: SyntaxNode.Call) -> Claim? {
        switch call.function {
        case Operator.equal.rawValue where call.arguments.count == 2:
            let (left, right) = (call.arguments[0], call.arguments[1])
            if right.isLiteral { return .equal(subject: left.description, literal: right.description) }
            return left.isLiteral ? .equal(subject: right.description, literal: left.description) : nil
        case Operator.contained.rawValue where call.arguments.count == 2:
            guard case .list(let elements) = call.arguments[1].kind, elements.allSatisfy(\.value.isLiteral) else {
                return nil
            }
            let literals = Set(elements.map(\.value.description))
            return .member(subject: call.arguments[0].description, literals: literals)
        case "startsWith":
            guard let target = call.target, let argument = call.arguments.first,
                case .literal(.string(let text)) = argument.kind
            else { return nil }
            return .prefix(subject: target.description, text: text)
        default: return nil
        }
    }

    /// `depth`: how many alternatives within one another are looked into, which bounds the work.
    private static func follows(_ claim: Claim, from known: [Claim], depth: Int) -> Bool {
        if known.contains(where: { $0 == claim || self.isCase(known: $0, of: claim) }) { return true }
        guard depth > 0 else { return false }
        if case .any(let alternatives) = claim,
            alternatives.contains(where: { $0.allSatisfy { self.follows($0, from: known, depth: depth - 1) } })
        {
            return true
        }
        return known.contains { fact in
            guard case .any(let alternatives) = fact else { return false }
            return alternatives.allSatisfy { self.follows(claim, from: $0, depth: depth - 1) }
        }
    }

    /// Whether `known` alone says it: `path == "/a/b"` that the path begins with `/a`.
    private static func isCase(known: Claim, of claim: Claim) -> Bool {
        switch (known, claim) {
        case (.equal(let subject, let literal), .member(let other, let literals)):
            subject == other && literals.contains(literal)
        case (.member(let subject, let some), .member(let other, let literals)):
            subject == other && some.isSubset(of: literals)
        case (.equal(let subject, let literal), .prefix(let other, let text)):
            subject == other && self.begins(literal, with: text)
        case (.member(let subject, let some), .prefix(let other, let text)):
            subject == other && some.allSatisfy { self.begins($0, with: text) }
        case (.prefix(let subject, let longer), .prefix(let other, let text)):
            subject == other && longer.unicodeScalars.starts(with: text.unicodeScalars)
        default: false
        }
    }

    /// `literal`: as an expression spells it.
    private static func begins(_ literal: String, with text: String) -> Bool {
        guard case .literal(.string(let value)) = (try? Parser.parse(literal))?.kind else { return false }
        return value.unicodeScalars.starts(with: text.unicodeScalars)
    }
}

extension SyntaxNode {
    fileprivate var isLiteral: Bool { if case .literal = self.kind { true } else { false } }
}
