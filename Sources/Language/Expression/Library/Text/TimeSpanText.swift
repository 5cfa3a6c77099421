extension TimeSpan {
    /// Seconds with their fraction: `90s`, `-0.5s`.
    package var text: String {
        let magnitude = self.nanoseconds.magnitude
        let second = UInt64(Timestamp.nanosecondsPerSecond)
        return
            "\(self.nanoseconds < 0 ? "-" : "")\(magnitude / second)\(Expression.fraction(Int64(magnitude % second)))s"
    }

    /// Reads Go's syntax: an optional sign and numbers with units, `1h30m`, `-1.5s`, `10us`; or `0`. Nil for other text, and
    /// for what is out of range. Digits below a nanosecond are cut off.
    package init?(text: String) {
        var rest = text[...].utf8
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        if rest.elementsEqual("0".utf8) {
            self.init(nanoseconds: 0)
            return
        }
        guard !rest.isEmpty else { return nil }
        var total: UInt64 = 0
        while !rest.isEmpty {
            guard let part = Self.part(from: &rest) else { return nil }
            let (sum, overflows) = total.addingReportingOverflow(part)
            guard !overflows else { return nil }
            total = sum
        }
        guard let nanoseconds = Self.signed(total, isNegative: isNegative) else { return nil }
        self.init(nanoseconds: nanoseconds)
    }

    private static func signed(_ magnitude: UInt64, isNegative: Bool) -> Int64? {
        guard isNegative else { return Int64(exactly: magnitude) }
        return magnitude <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }

    /// One number with its unit, in nanoseconds.
    private static func part(from rest: inout Substring.UTF8View) -> UInt64? {
        let whole = self.digits(from: &rest)
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = self.digits(from: &rest)
        }
        guard !whole.isEmpty || !fraction.isEmpty, let unit = self.unit(from: &rest) else { return nil }
        var value: UInt64 = 0
        for digit in whole {
            guard let next = self.append(digit, to: value) else { return nil }
            value = next
        }
        let (scaled, overflows) = value.multipliedReportingOverflow(by: unit)
        guard !overflows else { return nil }
        let (sum, isOver) = scaled.addingReportingOverflow(self.fraction(fraction, of: unit))
        return isOver ? nil : sum
    }

    private static func digits(from rest: inout Substring.UTF8View) -> Substring.UTF8View {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest[digits.endIndex...]
        return digits
    }

    private static func append(_ digit: UInt8, to value: UInt64) -> UInt64? {
        let (product, overflows) = value.multipliedReportingOverflow(by: 10)
        let (sum, isOver) = product.addingReportingOverflow(UInt64(digit - 0x30))
        return overflows || isOver ? nil : sum
    }

    /// The fraction of a unit, exactly and cut at the nanosecond: an hour has 3.6 × 10¹² of them, so of its digits those
    /// behind the 13th change nothing.
    private static func fraction(_ digits: Substring.UTF8View, of unit: UInt64) -> UInt64 {
        var value: UInt64 = 0
        var scale: UInt64 = 1
        for digit in digits.prefix(13) {
            value = value * 10 + UInt64(digit - 0x30)
            scale *= 10
        }
        let (high, low) = value.multipliedFullWidth(by: unit)
        return scale.dividingFullWidth((high, low)).quotient
    }

    /// Nanoseconds of a unit, taken from the begin.
    private static func unit(from rest: inout Substring.UTF8View) -> UInt64? {
        let name = rest.prefix { !(0x30...0x39).contains($0) && $0 != UInt8(ascii: ".") }
        rest = rest[name.endIndex...]
        switch String(Substring(name)) {
        case "ns": return 1
        case "us", "\u{B5}s", "\u{3BC}s": return 1000
        case "ms": return 1_000_000
        case "s": return 1_000_000_000
        case "m": return 60_000_000_000
        case "h": return 3_600_000_000_000
        default: return nil
        }
    }
}
