/// Where a request stands in a trace through many services, as the field `traceparent` says (W3C Trace Context).
package struct TraceContext: Sendable, Equatable {
    /// The trace's number, in two halves; not both are zero.
    package let high: UInt64
    package let low: UInt64
    /// The span of whoever sent the request; never zero.
    package let parent: UInt64
    /// Whether that is recorded.
    package let isSampled: Bool

    package init(high: UInt64, low: UInt64, parent: UInt64, isSampled: Bool) {
        self.high = high
        self.low = low
        self.parent = parent
        self.isSampled = isSampled
    }

    /// Reads the field's value: of version 00 to the letter, of later ones what is the same in all.
    ///
    /// - Returns: nil for what is none, which begins a trace anew.
    package init?(traceparent bytes: some RandomAccessCollection<UInt8>) {
        let text = Array(bytes)
        guard text.count >= 55, text[2] == Self.dash, text[35] == Self.dash, text[52] == Self.dash,
            let version = Self.number(text[0..<2]), version != 0xFF,
            let high = Self.number(text[3..<19]), let low = Self.number(text[19..<35]),
            let parent = Self.number(text[36..<52]), let flags = Self.number(text[53..<55])
        else { return nil }
        guard text.count == 55 || (version > 0 && text[55] == Self.dash) else { return nil }
        guard high | low != 0, parent != 0 else { return nil }
        self.init(high: high, low: low, parent: parent, isSampled: flags & 1 == 1)
    }

    private static let dash = UInt8(ascii: "-")

    /// Small letters alone.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt64(digit - 0x30)
            case 0x61...0x66: value = value << 4 | UInt64(digit - 0x61 + 10)
            default: return nil
            }
        }
        return value
    }
}

/// One recorded step of a trace: an exchange of this edge.
package struct TraceSpan: Sendable, Equatable {
    package let high: UInt64
    package let low: UInt64
    package let id: UInt64
    /// Nil for the first of a trace.
    package let parent: UInt64?

    package init(high: UInt64, low: UInt64, id: UInt64, parent: UInt64?) {
        self.high = high
        self.low = low
        self.id = id
        self.parent = parent
    }

    /// 32 digits.
    package var traceText: String { Self.hexadecimal(self.high) + Self.hexadecimal(self.low) }

    /// What whoever comes next is told.
    package var traceparent: String { "00-\(self.traceText)-\(Self.hexadecimal(self.id))-01" }

    /// 16 digits.
    package static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
