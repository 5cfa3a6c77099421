import Expression

/// A cookie as a request carries it: a name and a value (RFC 6265 §5.4).
struct RequestCookie: Equatable {
    let name: String
    let value: String

    /// The cookies of a `Cookie` field, in its order. A part without `=` is a value without a name, which browsers send
    /// for cookies that were set so; it is left out, as no rule can ask for it.
    static func parse(_ field: String) -> [RequestCookie] {
        field.pieces(separatedBy: UInt8(ascii: ";")).compactMap { part in
            guard let equals = part.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let name = part[..<equals].trimmed
            return name.isEmpty
                ? nil : RequestCookie(name: name, value: part[part.utf8.index(after: equals)...].trimmed)
        }
    }
}

/// A cookie as a response sets it (RFC 6265 §4.1, §5.2).
struct ResponseCookie: Equatable {
    var name: String
    var value: String
    var domain = ""
    var path = ""
    var sameSite = ""
    /// Nil where there is none or it can't be read.
    var expires: Timestamp?
    /// Seconds; nil where there is none or it is no number.
    var maxAge: Int64?
    var isHTTPOnly = false
    var isSecure = false
    /// Attributes that RFC 6265 doesn't know, in their order.
    var otherAttributes: [(name: String, value: String)] = []

    static func == (left: ResponseCookie, right: ResponseCookie) -> Bool {
        left.name == right.name && left.value == right.value && left.domain == right.domain
            && left.path == right.path && left.sameSite == right.sameSite && left.expires == right.expires
            && left.maxAge == right.maxAge && left.isHTTPOnly == right.isHTTPOnly && left.isSecure == right.isSecure
            && left.otherAttributes.elementsEqual(right.otherAttributes, by: ==)
    }

    /// A cookie without attributes.
    init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// What functions give where there is no such cookie.
    static let absent = ResponseCookie(name: "", value: "")

    /// Reads the value of a `Set-Cookie` field; nil where it names no cookie.
    init?(_ field: String) {
        var parts = field.pieces(separatedBy: UInt8(ascii: ";"))[...]
        guard let pair = parts.popFirst(), let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        self.name = pair[..<equals].trimmed
        self.value = pair[pair.utf8.index(after: equals)...].trimmed
        guard !self.name.isEmpty else { return nil }
        for part in parts { self.read(part) }
    }

    private mutating func read(_ attribute: Substring) {
        let equals = attribute.utf8.firstIndex(of: UInt8(ascii: "="))
        let name = attribute[..<(equals ?? attribute.endIndex)].trimmed
        let value = equals.map { attribute[attribute.utf8.index(after: $0)...].trimmed } ?? ""
        switch name.lowercased() {
        case "": break
        case "domain": self.domain = value
        case "path": self.path = value
        case "samesite": self.sameSite = value
        case "expires": self.expires = HTTPDate.parse(value)
        case "max-age": self.maxAge = Int64(value)
        case "httponly": self.isHTTPOnly = true
        case "secure": self.isSecure = true
        default: self.otherAttributes.append((name, value))
        }
    }
}
