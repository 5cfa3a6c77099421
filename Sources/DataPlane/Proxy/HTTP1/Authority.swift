/// The host and port that a request is for: where each stands in the received bytes.
///
/// Stricter than RFC 3986 §3.2.2, which lets a host name hold nearly anything: a name of labels of letters, digits,
/// `-` and `_`, an IPv4 address, or an IPv6 address in brackets.
struct Authority: Equatable {
    /// All of it, as `Host` carries it.
    let whole: Range<Int>
    /// Without the port; brackets included.
    let name: Range<Int>
    /// nil where none is given (`a.test` and `a.test:`).
    let port: UInt16?

    private static let nameBytes = 254
    private static let labelBytes = 63

    /// - Returns: nil when `range` holds no authority, or one with user information.
    init?(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
        guard let first = range.first else { return nil }
        let isBracketed = bytes[first] == 0x5B
        guard let end = isBracketed ? Self.endOfAddress(bytes, in: range) : Self.endOfName(bytes, in: range) else {
            return nil
        }
        self.whole = range
        self.name = range.lowerBound..<end
        if end == range.upperBound {
            self.port = nil
            return
        }
        guard bytes[end] == 0x3A else { return nil }
        if end + 1 == range.upperBound {
            self.port = nil
            return
        }
        guard let number = bytes.decimal(in: end + 1..<range.upperBound), let port = UInt16(exactly: number) else {
            return nil
        }
        self.port = port
    }

    /// Where a name ends: at the colon or the end of the range. Labels are not empty; one dot may follow the last.
    private static func endOfName(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) -> Int? {
        var at = range.lowerBound
        var label = at
        while at < range.upperBound, ByteSet.hostName.contains(bytes[at]) {
            if bytes[at] == 0x2E {
                guard at > label, at - label <= Self.labelBytes else { return nil }
                label = at + 1
            }
            at += 1
        }
        let isRooted = label == at && at > range.lowerBound
        guard at > label || isRooted, at - label <= Self.labelBytes, at - range.lowerBound <= Self.nameBytes else {
            return nil
        }
        return at
    }

    /// Where a bracketed IPv6 address ends.
    private static func endOfAddress(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) -> Int? {
        var close = range.lowerBound + 1
        while close < range.upperBound, bytes[close] != 0x5D { close += 1 }
        guard close < range.upperBound, Self.isIPv6(bytes, in: range.lowerBound + 1..<close) else { return nil }
        return close + 1
    }

    /// Whether `range` holds an IPv6 address (RFC 3986 §3.2.2): groups of one to four digits, one `::` at most, an
    /// IPv4 address in place of the last two. No zone, and nothing of a later version.
    private static func isIPv6(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) -> Bool {
        var groups = 0
        var isCompressed = false
        var at = range.lowerBound
        while at < range.upperBound {
            if bytes[at] == 0x3A {
                // A colon where a group should begin: half of `::`, which is at the start or after a group's colon.
                let opens = at == range.lowerBound
                guard !isCompressed, !opens || (at + 1 < range.upperBound && bytes[at + 1] == 0x3A) else {
                    return false
                }
                isCompressed = true
                at += opens ? 2 : 1
                continue
            }
            var end = at
            while end < range.upperBound, bytes[end].hexValue != nil { end += 1 }
            if end < range.upperBound, bytes[end] == 0x2E {
                guard Self.isIPv4(bytes, in: at..<range.upperBound) else { return false }
                groups += 2
                break
            }
            guard end > at, end - at <= 4 else { return false }
            groups += 1
            at = end
            guard at < range.upperBound else { break }
            guard bytes[at] == 0x3A, at + 1 < range.upperBound else { return false }
            at += 1
        }
        return isCompressed ? groups <= 7 : groups == 8
    }

    private static func isIPv4(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) -> Bool {
        var at = range.lowerBound
        for part in 0..<4 {
            var end = at
            while end < range.upperBound, bytes[end].decimalValue != nil, end - at < 4 { end += 1 }
            guard let value = bytes.decimal(in: at..<end), value <= 255 else { return false }
            if part == 3 { return end == range.upperBound }
            guard end < range.upperBound, bytes[end] == 0x2E else { return false }
            at = end + 1
        }
        return false
    }
}
