extension Policy {
    /// The policy as a document again: the names of today, one spelling for each value, JSON.
    ///
    /// It reads as the same policy where secrets are revealed.
    package func json(_ secrecy: DocumentValue.Secrecy) -> String {
        var members = self.isEnabled ? [] : [DocumentValue.Member("enabled", .bool(false))]
        for phase in PolicyPhase.allCases {
            guard let rules = self.rules[phase] else { continue }
            members.append(DocumentValue.Member(phase.rawValue, .list(rules.map(\.document))))
        }
        return DocumentValue.object(members).json(secrecy)
    }
}

extension Rule {
    fileprivate var document: DocumentValue {
        var members: [DocumentValue.Member] = []
        if let name = self.name { members.append(.init("name", .string(name))) }
        if !self.expressions.isEmpty { members.append(.init("expressions", .list(self.expressions.map(\.document)))) }
        members.append(.init("actions", .list(self.actions.map(\.document))))
        return .object(members)
    }
}

extension RuleExpression {
    fileprivate var document: DocumentValue {
        switch self {
        case .constant(let value): .bool(value)
        case .source(let expression): .string(expression.text)
        }
    }
}

extension Action {
    fileprivate var document: DocumentValue {
        let type = DocumentValue.Member("type", .string(self.type.rawValue))
        return .object([type] + (self.written.map { [DocumentValue.Member("config", $0)] } ?? []))
    }
}
