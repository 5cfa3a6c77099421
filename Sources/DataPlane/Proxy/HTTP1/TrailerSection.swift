/// The trailer fields of a chunked body, held until all are there: they are few and small, and what may be passed on
/// is known only by whole names.
///
/// Fields that frame, route, authenticate or describe the message are left out (RFC 9110 §6.5.1): an upstream that
/// merged them into the head would see what no policy has seen.
struct TrailerSection {
    /// Bytes of the whole section.
    private let limit: Int
    private var bytes: [UInt8] = []
    /// Where the line begins that is being received.
    private var lineStart = 0
    /// What is passed on of a section that has ended, its empty line included; nil before that.
    private(set) var passedOn: [UInt8]?

    init(limit: Int = BodyLimits().trailerBytes) {
        self.limit = limit
    }

    /// Takes the next byte.
    ///
    /// - Returns: whether the section has ended.
    mutating func append(_ byte: UInt8) throws(HTTP1Error) -> Bool {
        let followsCR = self.bytes.last == .carriageReturn && self.bytes.count > self.lineStart
        guard followsCR == (byte == .lineFeed) else { throw .trailer }
        guard self.bytes.count < self.limit else { throw .trailersTooLong }
        self.bytes.append(byte)
        guard byte == .lineFeed else { return false }
        let isEmptyLine = self.bytes.count - self.lineStart == 2
        self.lineStart = self.bytes.count
        guard isEmptyLine else { return false }
        self.passedOn = try self.filtered()
        self.bytes = []
        return true
    }

    /// The section without the fields that may not be in it.
    private func filtered() throws(HTTP1Error) -> [UInt8] {
        var fields = FieldTable(capacity: 8)
        let parsed = self.bytes.withUnsafeBytes { bytes -> Result<[UInt8], HTTP1Error> in
            do throws(HTTP1Error) {
                _ = try fields.scan(bytes, from: 0, grammar: .strict, limits: .request)
            } catch .tooManyFields {
                return .failure(.trailersTooLong)
            } catch {
                return .failure(.trailer)
            }
            var kept: [UInt8] = []
            for index in 0..<fields.count {
                let slot = fields[index]
                let name = UnsafeRawBufferPointer(rebasing: bytes[slot.name])
                guard slot.known == .other, !slot.isDropped, !Self.isForbidden(name) else { continue }
                let next = index + 1 < fields.count ? Int(fields[index + 1].nameOffset) : bytes.count - 2
                kept += bytes[Int(slot.nameOffset)..<next]
            }
            return .success(kept + [.carriageReturn, .lineFeed])
        }
        return try parsed.get()
    }

    /// Names that may not be in a trailer section, beside those that the edge knows by number.
    private static let forbidden: [StaticString] = [
        "age", "allow", "authentication-info", "authorization", "cache-control", "cookie", "expires", "max-forwards",
        "pragma", "range", "retry-after", "set-cookie", "vary", "warning", "www-authenticate",
    ]
    private static let forbiddenPrefixes: [StaticString] = [
        "access-control-", "content-", "if-", "proxy-", "sec-", "x-forwarded-", "x-real-",
    ]

    private static func isForbidden(_ name: UnsafeRawBufferPointer) -> Bool {
        self.forbidden.contains { name.count == $0.utf8CodeUnitCount && self.begins(name, with: $0) }
            || self.forbiddenPrefixes.contains { self.begins(name, with: $0) }
    }

    /// Letters of either case are equal, and `_` is `-`, as where CGI has been.
    private static func begins(_ name: UnsafeRawBufferPointer, with text: StaticString) -> Bool {
        guard name.count >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount {
            let byte = name[index]
            guard (byte == 0x5F ? 0x2D : byte | 0x20) == text.utf8Start[index] else { return false }
        }
        return true
    }
}
