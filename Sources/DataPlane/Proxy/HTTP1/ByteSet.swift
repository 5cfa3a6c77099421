/// A set of ASCII bytes, one bit each. Bytes above 0x7F are in none.
struct ByteSet: Sendable {
    /// Bit n stands for byte n.
    let low: UInt64
    /// Bit n stands for byte 64 + n.
    let high: UInt64

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        // The masking shift takes the count modulo 64, which is what both halves need.
        let half = byte < 64 ? self.low : self.high
        return byte < 128 && (half &>> UInt64(byte)) & 1 == 1
    }
}

// The masks are literals so that the compiler folds them into the loops; ByteSetTests spells each set out.
extension ByteSet {
    /// `tchar`: what methods, field names and options are made of (RFC 9110 §5.6.2).
    static let token = ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)

    /// What a path may hold: the visible characters but `#` and `\`. That is more than RFC 3986 allows, because
    /// browsers send some of it (`[ ] { } | ^`) as it is; those two change what a path means, the others do not.
    static let path = ByteSet(low: 0xFFFF_FFF6_0000_0000, high: 0x7FFF_FFFF_EFFF_FFFF)

    /// What of those a URI has as they are (RFC 3986 §3.3, and `[ ]`). The others, `" < > ^ { | }` and the grave accent,
    /// are written upstream as `%` and their digits.
    static let plainPath = ByteSet(low: 0xAFFF_FFF2_0000_0000, high: 0x47FF_FFFE_AFFF_FFFF)

    /// What a query may hold: the visible characters but `#`. Browsers send `\` here as it is.
    static let query = ByteSet(low: 0xFFFF_FFF6_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF)

    /// What a host name is made of: letters, digits, `-`, `_` and `.`.
    static let hostName = ByteSet(low: 0x03FF_6000_0000_0000, high: 0x07FF_FFFE_87FF_FFFE)
}

extension UInt8 {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20

    /// SP or HTAB, the optional white space of HTTP.
    @inline(__always)
    var isBlank: Bool { self == .space || self == .tab }

    /// The value of a decimal digit, nil for anything else.
    @inline(__always)
    var decimalValue: UInt8? {
        let value = self &- 0x30
        return value <= 9 ? value : nil
    }

    /// The value of a hexadecimal digit of either case, nil for anything else.
    @inline(__always)
    var hexValue: UInt8? {
        if let value = self.decimalValue { return value }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }
}
