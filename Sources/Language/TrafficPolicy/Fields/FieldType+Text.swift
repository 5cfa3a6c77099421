import LinearRegex
import Model
import Settings

extension FieldType where Value == SourceText {
    /// A scalar's text; truth values and numbers are taken as they are written (`spec/traffic-policy.md` 1.1).
    static var scalar: Self {
        FieldType(words: "text") { node, path, context in
            switch node.value {
            case .null, .sequence, .mapping:
                context.report(.policyConfiguration, at: node, path: path, "a text is expected; this is \(node.form)")
                return nil
            case .bool, .integer, .number, .string:
                return FieldValue(node.source, .string(node.source.text))
            }
        }
    }
}

extension FieldType where Value == String {
    /// A text of `bytes` in UTF-8.
    static func text(
        _ bytes: ClosedRange<Int> = 1...4096,
        tooShort: ErrorCode? = nil,
        tooLong: ErrorCode = .policyTextLong,
        isSecret: Bool = false
    ) -> Self {
        let words = bytes.lowerBound > 1 ? "\(bytes.lowerBound) to \(bytes.upperBound)" : "at most \(bytes.upperBound)"
        return FieldType<SourceText>.scalar.described(limits: "\(words) bytes").checked { source, node, path, context in
            let count = source.text.utf8.count
            if count < bytes.lowerBound {
                let code = tooShort ?? (count == 0 ? .policyFieldEmpty : .policyTextShort)
                let message =
                    count == 0 ? "must not be empty" : "has \(count) bytes; at least \(bytes.lowerBound) are needed"
                context.report(code, at: node, path: path, message, isSecret: isSecret)
                return nil
            }
            guard count <= bytes.upperBound else {
                let message = "has \(count) bytes; at most \(bytes.upperBound) are allowed"
                context.report(tooLong, at: node, path: path, message, isSecret: isSecret)
                return nil
            }
            return source.text
        }
    }
}

extension FieldType where Value == TemplateSource {
    /// A text that may have `${…}` parts; each of them is compiled.
    ///
    /// `code`: what says that a part does not compile.
    static func template(isEmptyAllowed: Bool = false, code: ErrorCode = .policyTemplate) -> Self {
        var type = FieldType<SourceText>.scalar.checked { source, node, path, context -> TemplateSource? in
            guard isEmptyAllowed || !source.text.isEmpty else {
                context.report(.policyFieldEmpty, at: node, path: path, "must not be empty")
                return nil
            }
            return context.compiled(TemplateSource(source), path: path, code: code)
        }
        type.interpolation = .template
        return type
    }

    /// A template whose text is shown to no one: it is given back redacted, unless it only asks for a secret by name.
    static func secretTemplate(
        bytes: Int = 8192,
        tooLong: ErrorCode = .policyTextLong,
        empty: ErrorCode = .policyFieldEmpty
    ) -> Self {
        var type = FieldType<TemplateSource>(words: "text", limits: "at most \(bytes) bytes") { node, path, context in
            guard let source = FieldType<SourceText>.scalar.read(node, path, context)?.value else { return nil }
            guard !source.text.isEmpty else {
                context.report(empty, at: node, path: path, "must not be empty")
                return nil
            }
            guard source.text.utf8.count <= bytes else {
                let words = "has \(source.text.utf8.count) bytes; at most \(bytes) are allowed"
                context.report(tooLong, at: node, path: path, words, isSecret: true)
                return nil
            }
            guard let template = context.compiled(TemplateSource(source), path: path, code: .policyTemplate) else {
                return nil
            }
            return FieldValue(template, template.writtenSecret)
        }
        type.interpolation = .template
        type.isSecret = true
        return type
    }
}

extension TemplateSource {
    /// How a secret is given back: redacted, unless it only names an entry of a vault.
    var writtenSecret: DocumentValue {
        let isReference = self.text.wholeMatch(
            of: /\$\{\s*secrets\.get\(\s*(['"])[^'"]*\1\s*,\s*(['"])[^'"]*\2\s*\)\s*\}/
        )
        return isReference == nil ? .secret(Secret(self.text)) : .string(self.text)
    }
}

extension ReadingContext {
    /// The template, unless one of its parts does not compile, which is reported.
    func compiled(_ template: TemplateSource, path: String, code: ErrorCode) -> TemplateSource? {
        guard template.literal == nil, let checks = self.checks else { return template }
        let found = checks.problems(inTemplate: template.text, phase: self.phase)
        self.report(found, in: template.source, as: code, path: path)
        return found.isEmpty ? template : nil
    }
}

extension FieldType where Value == ExpressionSource {
    /// A CEL expression, which takes no `${…}`.
    static func expression(_ result: ExpressionResult, code: ErrorCode) -> Self {
        var type = FieldType<SourceText>.scalar.described("CEL expression").checked {
            source,
            node,
            path,
            context -> ExpressionSource? in
            guard !source.text.isEmpty else {
                context.report(.policyFieldEmpty, at: node, path: path, "must not be empty")
                return nil
            }
            return context.compiled(ExpressionSource(source), expecting: result, path: path, code: code)
        }
        type.interpolation = .expression
        return type
    }
}

extension ReadingContext {
    /// The expression, unless it does not compile, which is reported.
    func compiled(
        _ expression: ExpressionSource,
        expecting result: ExpressionResult,
        path: String,
        code: ErrorCode
    ) -> ExpressionSource? {
        guard let checks = self.checks else { return expression }
        let found = checks.problems(in: expression.text, phase: self.phase, expecting: result)
        self.report(found, in: expression.source, as: code, path: path)
        return found.isEmpty ? expression : nil
    }
}

extension FieldType where Value == TemplateSource {
    /// An RE2 pattern. One with `${…}` parts is compiled when they are known.
    static func pattern(isEmptyAllowed: Bool = false) -> Self {
        var type = FieldType<TemplateSource>.template(isEmptyAllowed: isEmptyAllowed).checked {
            template,
            node,
            path,
            context -> TemplateSource? in
            guard let literal = template.literal, !literal.isEmpty else { return template }
            do throws(LinearRegexError) {
                _ = try LinearRegex(literal)
                return template
            } catch {
                context.report(.policyPattern, at: node, path: path, "\(error)")
                return nil
            }
        }
        type.words = "RE2 pattern"
        return type
    }
}

extension FieldType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the values of an enumeration, by its raw value.
    static func choice(_ code: ErrorCode = .policyChoice) -> Self {
        let names = Value.allCases.map(\.rawValue)
        let limits = names.count > 12 ? "one of \(names.count)" : names.map { "`\($0)`" }.joined(separator: ", ")
        return FieldType<SourceText>.scalar.described("choice", limits: limits).checked { source, node, path, context in
            if let value = Value(rawValue: source.text) { return value }
            let nearest = Suggestion.nearest(to: source.text, among: names)
            let words = "\"\(shown(source.text))\" is not one of \(names.joined(separator: ", "))"
            context.report(code, at: node, path: path, words, suggestion: nearest)
            return nil
        }
    }
}
