import Foundation

/// URLs of requests that policies make.
enum RequestURL {
    /// The URL with these parameters behind those that it has.
    static func adding(_ parameters: [(key: String, value: String)], to url: String) -> String {
        guard !parameters.isEmpty else { return url }
        let bytes = url.utf8.prefix { $0 != UInt8(ascii: "#") }
        let separator = bytes.contains(UInt8(ascii: "?")) ? "&" : "?"
        return String(Substring(bytes)) + separator + Self.query(parameters)
    }

    /// The parameters as a query, or a form.
    static func query(_ parameters: [(key: String, value: String)]) -> String {
        parameters.map { "\(Self.escaped($0.key))=\(Self.escaped($0.value))" }.joined(separator: "&")
    }

    /// With every byte escaped that is not unreserved (RFC 3986 §2.3).
    static func escaped(_ text: String) -> String {
        var escaped: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                escaped.append(byte)
            default:
                let digits = Array("0123456789ABCDEF".utf8)
                escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    /// Where a `Location` leads from `url` (RFC 3986 §5); nil where that is no URL.
    static func resolving(_ location: String, from url: String) -> String? {
        guard let base = URL(string: url) else { return nil }
        return URL(string: location, relativeTo: base)?.absoluteString
    }

    /// Whether both have the same scheme, host and port: credentials go no further.
    static func haveSameOrigin(_ first: String, _ second: String) -> Bool {
        guard let first = URL(string: first), let second = URL(string: second) else { return false }
        return first.scheme?.lowercased() == second.scheme?.lowercased()
            && first.host()?.lowercased() == second.host()?.lowercased()
            && Self.port(of: first) == Self.port(of: second)
    }

    private static func port(of url: URL) -> Int { url.port ?? (url.scheme?.lowercased() == "https" ? 443 : 80) }
}
