package import JSON
package import NIOCore

/// Finds where the first JSON value of a stream ends, however the stream is cut.
///
/// A call's request ends with its value: some agents send a newline behind it, others nothing, and none a FIN
/// (`spec/agent-protocol.md` 8.1). Only the shape is looked at (brackets, strings, UTF-8, the limits); the value itself
/// is `JSONValue`'s to read. Nothing is kept, so a value that nobody wants costs no memory.
package struct JSONBoundary: Sendable {
    private enum Phase {
        case before
        /// Inside an array or object, outside of any string.
        case inside
        case string
        case escape
        /// In a number or a name at the top, which ends only where something else begins.
        case scalar
        case ended
    }

    private let limits: JSONLimits
    private var phase = Phase.before
    /// How many arrays and objects are open; the bit of each level in `objects` says which of the two it is.
    private var depth = 0
    private var objects: UInt64 = 0
    private var utf8 = UTF8Check()
    /// Bytes taken so far, whitespace before the value included.
    package private(set) var count = 0

    package init(limits: JSONLimits = JSONLimits()) {
        self.limits = limits
    }

    package var isComplete: Bool { self.phase == .ended }

    /// Takes the next bytes of the stream.
    ///
    /// - Returns: how many of them belong to the value, when it ends among them; nil when it goes on.
    package mutating func scan(_ bytes: ByteBufferView) throws(JSONError) -> Int? {
        guard self.phase != .ended else { return 0 }
        // Pointers, because this runs for each byte of requests of up to 2 MiB.
        let outcome = bytes.withUnsafeBytes { pointer in
            Result<Int?, JSONError> { () throws(JSONError) in try self.scan(pointer) }
        }
        return try outcome.get()
    }

    /// The stream has ended.
    ///
    /// - Throws: `.incomplete` unless a number or name at the top ended with it.
    package mutating func end() throws(JSONError) {
        guard self.phase == .ended || self.phase == .scalar else { throw .incomplete }
        self.phase = .ended
    }

    private mutating func scan(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> Int? {
        var index = 0
        while index < bytes.count {
            index += self.skipPlainText(bytes[index...])
            guard index < bytes.count else { break }
            let byte = bytes[index]
            if self.phase == .scalar, byte.endsJSONScalar {
                self.phase = .ended
                return index
            }
            guard self.count < self.limits.bytes else { throw .tooLarge }
            try self.take(byte)
            self.count += 1
            index += 1
            if self.phase == .ended { return index }
        }
        return nil
    }

    /// Takes the bytes in front that change nothing: most of a large request is the text of a policy.
    ///
    /// - Returns: how many.
    private mutating func skipPlainText(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
        guard self.phase == .string, self.utf8.isBetweenCharacters else { return 0 }
        let room = bytes.prefix(self.limits.bytes - self.count)
        let end = room.firstIndex { $0 < 0x20 || $0 >= 0x80 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        let count = (end ?? room.endIndex) - room.startIndex
        self.count += count
        return count
    }

    private mutating func take(_ byte: UInt8) throws(JSONError) {
        switch self.phase {
        case .string: try self.takeInString(byte)
        case .escape:
            guard byte < 0x80 else { throw .malformed(at: self.count) }
            self.phase = .string
        case .before where byte.isJSONWhitespace: break
        case .before, .inside: try self.takeOutside(byte)
        case .scalar, .ended: break
        }
        if byte >= 0x80, self.phase != .string { throw .malformed(at: self.count) }
    }

    private mutating func takeInString(_ byte: UInt8) throws(JSONError) {
        guard self.utf8.take(byte) else { throw .notUnicode(at: self.count) }
        switch byte {
        case UInt8(ascii: "\""): self.phase = self.depth == 0 ? .ended : .inside
        case UInt8(ascii: "\\"): self.phase = .escape
        case ..<0x20: throw .malformed(at: self.count)
        default: break
        }
    }

    private mutating func takeOutside(_ byte: UInt8) throws(JSONError) {
        switch byte {
        case UInt8(ascii: "{"): try self.open(isObject: true)
        case UInt8(ascii: "["): try self.open(isObject: false)
        case UInt8(ascii: "}"): try self.close(isObject: true)
        case UInt8(ascii: "]"): try self.close(isObject: false)
        case UInt8(ascii: "\""): self.phase = .string
        default:
            guard self.phase == .before else { return }
            guard byte.beginsJSONScalar else { throw .malformed(at: self.count) }
            self.phase = .scalar
        }
    }

    private mutating func open(isObject: Bool) throws(JSONError) {
        guard self.depth < self.limits.depth else { throw .tooDeep }
        self.objects = self.objects << 1 | (isObject ? 1 : 0)
        self.depth += 1
        self.phase = .inside
    }

    private mutating func close(isObject: Bool) throws(JSONError) {
        guard self.depth > 0, (self.objects & 1 == 1) == isObject else { throw .malformed(at: self.count) }
        self.objects >>= 1
        self.depth -= 1
        if self.depth == 0 { self.phase = .ended }
    }
}

/// Checks UTF-8 byte by byte (Unicode 15, table 3-7).
private struct UTF8Check {
    /// Bytes of the current character that are still to come.
    private var missing = 0
    /// What the next of them may be; narrower behind some first bytes.
    private var next: ClosedRange<UInt8> = 0x80...0xBF

    var isBetweenCharacters: Bool { self.missing == 0 }

    /// - Returns: false when `byte` cannot stand here.
    mutating func take(_ byte: UInt8) -> Bool {
        if self.missing > 0 {
            guard self.next.contains(byte) else { return false }
            self.missing -= 1
            self.next = 0x80...0xBF
            return true
        }
        switch byte {
        case 0x00...0x7F: break
        case 0xC2...0xDF: self.missing = 1
        case 0xE0: (self.missing, self.next) = (2, 0xA0...0xBF)
        case 0xED: (self.missing, self.next) = (2, 0x80...0x9F)
        case 0xE1...0xEF: self.missing = 2
        case 0xF0: (self.missing, self.next) = (3, 0x90...0xBF)
        case 0xF1...0xF3: self.missing = 3
        case 0xF4: (self.missing, self.next) = (3, 0x80...0x8F)
        default: return false
        }
        return true
    }
}

extension UInt8 {
    fileprivate var endsJSONScalar: Bool {
        switch self {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "}"), UInt8(ascii: "]"): true
        case UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: ":"): true
        default: self.isJSONWhitespace
        }
    }

    fileprivate var beginsJSONScalar: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
