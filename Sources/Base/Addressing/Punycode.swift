/// The decoding half of Punycode (RFC 3492), to tell whether an `xn--` label means anything.
enum Punycode {
    private static let base = 36
    private static let tMin = 1
    private static let tMax = 26
    private static let skew = 38
    private static let damp = 700

    /// The scalars that the part of a label behind `xn--` spells; nil when it spells none, or only plain ASCII.
    static func decode(_ encoded: some BidirectionalCollection<UInt8>) -> [Unicode.Scalar]? {
        var scalars: [Unicode.Scalar] = []
        var rest = encoded[...]
        if let delimiter = encoded.lastIndex(of: ASCII.hyphen) {
            scalars = encoded[..<delimiter].map(Unicode.Scalar.init)
            rest = encoded[encoded.index(after: delimiter)...]
        }
        var code = 128
        var index = 0
        var bias = 72
        var isFirst = true
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            guard let delta = Self.variableLengthInteger(from: &rest, bias: bias) else { return nil }
            let (moved, overflow) = index.addingReportingOverflow(delta)
            guard !overflow else { return nil }
            let count = scalars.count + 1
            bias = Self.adapt(delta, count: count, isFirst: isFirst)
            isFirst = false
            code += moved / count
            index = moved % count
            guard code <= 0x10FFFF, let scalar = Unicode.Scalar(UInt32(code)) else { return nil }
            scalars.insert(scalar, at: index)
            index += 1
        }
        return scalars
    }

    private static func variableLengthInteger<Bytes: Collection<UInt8>>(
        from rest: inout Bytes,
        bias: Int
    ) -> Int? where Bytes.SubSequence == Bytes {
        var value = 0
        var weight = 1
        var k = Self.base
        while let byte = rest.popFirst(), let digit = Self.digit(byte) {
            let (product, productOverflow) = digit.multipliedReportingOverflow(by: weight)
            let (sum, sumOverflow) = value.addingReportingOverflow(product)
            guard !productOverflow, !sumOverflow, sum <= Int(Int32.max) else { return nil }
            value = sum
            let threshold = min(max(k - bias, Self.tMin), Self.tMax)
            if digit < threshold { return value }
            let (next, overflow) = weight.multipliedReportingOverflow(by: Self.base - threshold)
            guard !overflow else { return nil }
            weight = next
            k += Self.base
        }
        return nil
    }

    private static func digit(_ byte: UInt8) -> Int? {
        if ASCII.isDigit(byte) { return Int(byte) - 0x30 + 26 }
        return ASCII.isLetter(byte) ? Int(byte | 0x20) - 0x61 : nil
    }

    /// RFC 3492 6.1.
    private static func adapt(_ delta: Int, count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / Self.damp : delta / 2
        delta += delta / count
        var k = 0
        while delta > (Self.base - Self.tMin) * Self.tMax / 2 {
            delta /= Self.base - Self.tMin
            k += Self.base
        }
        return k + (Self.base - Self.tMin + 1) * delta / (delta + Self.skew)
    }
}
