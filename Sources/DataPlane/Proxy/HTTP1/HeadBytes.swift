/// Reading of a head's bytes in place. Offsets count from the buffer's start; whoever calls keeps them within it
/// (debug builds check, release builds do not).
extension UnsafeRawBufferPointer {
    /// Where the first byte stands, at or after `start`, that no line may hold: a control byte other than HTAB, or
    /// DEL. In a right head that is the CR of the line's end. `count` where there is none.
    ///
    /// Eight bytes a step: one pass finds the end of a line and checks what stands before it.
    @inline(__always)
    func firstControl(from start: Int) -> Int {
        var at = start
        while at &+ 8 <= self.count {
            var hits = UInt64(littleEndian: self.loadUnaligned(fromByteOffset: at, as: UInt64.self)).controlBytes
            while hits != 0 {
                let found = at &+ hits.trailingZeroBitCount >> 3
                if self[found] != .tab { return found }
                hits &= hits &- 1
            }
            at &+= 8
        }
        while at < self.count {
            let byte = self[at]
            if (byte < 0x20 && byte != .tab) || byte == 0x7F { return at }
            at &+= 1
        }
        return self.count
    }

    /// `range` without the SP and HTAB at both of its ends.
    @inline(__always)
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, self[start].isBlank { start &+= 1 }
        while start < end, self[end &- 1].isBlank { end &-= 1 }
        return Range(uncheckedBounds: (start, end))
    }

    /// Whether `range` holds `text`, letters of either case being equal. `text` is made of small letters, digits and
    /// punctuation between 0x20 and 0x3F: the comparison sets bit 5 of each byte, so that control bytes would match
    /// too, but no line that was scanned holds any.
    @inline(__always)
    func matches(_ text: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        let wanted = text.utf8Start
        for index in 0..<text.utf8CodeUnitCount where self[range.lowerBound &+ index] | 0x20 != wanted[index] {
            return false
        }
        return true
    }

    /// Whether two ranges hold the same field name. Names are tokens, of which only letters differ in bit 5 alone.
    func sameName(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
        guard one.count == other.count else { return false }
        for index in 0..<one.count {
            let a = self[one.lowerBound &+ index]
            let b = self[other.lowerBound &+ index]
            guard a == b || (a | 0x20 == b | 0x20 && (a | 0x20) &- 0x61 < 26) else { return false }
        }
        return true
    }

    /// The decimal number that fills `range`: digits only, below 2^63, which every upstream can hold.
    func decimal(in range: Range<Int>) -> UInt64? {
        guard !range.isEmpty else { return nil }
        var value: UInt64 = 0
        for index in range {
            guard let digit = self[index].decimalValue else { return nil }
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            guard !overflowed else { return nil }
            // A product of ten ends in a way that leaves room for a digit only below the limit checked next.
            let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
            guard !carried, sum <= UInt64(Int64.max) else { return nil }
            value = sum
        }
        return value
    }

    /// Whether `range` is a token (RFC 9110 §5.6.2).
    func isToken(_ range: Range<Int>) -> Bool {
        for index in range where !ByteSet.token.contains(self[index]) { return false }
        return !range.isEmpty
    }
}

extension UInt64 {
    /// The high bit of each byte that is below 0x20 or is 0x7F. No byte's result depends on its neighbours.
    @inline(__always)
    fileprivate var controlBytes: UInt64 {
        // Seven bits of each byte: neither sum below reaches into the next.
        let seven = self & 0x7F7F_7F7F_7F7F_7F7F
        let isFromSpace = seven &+ 0x6060_6060_6060_6060
        let isDelete = seven &+ 0x0101_0101_0101_0101
        return (~isFromSpace | isDelete) & ~self & 0x8080_8080_8080_8080
    }
}

/// The members of a comma-separated list, without white space around them and without empty ones (RFC 9110 §5.6.1).
struct ListMembers: Sequence, IteratorProtocol {
    private let bytes: UnsafeRawBufferPointer
    private var rest: Range<Int>

    init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
        self.bytes = bytes
        self.rest = range
    }

    mutating func next() -> Range<Int>? {
        while !self.rest.isEmpty {
            var comma = self.rest.lowerBound
            while comma < self.rest.upperBound, self.bytes[comma] != 0x2C { comma &+= 1 }
            let member = self.bytes.trimmed(self.rest.lowerBound..<comma)
            self.rest = Swift.min(comma &+ 1, self.rest.upperBound)..<self.rest.upperBound
            if !member.isEmpty { return member }
        }
        return nil
    }
}
