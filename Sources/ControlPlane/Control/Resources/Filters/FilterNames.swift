import Expression

/// Other names that values of members go by in filters: what is compared with the member is read as the name that
/// answers have.
struct FilterNames {
    private let names: [String: [String: String]]

    /// - Parameter names: by member.
    init(_ names: [String: [String: String]]) {
        self.names = names
    }

    /// The tree, which filters have been found to be made of, with the values renamed.
    func applied(to node: SyntaxNode) -> SyntaxNode {
        guard !self.names.isEmpty else { return node }
        switch node.kind {
        case .and(let left, let right):
            return SyntaxNode(.and(self.applied(to: left), self.applied(to: right)), at: node.range)
        case .or(let left, let right):
            return SyntaxNode(.or(self.applied(to: left), self.applied(to: right)), at: node.range)
        case .call(let call):
            let member = call.arguments.lazy.compactMap(Self.member).compactMap { self.names[$0] }.first
            return SyntaxNode(
                .call(
                    .init(
                        function: call.function,
                        target: call.target,
                        arguments: call.arguments.map { argument in
                            member.map { Self.renamed(argument, $0) } ?? self.applied(to: argument)
                        },
                        nameRange: call.nameRange
                    )
                ),
                at: node.range
            )
        default: return node
        }
    }

    /// The member that `obj.member` names.
    private static func member(_ node: SyntaxNode) -> String? {
        guard case .select(let selection) = node.kind, case .identifier("obj", _) = selection.operand.kind else {
            return nil
        }
        return selection.field
    }

    private static func renamed(_ node: SyntaxNode, _ names: [String: String]) -> SyntaxNode {
        switch node.kind {
        case .literal(.string(let text)):
            return SyntaxNode(.literal(.string(names[text] ?? text)), at: node.range)
        case .list(let elements):
            return SyntaxNode(.list(elements.map { .init(Self.renamed($0.value, names)) }), at: node.range)
        default: return node
        }
    }
}
