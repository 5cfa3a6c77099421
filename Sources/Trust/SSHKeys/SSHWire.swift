/// Writes the data types of SSH (RFC 4251 §5).
struct SSHWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ number: UInt32) {
        for shift in stride(from: 24, through: 0, by: -8) {
            self.bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    mutating func write(_ number: UInt64) {
        self.write(UInt32(truncatingIfNeeded: number >> 32))
        self.write(UInt32(truncatingIfNeeded: number))
    }

    /// A `string`: its length, then its bytes.
    mutating func write(string: some Collection<UInt8>) {
        self.write(UInt32(string.count))
        self.bytes += string
    }

    mutating func write(string: String) { self.write(string: string.utf8) }

    /// An `mpint` that is not negative, given most significant byte first.
    mutating func write(integer: some Collection<UInt8>) {
        let digits = integer.drop { $0 == 0 }
        // The first bit is the sign.
        let padding: [UInt8] = (digits.first ?? 0) & 0x80 != 0 ? [0] : []
        self.write(string: padding + digits)
    }

    /// What the lines write, as one `string`.
    mutating func write(nested lines: (inout SSHWriter) -> Void) {
        var inner = SSHWriter()
        lines(&inner)
        self.write(string: inner.bytes)
    }

    /// Bytes that were written elsewhere, as they are.
    mutating func append(_ other: some Collection<UInt8>) { self.bytes += other }
}

/// Reads the data types of SSH out of bytes that came from outside.
struct SSHReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        self.rest = bytes[...]
    }

    var isAtEnd: Bool { self.rest.isEmpty }

    /// What was not read yet.
    var remaining: [UInt8] { Array(self.rest) }

    /// The next `string`; nil when there is not so much.
    mutating func string() -> [UInt8]? {
        guard self.rest.count >= 4 else { return nil }
        let length = self.rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard length <= self.rest.count - 4 else { return nil }
        let string = Array(self.rest.dropFirst(4).prefix(length))
        self.rest = self.rest.dropFirst(4 + length)
        return string
    }

    /// - Returns: false when there are not so many bytes.
    mutating func skip(_ count: Int) -> Bool {
        guard self.rest.count >= count else { return false }
        self.rest = self.rest.dropFirst(count)
        return true
    }

    /// The next `string` as text; nil also when it is no UTF-8.
    mutating func text() -> String? {
        self.string().flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The next `mpint` without its sign byte; nil also for a negative one.
    mutating func integer() -> [UInt8]? {
        guard let bytes = self.string(), (bytes.first ?? 0) & 0x80 == 0 else { return nil }
        return Array(bytes.drop { $0 == 0 })
    }
}
