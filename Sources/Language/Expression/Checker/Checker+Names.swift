// Names: the longest declared one counts, what is behind it is selected from its value.
extension Checker {
    mutating func checkIdentifier(_ name: String, isAbsolute: Bool, _ node: SyntaxNode) -> CheckedNode {
        if !isAbsolute, let local = self.local(name) {
            return CheckedNode(.local(local.index), local.type, at: node.range)
        }
        guard let qualified = QualifiedName(node) else { return self.unknownName(name, at: node.range) }
        return self.resolve(qualified)
    }

    mutating func checkSelection(_ selection: SyntaxNode.Selection, _ node: SyntaxNode) -> CheckedNode {
        if let name = QualifiedName(node), !self.isLocal(name) { return self.resolve(name) }
        let operand = self.check(selection.operand)
        return self.select(selection.field, isOptional: selection.isOptional, of: operand, at: node.range)
    }

    func isLocal(_ name: QualifiedName) -> Bool {
        !name.isAbsolute && self.local(name.root.text) != nil
    }

    private mutating func resolve(_ name: QualifiedName) -> CheckedNode {
        for count in (1...name.segments.count).reversed() {
            guard let declared = self.declared(name, count) else { continue }
            return self.selectRest(of: name, from: count, declared)
        }
        return self.unknown(name)
    }

    /// What is declared under the first segments of a name: a variable or a type.
    private func declared(_ name: QualifiedName, _ count: Int) -> CheckedNode? {
        let prefix = name.prefix(count)
        let range = name.segments[count - 1].range
        if let variable = self.environment.variable(prefix) {
            return CheckedNode(.variable(variable), variable.type, at: range)
        }
        return TypeName(rawValue: prefix).map { CheckedNode(.constant(.type($0)), .type(.dyn), at: range) }
    }

    private mutating func selectRest(of name: QualifiedName, from count: Int, _ declared: CheckedNode) -> CheckedNode {
        var node = declared
        for position in count..<name.segments.count {
            let segment = name.segments[position]
            let namespace = name.prefix(position)
            guard node.type.hasMembers || !self.environment.isNamespace(namespace) else {
                return self.unknownMember(segment, of: namespace, in: name)
            }
            node = self.select(segment.text, isOptional: false, of: node, at: segment.range)
        }
        return node
    }

    /// Selects a member from a value.
    mutating func select(
        _ field: String,
        isOptional: Bool,
        of operand: CheckedNode,
        at range: Range<Int>
    ) -> CheckedNode {
        let type: ExpressionType
        switch self.memberType(field, of: operand.type) {
        case .some(let member): type = member
        case nil:
            self.reportMember(field, of: operand, at: range)
            type = .dyn
        }
        let kind = CheckedNode.Kind.field(operand, name: field, isOptional: isOptional)
        return CheckedNode(kind, isOptional ? .optional(type.withoutOptional) : type, at: range)
    }

    /// Nil where values of the type have no such member.
    private func memberType(_ field: String, of type: ExpressionType) -> ExpressionType? {
        switch type {
        case .dyn, .parameter: .dyn
        case .map(let key, let value): key.isComparable(with: .string) ? value : nil
        case .record(let record): record.members[field]
        case .optional(let wrapped): self.memberType(field, of: wrapped).map { .optional($0.withoutOptional) }
        default: nil
        }
    }

    private mutating func reportMember(_ field: String, of operand: CheckedNode, at range: Range<Int>) {
        guard case .record(let record) = operand.type else {
            return self.report("a value of type \(operand.type.text) has no member '\(field)'", at: range)
        }
        let suggestion = Suggestion.closest(to: field, among: record.members.keys)
        self.report("a \(record.name) has no member '\(field)'", at: range, suggestion: suggestion)
    }
}

// MARK: - Names that nothing has

extension Checker {
    private mutating func unknown(_ name: QualifiedName) -> CheckedNode {
        let known = (1...name.segments.count).last { self.environment.isNamespace(name.prefix($0)) }
        guard let known else { return self.unknownName(name.root.text, at: name.root.range) }
        let namespace = name.prefix(known)
        guard known == name.segments.count else {
            return self.unknownMember(name.segments[known], of: namespace, in: name)
        }
        let members = self.environment.members(of: namespace).sorted()
        let shown = members.prefix(6).map { "\(namespace).\($0)" }.joined(separator: ", ")
        let more = members.count > 6 ? ", ..." : ""
        return self.refuse("'\(namespace)' is no value; it stands before names: \(shown)\(more)", at: name.root.range)
    }

    private mutating func unknownMember(
        _ segment: QualifiedName.Segment,
        of namespace: String,
        in name: QualifiedName
    ) -> CheckedNode {
        let members = self.environment.members(of: namespace)
        let suggestion = Suggestion.closest(to: segment.text, among: members).map { "\(namespace).\($0)" }
        return self.refuse(
            "'\(namespace)' has no member '\(segment.text)'",
            at: segment.range,
            suggestion: suggestion
        )
    }

    private mutating func unknownName(_ name: String, at range: Range<Int>) -> CheckedNode {
        let names = self.scope.map(\.name) + Array(self.environment.members(of: ""))
        let suggestion = Suggestion.closest(to: name, among: names)
        return self.refuse("there is no variable '\(name)'", at: range, suggestion: suggestion)
    }
}

// MARK: - has()

extension Checker {
    mutating func checkPresence(_ presence: SyntaxNode.Presence, at range: Range<Int>) -> CheckedNode {
        switch presence {
        case .field(let selection): return self.checkPresence(of: selection, at: range)
        case .element(let operand, let index):
            let element = self.checkIndex(operand, index, isOptional: false, at: range)
            guard case .index(let operand, let index, _) = element.kind else { return element }
            return CheckedNode(.elementPresence(operand, index), .bool, at: range)
        }
    }

    private mutating func checkPresence(of selection: SyntaxNode.Selection, at range: Range<Int>) -> CheckedNode {
        // As a plain selection, to find out what is a name and what a member.
        let plain = SyntaxNode.Selection(operand: selection.operand, field: selection.field, isOptional: false)
        let selected = self.check(SyntaxNode(.select(plain), at: range))
        switch selected.kind {
        case .variable(let variable): return CheckedNode(.variablePresence(variable), .bool, at: range)
        case .field(let operand, let name, _):
            return CheckedNode(.fieldPresence(operand, name: name), .bool, at: range)
        case .constant: return CheckedNode(.constant(.bool(true)), .bool, at: range)
        default: return selected
        }
    }
}

extension ExpressionType {
    /// Whether a point after a value of the type may select something of it.
    var hasMembers: Bool {
        switch self {
        case .dyn, .map, .record, .optional, .parameter: true
        default: false
        }
    }

    /// What an optional holds, and any other type as it is: selecting from optionals doesn't nest them.
    var withoutOptional: ExpressionType {
        if case .optional(let wrapped) = self { wrapped } else { self }
    }
}
