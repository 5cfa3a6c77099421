import Model
import Settings

extension PolicyCase {
    init?(_ fields: FieldReader) {
        let name = fields.required("name", .text(1...255), "What the case is about.")
        let facts = fields.optional("facts", .facts, "What is known of connection and time, by the names of variables.")
        let login = fields.optional("login", .login, "Who has logged in; nobody when absent.")
        let request = fields.optional("request", .request, "`GET /path`, or a mapping; a connection alone when absent.")
        let upstream = fields.optional("upstream", .answer, "What the service answers; 200 and nothing when absent.")
        let answers = fields.optional("internal", .answers, "What internal endpoints answer, by URL.")
        let repetitions = fields.value(
            "repeat",
            .integer(1...100_000),
            default: 1,
            shown: "1",
            "How many times it comes; the last one counts."
        )
        let expected = fields.required("expect", .expectation, "A status, or a mapping.")
        guard let name, let expected else { return nil }
        self.name = name
        self.position = fields.position
        self.facts = facts ?? [:]
        self.login = login
        self.request = request
        self.upstream = upstream ?? .empty
        self.answers = answers ?? [:]
        self.repetitions = repetitions
        self.expected = expected
    }
}

extension FieldType where Value == CaseLogin {
    fileprivate static var login: Self {
        .record("mapping with email, name and id") { fields -> CaseLogin? in
            let email = fields.value("email", .text(0...512), default: "", shown: "none", "The e-mail address.")
            let name = fields.value("name", .text(0...512), default: "", shown: "none", "The name.")
            let id = fields.value(
                "id",
                .text(1...512),
                default: "user",
                shown: "user",
                "What the provider calls the user."
            )
            return CaseLogin(id: id, email: email, name: name)
        }
    }
}

extension FieldType where Value == CaseRequest {
    fileprivate static var request: Self {
        let record = FieldType<CaseRequest>.record("`GET /path`, or mapping", CaseRequest.init)
        var type = record
        type.read = { node, path, context in
            guard case .string = node.value else { return record.read(node, path, context) }
            let words = node.source.text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            guard words.count == 2, CaseRequest.isMethod(words[0]), CaseRequest.isTarget(words[1]) else {
                context.report(.policyDocument, at: node, path: path, "a request is a method and a path: GET /path")
                return nil
            }
            return FieldValue(CaseRequest(method: words[0], target: words[1], headers: [], body: ""), .null)
        }
        return type
    }
}

extension CaseRequest {
    fileprivate init?(_ fields: FieldReader) {
        let method = fields.value(
            "method",
            .text(1...64).checked { text, node, path, context in
                if Self.isMethod(text) { return text }
                context.report(.policyDocument, at: node, path: path, "\"\(shown(text))\" is no method")
                return nil
            },
            default: "GET",
            shown: "GET",
            "The method."
        )
        let target = fields.value(
            "url",
            .text(1...8192).checked { text, node, path, context in
                if Self.isTarget(text) { return text }
                let words = "\"\(shown(text))\" is no path that begins with /, and no URL"
                context.report(.policyDocument, at: node, path: path, words)
                return nil
            },
            default: "/",
            shown: "/",
            "Path and query, or a whole URL."
        )
        let headers = fields.optional("headers", .caseHeaders, "Headers, each a text or a list of texts.")
        let body = fields.value("body", .text(0...1_048_576), default: "", shown: "empty", "The body.")
        self.init(method: method, target: target, headers: headers ?? [], body: body)
    }

    static func isMethod(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x41 && $0 <= 0x5A || $0 == 0x2D }
    }

    static func isTarget(_ text: String) -> Bool {
        (text.hasPrefix("/") || WebURL.isAbsolute(text)) && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }
}

extension FieldType where Value == CaseAnswer {
    static var answer: Self {
        .record("mapping with status, headers and body, or with error") { fields -> CaseAnswer? in
            let status = fields.value("status", .integer(100...599), default: 200, shown: "200", "The status.")
            let headers = fields.optional("headers", .caseHeaders, "Headers, each a text or a list of texts.")
            let body = fields.value("body", .text(0...1_048_576), default: "", shown: "empty", "The body.")
            let error = fields.optional("error", .failureCode, "The code that it fails with, in place of an answer.")
            guard let error else { return .response(status: status, headers: headers ?? [], body: body) }
            return .failure(code: error)
        }
    }
}

extension FieldType where Value == Int {
    /// A code by its number or its whole name: `3200`, `ERR_NGROK_3200`.
    static var failureCode: Self {
        FieldType<SourceText>.scalar.described("code").checked { source, node, path, context in
            let digits = source.text.split(separator: "_").last.map(String.init) ?? ""
            if let number = Int(digits), ErrorCode.all.contains(where: { $0.number == number }) { return number }
            context.report(.policyDocument, at: node, path: path, "there is no code \"\(shown(source.text))\"")
            return nil
        }
    }
}

extension FieldType where Value == [CaseHeader] {
    /// A mapping from names to a text or a list of texts, one for each line of the head.
    static var caseHeaders: Self {
        FieldType(words: "mapping of texts") { node, path, context in
            guard case .mapping(let entries) = node.value else {
                context.report(.policyDocument, at: node, path: path, "a mapping is expected; this is \(node.form)")
                return nil
            }
            let texts = FieldType<[String]>.list(of: .text(0...65_536), 0...100)
            let read = entries.compactMap { entry -> [CaseHeader]? in
                let place = "\(path).\(entry.key)"
                let name = HeaderRules.name(entry.key, at: entry.position, path: place, context)
                let values = texts.read(entry.value, place, context)?.value
                guard let name, let values else { return nil }
                return values.map { CaseHeader(name, $0) }
            }
            return read.count == entries.count ? FieldValue(read.flatMap(\.self), .null) : nil
        }
    }
}
