import Foundation

/// Numbers as text, and text as numbers.
package enum NumberText {
    /// The shortest text that reads as the same double, in ECMAScript's form: `1`, `1.5`, `1e+21`, `1e-7`; `NaN`, `Infinity`,
    /// `-Infinity`, and `-0` for negative zero.
    package static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        if number == 0 { return number.sign == .minus ? "-0" : "0" }
        let (digits, point) = self.shortestDigits(of: number.magnitude)
        let sign = number < 0 ? "-" : ""
        return sign + self.layOut(digits, point)
    }

    /// The shortest digits, and how many of them stand before the decimal point (which may be fewer than none).
    private static func shortestDigits(of number: Double) -> (digits: [UInt8], point: Int) {
        let parts = number.description.utf8.split(separator: UInt8(ascii: "e"))
        let exponent = parts.count > 1 ? Int(String(decoding: parts[1], as: UTF8.self)) ?? 0 : 0
        let mantissa = parts[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        var digits = mantissa.flatMap { Array($0) }
        var point = mantissa[0].count + exponent
        while digits.last == UInt8(ascii: "0"), digits.count > 1 {
            digits.removeLast()
        }
        while digits.first == UInt8(ascii: "0"), digits.count > 1 {
            digits.removeFirst()
            point -= 1
        }
        return (digits, point)
    }

    private static func layOut(_ digits: [UInt8], _ point: Int) -> String {
        let text = String(decoding: digits, as: UTF8.self)
        switch point {
        case digits.count...21 where digits.count <= 21:
            return text + String(repeating: "0", count: point - digits.count)
        case 1...21:
            return "\(text.prefix(point)).\(text.dropFirst(point))"
        case -5...0:
            return "0." + String(repeating: "0", count: -point) + text
        default:
            let exponent = point - 1
            let fraction = digits.count > 1 ? ".\(text.dropFirst())" : ""
            return "\(text.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
        }
    }

    /// A number with so many digits behind the point, rounded from its exact value, half to even: `printf`'s `%f`.
    static func fixed(_ number: Double, digits: Int) -> String { self.print("%.*f", digits, number) }

    /// A number with one digit before and so many behind the point and an exponent of at least two digits: `printf`'s `%e`.
    static func scientific(_ number: Double, digits: Int) -> String { self.print("%.*e", digits, number) }

    private static func print(_ format: String, _ digits: Int, _ number: Double) -> String {
        // A double has at most 309 digits before the point.
        var buffer = [CChar](repeating: 0, count: digits + 340)
        let count = withVaList([Int32(digits), number]) { vsnprintf(&buffer, buffer.count, format, $0) }
        return String(decoding: buffer.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Reads a double: decimal, with or without an exponent; `NaN`, `Inf` and `Infinity` in any case. Nil for anything else;
    /// what is too large is infinite.
    static func double(_ text: String) -> Double? {
        let unsigned =
            text.utf8.first == UInt8(ascii: "-") || text.utf8.first == UInt8(ascii: "+") ? text.dropFirst() : text[...]
        switch Strings.asciiLowercase(unsigned) {
        case "nan": return .nan
        case "inf", "infinity": return text.utf8.first == UInt8(ascii: "-") ? -.infinity : .infinity
        default: break
        }
        // Swift reads hexadecimal and other forms too.
        let allowed = unsigned.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"),
                UInt8(ascii: "+"), UInt8(ascii: "-"):
                true
            default:
                false
            }
        }
        return allowed ? Double(text) : nil
    }
}
