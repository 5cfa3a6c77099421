import Model

extension FieldType where Value == Bool {
    /// `true` or `false`, without quotes.
    static var bool: Self {
        FieldType(words: "bool") { node, path, context in
            guard case .bool(let value) = node.value else {
                let words = "true or false is expected; this is \(node.form)"
                context.report(.policyConfiguration, at: node, path: path, words)
                return nil
            }
            return FieldValue(value, .bool(value))
        }
    }
}

extension FieldType where Value == Int {
    /// A whole number; one that is written with a fraction of zero counts.
    static func integer(_ range: ClosedRange<Int>, code: ErrorCode = .policyRange) -> Self {
        FieldType(words: "whole number", limits: "\(range.lowerBound) to \(range.upperBound)") { node, path, context in
            guard let number = node.whole else {
                let words = "a whole number is expected; this is \(node.form)"
                context.report(.policyConfiguration, at: node, path: path, words)
                return nil
            }
            guard range.contains(number) else {
                let words = "\(number) is outside \(range.lowerBound) to \(range.upperBound)"
                context.report(code, at: node, path: path, words)
                return nil
            }
            return FieldValue(number, .integer(number))
        }
    }
}

extension FieldType where Value == Double {
    static func number(_ range: ClosedRange<Double>, code: ErrorCode = .policyRange) -> Self {
        let bounds = "\(range.lowerBound) to \(range.upperBound)"
        return FieldType(words: "number", limits: bounds) { node, path, context in
            let number: Double
            switch node.value {
            case .integer(let value): number = Double(value)
            case .number(let value): number = value
            default:
                context.report(.policyConfiguration, at: node, path: path, "a number is expected; this is \(node.form)")
                return nil
            }
            guard range.contains(number) else {
                context.report(code, at: node, path: path, "\(node.source.text) is outside \(bounds)")
                return nil
            }
            return FieldValue(number, .number(number))
        }
    }
}

extension Node {
    /// A whole number, also where it is written with a fraction of zero; nil for anything else.
    var whole: Int? {
        switch self.value {
        case .integer(let number): number
        case .number(let number): Int(exactly: number)
        case .null, .bool, .string, .sequence, .mapping: nil
        }
    }
}

extension FieldType where Value == Duration {
    /// A duration as Go writes it, `1h30m`, or a whole number of nanoseconds.
    ///
    /// `step`: what the duration must be a multiple of; nil for nothing.
    static func duration(_ range: ClosedRange<Duration>, step: Duration? = nil) -> Self {
        let bounds = "\(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))"
        let limits = step.map { "\(bounds), a multiple of \(DurationText.text($0))" } ?? bounds
        return FieldType(words: "duration", limits: limits) { node, path, context in
            guard let duration = node.duration(path: path, context) else { return nil }
            let isMultiple = step.map { duration.nanoseconds.isMultiple(of: $0.nanoseconds) } ?? true
            guard range.contains(duration), isMultiple else {
                let code: ErrorCode = duration > range.upperBound ? .policyDurationLong : .policyRange
                let words = "\(DurationText.text(duration)) is not \(limits)"
                context.report(code, at: node, path: path, words)
                return nil
            }
            return FieldValue(duration, .string(DurationText.text(duration)))
        }
    }
}

extension Node {
    /// The duration that the node spells; nil when it spells none, which is reported.
    fileprivate func duration(path: String, _ context: ReadingContext) -> Duration? {
        if let nanoseconds = self.whole { return .nanoseconds(nanoseconds) }
        guard case .string = self.value else {
            let words = "a duration is expected, as in \"90s\"; this is \(self.form)"
            context.report(.policyConfiguration, at: self, path: path, words)
            return nil
        }
        guard let duration = DurationText.parse(self.source.text) else {
            let words = "\"\(shown(self.source.text))\" is no duration; write one as in \"90s\" or \"1h30m\""
            context.report(.policyUnreadable, at: self, path: path, words)
            return nil
        }
        return duration
    }
}

extension Duration {
    /// Whole nanoseconds; finer parts are dropped.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (product, isTooMuch) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isTooLong) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return isTooMuch || isTooLong ? (seconds < 0 ? .min : .max) : sum
    }
}

/// Durations as Go spells them: decimal numbers with a unit each, `1h30m`, `1.5s`, `-10ms`.
enum DurationText {
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("ns", 1), ("us", 1000), ("µs", 1000), ("μs", 1000), ("ms", 1_000_000), ("s", 1_000_000_000),
        ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    /// - Returns: nil when `text` is no duration, or one beyond 64 bits of nanoseconds.
    static func parse(_ text: String) -> Duration? {
        var rest = text.unicodeScalars[...]
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest = rest.dropFirst() }
        if String(rest) == "0" { return .zero }
        guard !rest.isEmpty else { return nil }
        var total: Int64 = 0
        while !rest.isEmpty {
            let number = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            rest = rest.dropFirst(number.count)
            let name = rest.prefix { !("0"..."9").contains($0) && $0 != "." }
            rest = rest.dropFirst(name.count)
            guard
                let unit = Self.units.first(where: { String(name).unicodeScalars.elementsEqual($0.name.unicodeScalars) }
                ),
                let amount = Self.amount(String(number), of: unit.nanoseconds)
            else { return nil }
            let (sum, isTooLong) = total.addingReportingOverflow(amount)
            guard !isTooLong else { return nil }
            total = sum
        }
        return .nanoseconds(isNegative ? -total : total)
    }

    /// Nanoseconds of `number`, a decimal with at most one point.
    private static func amount(_ number: String, of unit: Int64) -> Int64? {
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.contains(where: { !$0.isEmpty }) else { return nil }
        let whole = parts[0].isEmpty ? 0 : Int64(parts[0])
        guard let whole else { return nil }
        let (product, isTooMuch) = whole.multipliedReportingOverflow(by: unit)
        guard !isTooMuch else { return nil }
        var fraction: Int64 = 0
        var scale = unit
        for digit in parts.dropFirst().joined().utf8 {
            scale /= 10
            fraction += Int64(digit - 0x30) * scale
        }
        let (sum, isTooLong) = product.addingReportingOverflow(fraction)
        return isTooLong ? nil : sum
    }

    /// The shortest spelling that reads as the same duration, to the nanosecond.
    static func text(_ duration: Duration) -> String {
        var rest = duration.nanoseconds.magnitude
        guard rest != 0 else { return "0s" }
        var text = duration < .zero ? "-" : ""
        let units: [(String, UInt64)] = [
            ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000),
            ("ns", 1),
        ]
        for (name, size) in units where rest >= size {
            text += "\(rest / size)\(name)"
            rest %= size
        }
        return text
    }
}
