import Expression
import Model
import Settings

/// Which variables a case may set, because they come from outside and neither from the request nor from the policy.
package enum CaseFacts {
    /// In the order of the reference.
    package static let variables: [PolicyVariable] = PolicyVariable.base.filter { variable in
        variable.name == "time.now" || variable.name.hasPrefix("conn.") && !Self.derived.contains(variable.name)
    }

    /// What follows from others: the categories of an address.
    private static let derived: Set<String> = [
        "conn.client_ip.is_on_blocklist", "conn.client_ip.is_tor_node", "conn.server_ip.is_on_blocklist",
        "conn.server_ip.is_tor_node",
    ]
}

extension FieldType where Value == [String: DocumentValue] {
    /// A mapping from the names of variables to values of their types.
    static var facts: Self {
        FieldType(words: "mapping of values") { node, path, context in
            guard case .mapping(let entries) = node.value else {
                context.report(.policyDocument, at: node, path: path, "a mapping is expected; this is \(node.form)")
                return nil
            }
            let read = entries.compactMap { entry -> (String, DocumentValue)? in
                guard let variable = CaseFacts.variables.first(where: { $0.name == entry.key }) else {
                    Self.reportUnknown(entry, path: path, context)
                    return nil
                }
                guard let value = entry.value.value(of: variable.type) else {
                    let words = "\(entry.key) is a \(variable.type.text); this is \(entry.value.form)"
                    context.report(.policyDocument, at: entry.value, path: "\(path).\(entry.key)", words)
                    return nil
                }
                return (entry.key, value)
            }
            guard read.count == entries.count else { return nil }
            return FieldValue(Dictionary(read) { first, _ in first }, .null)
        }
    }

    private static func reportUnknown(_ entry: Node.Entry, path: String, _ context: ReadingContext) {
        let isKnown = PolicyVariable.base.contains { $0.name == entry.key }
        let words =
            isKnown
            ? "\"\(entry.key)\" is not set here: it follows from the request, the endpoint or other facts"
            : "there is no variable \"\(shown(entry.key))\""
        let hint = isKnown ? nil : Settings.Suggestion.nearest(to: entry.key, among: CaseFacts.variables.map(\.name))
        context.report(
            PolicyProblem(
                .policyDocument,
                at: entry.position,
                path: "\(path).\(entry.key)",
                offending: entry.key,
                words,
                suggestion: hint
            )
        )
    }
}

extension Node {
    /// The value as one of a variable's type; nil where it is none.
    fileprivate func value(of type: VariableType) -> DocumentValue? {
        switch (type, self.value) {
        case (.bool, .bool(let value)): return .bool(value)
        case (.int, _): return self.whole.map(DocumentValue.integer)
        case (.double, .number(let value)): return .number(value)
        case (.double, .integer(let value)): return .number(Double(value))
        // Numbers are texts where a text is wanted, such as a latitude.
        case (.string, .string), (.string, .integer), (.string, .number): return .string(self.source.text)
        case (.timestamp, .string): return Timestamp(text: self.source.text) == nil ? nil : .string(self.source.text)
        case (.duration, .string): return TimeSpan(text: self.source.text) == nil ? nil : .string(self.source.text)
        case (.bytes, .string): return .string(self.source.text)
        case (.list(let item), .sequence(let nodes)):
            let items = nodes.compactMap { $0.value(of: item) }
            return items.count == nodes.count ? .list(items) : nil
        case (.map(let item), .mapping(let entries)):
            let members = entries.compactMap { entry in
                entry.value.value(of: item).map { DocumentValue.Member(entry.key, $0) }
            }
            return members.count == entries.count ? .object(members) : nil
        case (.record(_, let types), .mapping(let entries)):
            let members = entries.compactMap { entry -> DocumentValue.Member? in
                guard let type = types.first(where: { $0.name == entry.key })?.type else { return nil }
                return entry.value.value(of: type).map { DocumentValue.Member(entry.key, $0) }
            }
            return members.count == entries.count ? .object(members) : nil
        default: return nil
        }
    }
}
