import Model

/// What a policy may not do to a header (`spec/traffic-policy.md` 4.1, 4.2).
enum HeaderRules {
    /// Set by the edge, or by those who speak HTTP with it.
    static let notAdded: Set<String> = [
        "user-agent", "ngrok-skip-browser-warning", "connection", "transfer-encoding", "upgrade", "keep-alive", "te",
        "trailer", "content-length",
    ]
    /// Callers must be able to trust it.
    static let notAddedToResponses: Set<String> = ["ngrok-error-code"]
    static let notRemoved: Set<String> = ["user-agent", "host"]

    static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2D || $0 == 0x5F
            }
    }

    /// The name in lower case; nil when it is none, which is reported.
    static func name(_ text: String, at position: SourcePosition, path: String, _ context: ReadingContext) -> String? {
        guard text.utf8.count <= context.limits.headerNameBytes else {
            let words =
                "the header name has \(text.utf8.count) bytes; at most \(context.limits.headerNameBytes) are allowed"
            context.report(PolicyProblem(.policyHeaderNameLong, at: position, path: path, offending: text, words))
            return nil
        }
        guard Self.isName(text) else {
            let words = "\"\(shown(text))\" is no header name; use letters, digits, \"-\" and \"_\""
            context.report(PolicyProblem(.policyHeaderName, at: position, path: path, offending: text, words))
            return nil
        }
        return text.lowercased()
    }

    static func isValue(_ text: String) -> Bool {
        // A tab is the only control character that a field value may have (RFC 9110 5.5).
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
}

extension FieldType where Value == TemplateSource {
    /// The value of a header.
    fileprivate static var headerValue: Self {
        FieldType<TemplateSource>.template(isEmptyAllowed: true, code: .policyHeaderTemplate).checked {
            template,
            node,
            path,
            context in
            let limit = context.limits.headerValueBytes
            guard template.text.utf8.count <= limit else {
                let words = "the header value has \(template.text.utf8.count) bytes; at most \(limit) are allowed"
                context.report(.policyHeaderValueLong, at: node, path: path, words)
                return nil
            }
            guard template.literal.map(HeaderRules.isValue) ?? true else {
                let words = "the header value has a line break or another control character"
                context.report(.policyHeaderValue, at: node, path: path, words)
                return nil
            }
            return template
        }
    }
}

extension FieldType where Value == [TemplateField] {
    /// A mapping from header names, which become lower case, to values.
    ///
    /// `isForced`: whether the names go to a visitor or an upstream as they are, so that those which the
    ///   edge sets are refused.
    static func headers(isForced: Bool = false) -> Self {
        FieldType<[TemplateField]>.fields(
            1...10,
            tooMany: .policyHeadersCount,
            name: { entry, path, context in
                let name = HeaderRules.name(entry.key, at: entry.position, path: path, context)
                guard let name, isForced else { return name }
                let isInResponse = context.phase == .httpResponse
                guard
                    !HeaderRules.notAdded.contains(name),
                    !isInResponse || !HeaderRules.notAddedToResponses.contains(name)
                else {
                    let words = "the header \"\(name)\" is set by the edge and cannot be added"
                    context.report(
                        PolicyProblem(
                            .policyFieldForbidden,
                            at: entry.position,
                            path: path,
                            offending: entry.key,
                            words
                        )
                    )
                    return nil
                }
                return name
            },
            value: .headerValue
        ).uniqueNames()
    }

    private func uniqueNames() -> Self {
        self.checked { fields, node, path, context in
            guard case .mapping(let entries) = node.value else { return fields }
            var seen: Set<String> = []
            var isUnique = true
            for (entry, field) in zip(entries, fields) where !seen.insert(field.name).inserted {
                isUnique = false
                let words = "the header \"\(field.name)\" stands twice, in different letter case"
                context.report(
                    PolicyProblem(.policyRepeated, at: entry.position, path: path, offending: entry.key, words)
                )
            }
            return isUnique ? fields : nil
        }
    }
}
