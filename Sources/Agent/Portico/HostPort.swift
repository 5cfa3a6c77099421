/// A host and perhaps a port, as people type them: `localhost`, `localhost:80`, `[::1]:80`, `::1`.
///
/// Only what cannot be an address is refused; whether a name exists is the resolver's to say.
struct HostPort: Equatable {
    /// Without brackets.
    let host: String
    let port: Int?

    /// - Returns: nil when the host is empty, holds characters that no address has, or the port is not 1…65535.
    init?(_ text: some StringProtocol) {
        guard let (host, portText) = Self.split(text), Self.isHost(host) else { return nil }
        self.host = String(host)
        guard let portText else {
            self.port = nil
            return
        }
        guard let port = Self.port(portText) else { return nil }
        self.port = port
    }

    /// The number of a port, written in digits alone; nil when it is not 1…65535.
    static func port(_ text: some StringProtocol) -> Int? {
        guard text.utf8.count <= 5, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let port = Int(text),
            (1...65_535).contains(port)
        else { return nil }
        return port
    }

    /// `host:port`, with brackets around an IPv6 address.
    static func text(host: String, port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private static func split<Text: StringProtocol>(_ text: Text) -> (Text.SubSequence, Text.SubSequence?)? {
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard host.contains(":") else { return nil }
            if rest.isEmpty { return (host, nil) }
            return rest.first == ":" ? (host, rest.dropFirst()) : nil
        }
        guard let colon = text.firstIndex(of: ":") else { return (text[...], nil) }
        // Two colons without brackets are an IPv6 address alone.
        if text[text.index(after: colon)...].contains(":") { return (text[...], nil) }
        return (text[..<colon], text[text.index(after: colon)...])
    }

    private static func isHost(_ host: some StringProtocol) -> Bool {
        !host.isEmpty && host.utf8.count <= 253
            && host.utf8.allSatisfy { byte in
                byte > 0x20 && byte != 0x7F && !Self.forbidden.contains(byte)
            }
    }

    /// Characters that begin another part of a URL, or that a shell or page could be misled by.
    private static let forbidden = Set("/\\?#@[]<>\"'`{}|^".utf8)
}

extension String {
    /// In quotes, cut to what fits a line, with control characters shown as escapes.
    package var quotedForDisplay: String {
        var text = "\""
        for scalar in self.unicodeScalars.prefix(200) {
            text += scalar == "\"" ? "\\\"" : scalar.escapedForDisplay
        }
        return text + (self.unicodeScalars.count > 200 ? "…\"" : "\"")
    }
}

extension Unicode.Scalar {
    /// The scalar, or an escape where it would move a terminal's cursor, hide or reorder text.
    package var escapedForDisplay: String {
        switch self {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default:
            switch self.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                "\\u{\(String(self.value, radix: 16))}"
            default: String(self)
            }
        }
    }
}
