import Foundation

extension [UInt8] {
    /// The bytes that `hex` spells, two digits each.
    package init(hex: some StringProtocol) throws(BadByteText) {
        let digits = hex.utf8.map { UInt8(String(UnicodeScalar($0)), radix: 16) }
        guard digits.count.isMultiple(of: 2) else { throw BadByteText(kind: "hex", start: String(hex.prefix(40))) }
        self = []
        self.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else {
                throw BadByteText(kind: "hex", start: String(hex.prefix(40)))
            }
            self.append(high << 4 | low)
        }
    }

    /// The bytes that `base64` spells.
    package init(base64: String) throws(BadByteText) {
        guard let data = Data(base64Encoded: base64) else {
            throw BadByteText(kind: "base64", start: String(base64.prefix(40)))
        }
        self = Array(data)
    }

    /// The bytes in lower-case hexadecimal digits.
    package var hex: String {
        let digits = Array<UInt8>("0123456789abcdef".utf8)
        return String(decoding: self.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// Text that should have spelt bytes and does not.
package struct BadByteText: Error, CustomStringConvertible {
    package let kind: String
    package let start: String

    package var description: String { "not \(self.kind): \(self.start)" }
}
