import NIOCore

/// What a body that was collected is encoded with.
struct BodyCodings {
    /// In the order in which they were applied; nil where one is not known, or can't be undone.
    let codings: [ContentCoding]?

    /// More than these nobody sends, but for mischief.
    private static let limit = 2

    /// Reads the values of `Content-Encoding`, one for each line.
    init(_ values: [String]) {
        var codings: [ContentCoding]? = []
        for value in values {
            for token in value.pieces(separatedBy: UInt8(ascii: ",")) {
                let name = token.trimmed.lowercasedASCII
                guard !name.isEmpty, name != "identity" else { continue }
                guard let coding = ContentCoding(token: token), coding.isDecodable else {
                    codings = nil
                    continue
                }
                codings?.append(coding)
            }
        }
        self.codings = (codings?.count ?? 0) > Self.limit ? nil : codings
    }

    /// The beginning of the body as it was before it was encoded, or what can be read of it.
    func decodeBeginning(of body: ByteBuffer, limit: Int) -> ByteBuffer {
        (self.codings ?? []).reversed().reduce(body) { body, coding in
            coding.decodeBeginning(of: body, limit: limit, allocator: ByteBufferAllocator())
        }
    }

    /// The body as it was before it was encoded.
    func decode(_ body: ByteBuffer, limit: Int) throws(DecodingError) -> ByteBuffer {
        var body = body
        for coding in (self.codings ?? []).reversed() {
            body = try coding.decode(body, limit: limit, allocator: ByteBufferAllocator())
        }
        return body
    }
}
