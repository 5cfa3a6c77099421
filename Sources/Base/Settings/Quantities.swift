/// Durations as configurations spell them: whole numbers with `h`, `m`, `s` or `ms`, the largest unit first.
package enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// - Returns: nil when `text` is no duration, or one that is too long to count.
    package static func parse(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        var rest = text[...]
        var units = Self.units[...]
        var total: Int64 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard let number = Int64(digits), let index = units.firstIndex(where: { $0.name == name }) else {
                return nil
            }
            let (milliseconds, isTooMuch) = number.multipliedReportingOverflow(by: units[index].milliseconds)
            let (sum, isTooLong) = total.addingReportingOverflow(milliseconds)
            guard !isTooMuch, !isTooLong else { return nil }
            total = sum
            units = units[(index + 1)...]
        }
        return text.isEmpty ? nil : .milliseconds(total)
    }

    /// The shortest spelling that reads as the same duration, to the millisecond.
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let parts: [(Int64, String)] = [
            (seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"),
            (attoseconds / 1_000_000_000_000_000, "ms"),
        ]
        let text = parts.filter { $0.0 != 0 }.map { "\($0.0)\($0.1)" }.joined()
        return text.isEmpty ? "0s" : text
    }
}

/// Sizes as configurations spell them: a whole number with `B`, `KiB`, `MiB` or `GiB`.
package enum ByteSize {
    private static let units: [(name: String, bytes: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// - Returns: nil when `text` is no size, or one that is too large to count.
    package static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let name = text.dropFirst(digits.count).drop { $0 == " " }
        guard let number = Int(digits) else { return nil }
        guard let unit = Self.units.first(where: { $0.name.lowercased() == name.lowercased() }) else {
            return name.isEmpty ? number : nil
        }
        let (bytes, isTooMuch) = number.multipliedReportingOverflow(by: unit.bytes)
        return isTooMuch ? nil : bytes
    }

    /// The shortest exact spelling.
    package static func text(_ count: Int) -> String {
        guard count != 0, let unit = Self.units.first(where: { count % $0.bytes == 0 }) else { return "\(count)B" }
        return "\(count / unit.bytes)\(unit.name)"
    }
}
