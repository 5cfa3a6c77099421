/// Percent-encoding, URLs (RFC 3986) and query strings as expressions read and write them.
enum URLText {
    // MARK: Escapes

    static func escape(_ text: String, _ run: Evaluation) throws(EvaluationError) -> String {
        try run.admit(bytes: text.utf8.count * 3)
        return String(decoding: self.escaped(text, space: Array("%20".utf8)), as: UTF8.self)
    }

    static func unescape(_ text: String, _ run: Evaluation) throws(EvaluationError) -> String {
        try run.admit(bytes: text.utf8.count)
        guard let unescaped = self.unescaped(text.utf8, plusIsSpace: false) else {
            throw .invalid("an escape that is none, or no UTF-8: \(excerpt(text))")
        }
        return unescaped
    }

    private static func escaped(_ text: String, space: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                output.append(byte)
            case UInt8(ascii: " "): output += space
            default: output += "%\(Hexadecimal.text(of: [byte], isUppercase: true))".utf8
            }
        }
        return output
    }

    /// Nil where an escape is malformed or the bytes are no UTF-8.
    private static func unescaped(_ text: some Collection<UInt8>, plusIsSpace: Bool) -> String? {
        var output: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+"), plusIsSpace {
                output.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(Hexadecimal.value),
                    let low = rest.popFirst().flatMap(Hexadecimal.value)
                else { return nil }
                output.append(high << 4 | low)
            } else {
                output.append(byte)
            }
        }
        return String(validating: output, as: UTF8.self)
    }

    // MARK: Query strings

    static func decodeQuery(_ text: String, _ run: Evaluation) throws(EvaluationError) -> Value {
        var firsts = LiteralMapBuilder()
        for (key, value) in try self.pairs(text, run) where !firsts.hasKey(.string(key)) {
            try firsts.insert(.string(value), for: .string(key))
        }
        return .map(LiteralMap(firsts))
    }

    /// Every value of each key.
    private static func parameters(_ text: String, _ run: Evaluation) throws(EvaluationError) -> Value {
        var names: [String] = []
        var values: [MapKey: [Value]] = [:]
        for (name, value) in try self.pairs(text, run) {
            guard let key = MapKey(.string(name)) else { continue }
            if values[key] == nil { names.append(name) }
            values[key, default: []].append(.string(value))
        }
        let members = names.map { name in
            (name: name, value: Value.list(MapKey(.string(name)).flatMap { values[$0] } ?? []))
        }
        return .map(LiteralMap(members: members))
    }

    private static func pairs(
        _ text: String,
        _ run: Evaluation
    ) throws(EvaluationError) -> [(key: String, value: String)] {
        try run.charge(1 + text.utf8.count / 8)
        var pairs: [(key: String, value: String)] = []
        for part in text.utf8.split(separator: UInt8(ascii: "&")) {
            let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = self.unescaped(sides[0], plusIsSpace: true),
                let value = sides.count > 1 ? self.unescaped(sides[1], plusIsSpace: true) : ""
            else { throw .invalid("no query string: \(excerpt(text))") }
            pairs.append((key, value))
        }
        return pairs
    }

    static func encodeQuery(_ value: Value, _ run: Evaluation) throws(EvaluationError) -> String {
        guard case .map(let map) = value else { throw .invalid("a query string is made of a map") }
        var output: [UInt8] = []
        for entry in try MapEntries.sorted(map, run) {
            var values = [entry.value]
            if case .list(let list) = entry.value { values = list }
            for value in values {
                let text = try value.text(run)
                try run.admit(bytes: output.count + (entry.key.utf8.count + text.utf8.count) * 3 + 2)
                if !output.isEmpty { output.append(UInt8(ascii: "&")) }
                output += self.escaped(entry.key, space: [UInt8(ascii: "+")])
                output.append(UInt8(ascii: "="))
                output += self.escaped(text, space: [UInt8(ascii: "+")])
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    static func isQuery(_ text: String, _ run: Evaluation) throws(EvaluationError) -> Bool {
        try run.charge(1 + text.utf8.count / 8)
        guard !text.isEmpty, !text.unicodeScalars.contains(where: \.properties.isWhitespace) else { return false }
        return text.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).allSatisfy { part in
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")), equals > part.startIndex else { return false }
            return self.unescaped(part, plusIsSpace: true) != nil
        }
    }

    // MARK: URLs

    static func parse(_ text: String, _ run: Evaluation) throws(EvaluationError) -> Value {
        try run.admit(bytes: text.utf8.count)
        guard let parts = URLParts(text), let path = self.unescaped(parts.path.utf8, plusIsSpace: false) else {
            throw .invalid("no URL: \(excerpt(text))")
        }
        let members: [(name: String, value: Value)] = [
            ("scheme", .string(parts.scheme)), ("opaque", .string(parts.opaque)),
            ("user_password", .string(parts.userPassword)), ("host", .string(parts.host)),
            ("hostname", .string(parts.hostName)), ("port", .string(parts.port)), ("path", .string(path)),
            ("raw_path", .string(parts.path)), ("query", .string(parts.query)),
            ("query_params", try self.parameters(parts.query, run)), ("fragment", .string(parts.fragment)),
        ]
        return .map(LiteralMap(members: members))
    }

    static func isURL(_ text: String, _ run: Evaluation) throws(EvaluationError) -> Bool {
        try run.charge(bytes: text.utf8.count)
        guard let parts = URLParts(text) else { return false }
        return !parts.scheme.isEmpty && !parts.hostName.isEmpty
    }
}

/// The parts of a URL reference, as they are written. Empty where there is none.
private struct URLParts {
    let scheme: String
    /// What follows the scheme where no `/` does: `mailto:a@b`.
    let opaque: String
    let userPassword: String
    let host: String
    let hostName: String
    let port: String
    let path: String
    let query: String
    let fragment: String

    /// Nil for what no URL is: white space or control characters, a port that is no number, a bracket left open.
    init?(_ text: String) {
        let isClean = text.unicodeScalars.allSatisfy {
            $0.value > 0x20 && $0.value != 0x7F && !$0.properties.isWhitespace
        }
        guard isClean else { return nil }
        var rest = Substring(text)
        self.fragment = Self.cutBehind("#", of: &rest)
        self.query = Self.cutBehind("?", of: &rest)
        self.scheme = Self.cutScheme(of: &rest)
        guard rest.hasPrefix("//") else {
            (self.userPassword, self.host, self.hostName, self.port) = ("", "", "", "")
            let isOpaque = !self.scheme.isEmpty && !rest.isEmpty && !rest.hasPrefix("/")
            (self.opaque, self.path) = isOpaque ? (String(rest), "") : ("", String(rest))
            return
        }
        rest = rest.dropFirst(2)
        let end = rest.unicodeScalars.firstIndex(of: "/") ?? rest.endIndex
        var authority = rest[..<end]
        self.opaque = ""
        self.path = String(rest[end...])
        if let at = authority.unicodeScalars.lastIndex(of: "@") {
            self.userPassword = String(authority[..<at])
            authority = authority[authority.unicodeScalars.index(after: at)...]
        } else {
            self.userPassword = ""
        }
        guard let (name, port) = Self.split(authority) else { return nil }
        (self.host, self.hostName, self.port) = (String(authority), name, port)
    }

    /// Takes what is behind a sign, and the sign, off a text.
    private static func cutBehind(_ sign: Unicode.Scalar, of text: inout Substring) -> String {
        guard let place = text.unicodeScalars.firstIndex(of: sign) else { return "" }
        let behind = String(text[text.unicodeScalars.index(after: place)...])
        text = text[..<place]
        return behind
    }

    private static func cutScheme(of text: inout Substring) -> String {
        guard let colon = text.unicodeScalars.firstIndex(of: ":") else { return "" }
        let scheme = text[..<colon]
        let isScheme =
            scheme.unicodeScalars.first?.properties.isAlphabetic == true
            && scheme.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
        guard isScheme else { return "" }
        text = text[text.unicodeScalars.index(after: colon)...]
        return Strings.asciiLowercase(scheme)
    }

    private static func split(_ host: Substring) -> (name: String, port: String)? {
        var name = host
        var port = Substring()
        if host.hasPrefix("[") {
            guard let bracket = host.unicodeScalars.lastIndex(of: "]") else { return nil }
            name = host[host.index(after: host.startIndex)..<bracket]
            let rest = host[host.index(after: bracket)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            port = rest.dropFirst()
        } else if let colon = host.unicodeScalars.lastIndex(of: ":") {
            name = host[..<colon]
            port = host[host.unicodeScalars.index(after: colon)...]
        }
        guard port.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return (String(name), String(port))
    }
}
