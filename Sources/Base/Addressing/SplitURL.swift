/// Where the parts of a URL's text stand, before anything is said about what they mean (RFC 3986 3).
///
/// Strict where parsers are known to differ: no spaces, control characters or backslashes anywhere, at most one
/// colon outside brackets in the authority.
struct SplitURL {
    /// What cannot be split, and where.
    struct Failure: Error {
        let position: Int
    }

    static let maximumLength = 2048

    let bytes: [UInt8]
    /// What stands before `://`, lower case; nil where there is no `://` in front.
    let scheme: String?
    /// What stands before the last `@` of the authority.
    let userinfo: Range<Int>?
    /// Without brackets.
    let host: Range<Int>
    let isBracketed: Bool
    /// What follows the colon, which may be nothing; nil without colon.
    let port: Range<Int>?
    /// From the first `/`, `?` or `#` on.
    let tail: Range<Int>

    init(_ text: some StringProtocol) throws(Failure) {
        let bytes = Array(text.utf8.prefix(Self.maximumLength + 1))
        guard bytes.count <= Self.maximumLength else { throw Failure(position: Self.maximumLength) }
        let isForbidden = { (byte: UInt8) in byte <= 0x20 || byte == 0x7F || byte == UInt8(ascii: "\\") }
        if let index = bytes.firstIndex(where: isForbidden) { throw Failure(position: index) }

        let scheme = Self.scheme(of: bytes)
        let start = scheme.map { $0.upperBound + 3 } ?? 0
        let end = bytes[start...].firstIndex { "/?#".utf8.contains($0) } ?? bytes.count
        let at = bytes[start..<end].lastIndex(of: ASCII.at)
        let authority = try Self.authority(bytes, (at.map { $0 + 1 } ?? start)..<end)

        self.bytes = bytes
        self.scheme = scheme.map { String(decoding: bytes[$0].map(ASCII.lowercased), as: UTF8.self) }
        self.userinfo = at.map { start..<$0 }
        self.host = authority.host
        self.isBracketed = authority.isBracketed
        self.port = authority.port
        self.tail = end..<bytes.count
    }

    var hostText: String { String(decoding: self.bytes[self.host], as: UTF8.self) }

    private static func scheme(of bytes: [UInt8]) -> Range<Int>? {
        guard let colon = bytes.firstIndex(of: ASCII.colon) else { return nil }
        return bytes[colon...].starts(with: "://".utf8) ? 0..<colon : nil
    }

    private typealias Authority = (host: Range<Int>, isBracketed: Bool, port: Range<Int>?)

    private static func authority(_ bytes: [UInt8], _ range: Range<Int>) throws(Failure) -> Authority {
        let text = bytes[range]
        guard text.first == ASCII.openBracket else {
            guard let colon = text.firstIndex(of: ASCII.colon) else { return (range, false, nil) }
            guard text.lastIndex(of: ASCII.colon) == colon else { throw Failure(position: colon) }
            return (range.lowerBound..<colon, false, (colon + 1)..<range.upperBound)
        }
        guard let close = text.firstIndex(of: ASCII.closeBracket) else { throw Failure(position: range.lowerBound) }
        let host = (range.lowerBound + 1)..<close
        guard close + 1 < range.upperBound else { return (host, true, nil) }
        guard bytes[close + 1] == ASCII.colon else { throw Failure(position: close + 1) }
        return (host, true, (close + 2)..<range.upperBound)
    }
}
