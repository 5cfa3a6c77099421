import Addressing
import LinearRegex
import Model
import Settings

extension FieldType where Value == CaseExpectation {
    /// A status alone, or a mapping.
    static var expectation: Self {
        let record = FieldType<CaseExpectation>.record("status, or mapping", CaseExpectation.init)
        var type = record
        type.read = { node, path, context in
            guard case .integer = node.value else { return record.read(node, path, context) }
            let status = FieldType<Int>.integer(100...599).read(node, path, context)
            return status.map { FieldValue(CaseExpectation(status: $0.value), .null) }
        }
        return type
    }
}

extension CaseExpectation {
    fileprivate init(status: Int) {
        self.status = status
        self.party = nil
        self.code = nil
        self.headers = [:]
        self.body = nil
        self.forwarded = nil
        self.rule = nil
        self.logs = []
    }

    fileprivate init?(_ fields: FieldReader) {
        self.party = fields.optional(
            "answered_by",
            .party,
            "`upstream`, `policy`, `error`, `nobody`, or the URL of an internal endpoint."
        )
        self.status = fields.optional("status", .integer(100...599), "The status that the visitor gets.")
        self.code = fields.optional("code", .failureCode, "The code of the failure.")
        self.headers = fields.optional("headers", .textsByName, "Headers that the visitor gets; null for none.") ?? [:]
        self.body = fields.optional("body", .expectedText, "The body that the visitor gets.")
        self.forwarded = fields.optional("upstream", .forwarded, "The request as it goes on.")
        self.rule = fields.optional("rule", .text(1...255), "The name of the rule that ended the phase.")
        self.logs = fields.optional("logs", .logs, "What was logged, in order; parts of it are enough.") ?? []
    }
}

extension FieldType where Value == CaseExpectation.Party {
    fileprivate static var party: Self {
        FieldType<SourceText>.scalar.described("party").checked { source, node, path, context in
            switch source.text {
            case "upstream": return .upstream
            case "policy": return .policy
            case "error": return .error
            case "nobody": return .nobody
            case let text where ForwardInternalConfiguration.problem(inURL: text) == nil:
                // As the endpoint is shown, however the case spells it.
                let url = ForwardInternalConfiguration.url(text, scheme: .https)
                return .endpoint(url?.description ?? text)
            case let text:
                let names = ["upstream", "policy", "error", "nobody"]
                let words = "\"\(shown(text))\" is none of \(names.joined(separator: ", ")), and no internal endpoint"
                let hint = Suggestion.nearest(to: text, among: names)
                context.report(.policyDocument, at: node, path: path, words, suggestion: hint)
                return nil
            }
        }
    }
}

extension FieldType where Value == CaseExpectation.Forwarded {
    fileprivate static var forwarded: Self {
        .record("mapping with method, url, headers and body") { fields -> CaseExpectation.Forwarded? in
            CaseExpectation.Forwarded(
                method: fields.optional("method", .text(1...64), "The method."),
                target: fields.optional("url", .expectedText, "Path and query."),
                headers: fields.optional("headers", .textsByName, "Its headers; null for none.") ?? [:],
                body: fields.optional("body", .expectedText, "Its body.")
            )
        }
    }
}

extension FieldType where Value == TextExpectation {
    /// A text, null for its absence, or a mapping with `contains` or `matches`.
    fileprivate static var expectedText: Self {
        let record = FieldType<TextExpectation>.record("text, or mapping with contains or matches") {
            fields -> TextExpectation? in
            let part = fields.optional("contains", .text(1...65_536), "A part of the text.")
            let pattern = fields.optional("matches", .pattern, "A pattern that matches somewhere.")
            if let pattern, part == nil { return .matching(pattern) }
            if let part, pattern == nil { return .containing(part) }
            // One that is there and wrong was reported.
            if fields.has("contains") == fields.has("matches") {
                fields.report(
                    .policyDocument,
                    "a text is expected, or a mapping with either \"contains\" or \"matches\""
                )
            }
            return nil
        }
        var type = record
        type.read = { node, path, context in
            switch node.value {
            case .null: return FieldValue(.absent, .null)
            case .mapping: return record.read(node, path, context)
            case .bool, .integer, .number, .string, .sequence:
                return FieldType<SourceText>.scalar.read(node, path, context).map {
                    FieldValue(.equal($0.value.text), .null)
                }
            }
        }
        return type
    }
}

extension FieldType where Value == String {
    fileprivate static var pattern: Self {
        FieldType<String>.text(1...65_536).checked { text, node, path, context in
            do throws(LinearRegexError) {
                _ = try LinearRegex(text)
                return text
            } catch {
                context.report(.policyDocument, at: node, path: path, "\(error)")
                return nil
            }
        }
    }
}

extension FieldType where Value == [String: TextExpectation] {
    fileprivate static var textsByName: Self {
        FieldType(words: "mapping of texts") { node, path, context in
            let texts = node.members(path: path, context) { node, path in
                FieldType<TextExpectation>.expectedText.read(node, path, context)?.value
            }
            return texts.map { texts in
                FieldValue(Dictionary(texts.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }, .null)
            }
        }
    }
}

extension FieldType where Value == [DocumentValue] {
    fileprivate static var logs: Self {
        let type = FieldType<DocumentValue>(words: "mapping") { node, path, context in
            guard case .mapping = node.value else {
                context.report(.policyDocument, at: node, path: path, "a mapping is expected; this is \(node.form)")
                return nil
            }
            return FieldValue(node.plain, .null)
        }
        return .list(of: type, 0...100)
    }
}

extension Node {
    /// The value as it is.
    fileprivate var plain: DocumentValue {
        switch self.value {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .string: .string(self.source.text)
        case .sequence(let items): .list(items.map(\.plain))
        case .mapping(let entries): .object(entries.map { DocumentValue.Member($0.key, $0.value.plain) })
        }
    }
}
