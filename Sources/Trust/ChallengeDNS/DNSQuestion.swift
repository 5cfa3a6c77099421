/// The one question of a query (RFC 1035 §4.1), and what its sender can take.
struct DNSQuestion: Equatable {
    enum Kind: UInt16 {
        case ns = 2
        case soa = 6
        case txt = 16
        case any = 255
    }

    /// Why a message gets no answer of its own.
    enum Problem: Error, Equatable {
        /// It is no query: whoever sent it is told nothing.
        case silent
        /// What can be answered is only that.
        case refused(identifier: UInt16, flags: UInt16, DNSResponse.Code)
    }

    let identifier: UInt16
    /// Those of the query: recursion that is wished for is said again in the answer.
    let flags: UInt16
    /// The labels as they were sent: their letters may be mixed, and come back as they were.
    let labels: [[UInt8]]
    let type: UInt16
    let recordClass: UInt16
    /// The largest answer that its sender takes over UDP, in bytes.
    let answerBytes: Int
    /// Whether it knows of extensions (RFC 6891).
    let isExtended: Bool

    /// In small letters, with points between.
    var name: String {
        self.labels.map { label in
            String(decoding: label.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
        }.joined(separator: ".")
    }

    /// - Throws: `Problem`.
    init(_ message: [UInt8]) throws(Problem) {
        var reader = DNSReader(message)
        guard let identifier = reader.number(), let flags = reader.number(), flags & 0x8000 == 0,
            let counts = reader.numbers(4)
        else { throw .silent }
        func refused(_ code: DNSResponse.Code) -> Problem { .refused(identifier: identifier, flags: flags, code) }
        guard flags & 0x7800 == 0 else { throw refused(.notImplemented) }
        // Queries have nothing but their question, and the record that says what their sender can.
        guard counts[0] == 1, counts[1] == 0, counts[2] == 0, counts[3] <= 2 else { throw refused(.malformed) }
        guard let labels = reader.labels(), let type = reader.number(), let recordClass = reader.number() else {
            throw refused(.malformed)
        }
        var size: UInt16?
        for _ in 0..<counts[3] {
            guard let owner = reader.labels(), let kind = reader.number(), let value = reader.number(),
                let rest = reader.numbers(2), let length = reader.number(), reader.skip(Int(length))
            else { throw refused(.malformed) }
            guard kind == 41 else { continue }
            guard owner.isEmpty, size == nil else { throw refused(.malformed) }
            guard rest[0] & 0xFF == 0 else { throw refused(.badVersion) }
            size = value
        }
        self.identifier = identifier
        self.flags = flags
        self.labels = labels
        self.type = type
        self.recordClass = recordClass
        self.isExtended = size != nil
        // No fragment of a datagram gets lost where it is not larger than this.
        self.answerBytes = min(max(Int(size ?? 512), 512), 1232)
    }
}

/// Reads a message from its beginning; nil where it is too short.
private struct DNSReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func number() -> UInt16? {
        guard self.position + 2 <= self.bytes.count else { return nil }
        defer { self.position += 2 }
        return UInt16(self.bytes[self.position]) << 8 | UInt16(self.bytes[self.position + 1])
    }

    mutating func numbers(_ count: Int) -> [UInt16]? {
        var numbers: [UInt16] = []
        for _ in 0..<count {
            guard let number = self.number() else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    /// A name. Nothing stands in front of a question that one could point to, so pointers are none.
    mutating func labels() -> [[UInt8]]? {
        var labels: [[UInt8]] = []
        var length = 1
        while self.position < self.bytes.count {
            let count = Int(self.bytes[self.position])
            self.position += 1
            if count == 0 { return labels }
            length += count + 1
            guard count <= 63, length <= 255, self.position + count <= self.bytes.count else { return nil }
            labels.append(Array(self.bytes[self.position..<self.position + count]))
            self.position += count
        }
        return nil
    }

    mutating func skip(_ count: Int) -> Bool {
        guard self.position + count <= self.bytes.count else { return false }
        self.position += count
        return true
    }
}
