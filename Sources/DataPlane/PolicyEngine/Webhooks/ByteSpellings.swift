import Foundation

/// Two digits for each byte.
enum Hexadecimal {
    /// - Returns: nil for anything but pairs of digits, in either case.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for at in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(hex: digits[at], digits[at + 1]) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    /// In small letters.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            for digit in [byte >> 4, byte & 15] {
                text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// The standard alphabet with padding (RFC 4648 §4).
enum Base64 {
    /// - Returns: nil for anything else.
    static func bytes(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map(Array.init) }

    static func text(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
