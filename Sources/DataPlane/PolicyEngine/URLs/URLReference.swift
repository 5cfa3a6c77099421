/// A URL or a reference to one, taken apart (RFC 3986, appendix B). Nothing of it is checked or decoded.
struct URLReference: Equatable {
    var scheme: String?
    /// `[user:password@]host[:port]`; nil where there is no `//`.
    var authority: String?
    var path = ""
    /// Without `?`; nil where there is none.
    var query: String?
    /// Without `#`; nil where there is none.
    var fragment: String?

    init(_ text: String) {
        var rest = Substring(text).utf8
        if let mark = rest.firstIndex(of: UInt8(ascii: "#")) {
            self.fragment = String(Substring(rest[rest.index(after: mark)...]))
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            self.query = String(Substring(rest[rest.index(after: mark)...]))
            rest = rest[..<mark]
        }
        if let colon = rest.firstIndex(of: UInt8(ascii: ":")), Self.isScheme(rest[..<colon]) {
            self.scheme = String(Substring(rest[..<colon])).lowercasedASCII
            rest = rest[rest.index(after: colon)...]
        }
        if rest.starts(with: "//".utf8) {
            let behind = rest.dropFirst(2)
            let end = behind.firstIndex(of: .slash) ?? behind.endIndex
            self.authority = String(Substring(behind[..<end]))
            rest = behind[end...]
        }
        self.path = String(Substring(rest))
    }

    private static func isScheme(_ text: Substring.UTF8View) -> Bool {
        guard let first = text.first, first.isLetter else { return false }
        return text.allSatisfy {
            $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") || $0 == .point
        }
    }

    /// The URL that the reference means where `base` is the current one (RFC 3986 §5.2.2).
    func resolved(against base: RequestTarget) -> String {
        var result = self
        if self.scheme == nil {
            result.scheme = base.scheme
            if self.authority == nil {
                result.authority = base.authority
                if self.path.isEmpty {
                    result.path = base.path
                    result.query = self.query ?? base.query
                } else if !self.path.utf8.starts(with: "/".utf8) {
                    let directory = base.path.utf8.lastIndex(of: .slash).map { base.path[...$0] } ?? "/"
                    result.path = directory + self.path
                }
                result.path = PathNormalizer.withoutDotSegments(result.path)
            }
        }
        return result.text
    }

    /// The parts put together (RFC 3986 §5.3).
    var text: String {
        var text = self.scheme.map { "\($0):" } ?? ""
        if let authority = self.authority { text += "//\(authority)" }
        text += self.path
        if let query = self.query { text += "?\(query)" }
        if let fragment = self.fragment { text += "#\(fragment)" }
        return text
    }
}

extension UInt8 {
    var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
