package import LinearRegex

extension StandardLibrary {
    /// Sizes, searching in texts, and types.
    static let core: [FunctionDeclaration] = [
        FunctionDeclaration(
            "size",
            summary: "The number of code points of a string, bytes of bytes, elements of a list or entries of a map.",
            examples: ["size('née') == 3", "b'\\xff'.size() == 1", "[1, 2].size() == 2", "size({'a': 1}) == 1"],
            overloads: Core.sizes(method: false) + Core.sizes(method: true)
        ),
        FunctionDeclaration(
            "contains",
            summary: "Whether a string stands in another. The empty string stands in every one.",
            examples: ["'hello'.contains('ell')", "!'hello'.contains('ol')", "'hello'.contains('')"],
            overloads: [.method(Core.contains)]
        ),
        FunctionDeclaration(
            "startsWith",
            summary: "Whether a string begins with another.",
            examples: ["'/api/users'.startsWith('/api/')", "'a'.startsWith('')"],
            overloads: [.method(Core.startsWith)]
        ),
        FunctionDeclaration(
            "endsWith",
            summary: "Whether a string ends with another.",
            examples: ["'logo.png'.endsWith('.png')", "'a'.endsWith('')"],
            overloads: [.method(Core.endsWith)]
        ),
        FunctionDeclaration(
            "matches",
            summary:
                "Whether a regular expression (RE2's syntax) matches anywhere in the string; anchor it with ^ and $.",
            examples: ["'banana'.matches('(an)+')", "matches('v1.2', r'^v\\d')", "'A'.matches('(?i)a')"],
            overloads: [Core.matching(method: false), Core.matching(method: true)]
        ),
        FunctionDeclaration(
            "type",
            summary: "The type of a value, which is a value itself.",
            examples: ["type(1) == int", "type([]) == list", "type(type(1)) == type"],
            overloads: [
                .function([.parameter("T")], .type(.parameter("T")), .calling(Core.type))
            ]
        ),
        FunctionDeclaration(
            "dyn",
            summary: "The same value, of which the checker knows no type: what it may do is found out when it runs.",
            examples: ["dyn(1) == 1", "dyn('a').size() == 1"],
            overloads: [.function([.parameter("T")], .dyn, .calling(Core.same))]
        ),
    ]
}

private enum Core {
    static func sizes(method isMethod: Bool) -> [Overload] {
        let list = ExpressionType.list(.parameter("T"))
        let map = ExpressionType.map(key: .parameter("K"), value: .parameter("V"))
        return [
            Overload(method: isMethod, [.string], .int, .calling(self.textSize)),
            Overload(method: isMethod, [.bytes], .int, .calling(self.byteSize)),
            Overload(method: isMethod, [list], .int, .calling(self.listSize)),
            Overload(method: isMethod, [map], .int, .calling(self.mapSize)),
        ]
    }

    static func textSize(_ text: String, _ run: Evaluation) throws(EvaluationError) -> Int64 {
        try run.charge(bytes: text.utf8.count)
        return Int64(text.codePointCount)
    }

    static func byteSize(_ bytes: [UInt8], _: Evaluation) throws(EvaluationError) -> Int64 { Int64(bytes.count) }

    static func listSize(_ list: [Value], _: Evaluation) throws(EvaluationError) -> Int64 { Int64(list.count) }

    static func mapSize(_ map: Value, _: Evaluation) throws(EvaluationError) -> Int64 {
        guard case .map(let view) = map else { throw EvaluationError(.noSuchOverload("size")) }
        return Int64(view.count)
    }

    static func contains(_ text: String, _ part: String, _ run: Evaluation) throws(EvaluationError) -> Bool {
        try run.charge(bytes: text.utf8.count + part.utf8.count)
        return TextSearch.contains(text, part)
    }

    static func startsWith(_ text: String, _ prefix: String, _ run: Evaluation) throws(EvaluationError) -> Bool {
        try run.charge(bytes: prefix.utf8.count)
        return TextSearch.starts(text, with: prefix)
    }

    static func endsWith(_ text: String, _ suffix: String, _ run: Evaluation) throws(EvaluationError) -> Bool {
        try run.charge(bytes: suffix.utf8.count)
        return TextSearch.ends(text, with: suffix)
    }

    static func matching(method isMethod: Bool) -> Overload {
        Overload(
            method: isMethod,
            [.string, .string],
            .bool,
            specialization: { (constants: [Value?]) throws(EvaluationError) -> Implementation? in
                guard case .string(let pattern)? = constants.last ?? nil else { return nil }
                return try self.matching(StandardLibrary.regularExpression(pattern))
            },
            .calling(self.matches)
        )
    }

    /// With a pattern that was compiled when the plan was made; the second argument is that pattern's text.
    private static func matching(_ regex: LinearRegex) -> Implementation {
        .calling { (text: String, _: Value, run: Evaluation) throws(EvaluationError) -> Bool in
            try StandardLibrary.chargeMatching(text, run)
            return regex.matches(text)
        }
    }

    /// With a pattern that is made while the expression runs.
    private static func matches(_ text: String, _ pattern: String, _ run: Evaluation) throws(EvaluationError) -> Bool {
        // What compiling costs, at the least, in visits of nodes.
        try run.charge(100 + pattern.utf8.count)
        let regex = try StandardLibrary.regularExpression(pattern)
        try StandardLibrary.chargeMatching(text, run)
        return regex.matches(text)
    }

    static func type(_ value: Value, _: Evaluation) throws(EvaluationError) -> Value { .type(value.typeName) }

    static func same(_ value: Value, _: Evaluation) throws(EvaluationError) -> Value { value }
}

extension StandardLibrary {
    /// The regular expression of a pattern, as `matches` reads it.
    package static func regularExpression(_ pattern: String) throws(EvaluationError) -> LinearRegex {
        do throws(LinearRegexError) {
            return try LinearRegex(pattern)
        } catch {
            throw .invalid("invalid regular expression: \(error.problem)")
        }
    }

    /// Charges for searching in a text: a step for each 16 bytes, of which each takes the automaton longer than comparing.
    package static func chargeMatching(_ text: String, _ run: Evaluation) throws(EvaluationError) {
        guard text.utf8.count >= 16 else { return }
        try run.charge(text.utf8.count / 16)
    }
}
