/// Digits, then capitals, then small letters: the order in which texts of equal length sort like their numbers.
enum Base62 {
    static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// `count` digits, each drawn evenly: 5.95 bits a digit.
    static func random(_ count: Int, using random: inout some RandomNumberGenerator) -> String {
        String(decoding: (0..<count).map { _ in Self.alphabet[Int.random(in: 0..<62, using: &random)] }, as: UTF8.self)
    }

    /// A number of `words` (most significant first) as exactly `count` digits.
    ///
    /// - Precondition: the number is below 62 to the power of `count`.
    static func encode(_ words: [UInt32], count: Int) -> String {
        var rest = words
        var digits = [UInt8](repeating: Self.alphabet[0], count: count)
        for position in digits.indices.reversed() {
            var remainder: UInt64 = 0
            for index in rest.indices {
                let value = remainder << 32 | UInt64(rest[index])
                rest[index] = UInt32(value / 62)
                remainder = value % 62
            }
            digits[position] = Self.alphabet[Int(remainder)]
        }
        precondition(rest.allSatisfy { $0 == 0 }, "the number needs more than \(count) digits")
        return String(decoding: digits, as: UTF8.self)
    }

    /// The number that digits stand for, as `words` words, the most significant first; its lowest ones where it has more.
    static func decode(_ text: String, words: Int) -> [UInt32] {
        var number = [UInt32](repeating: 0, count: words)
        for digit in text.utf8 {
            var carry = UInt64(Self.value(of: digit))
            for index in number.indices.reversed() {
                let value = UInt64(number[index]) * 62 + carry
                number[index] = UInt32(truncatingIfNeeded: value)
                carry = value >> 32
            }
        }
        return number
    }

    private static func value(of digit: UInt8) -> UInt8 {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x5A: digit - 0x41 + 10
        default: digit &- 0x61 &+ 36
        }
    }
}
