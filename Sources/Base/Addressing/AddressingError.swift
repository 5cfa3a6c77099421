/// Text from outside that does not spell what it should: what is wrong with it, and where.
package protocol AddressingError: Error, CustomStringConvertible {
    /// The text as it was given, cut short after a few hundred characters.
    var text: String { get }
    /// How many bytes of the text stand before what is wrong.
    var position: Int { get }
    /// What is wrong, as half a sentence that follows the quoted text: `has an empty label`.
    var problem: String { get }
}

extension AddressingError {
    /// `"a..b" has an empty label`.
    package var description: String { "\(quoted(self.text)) \(self.problem)" }
}

/// `text` between quotation marks, fit for a terminal and a log: what does not print is escaped.
func quoted(_ text: String) -> String {
    var shown = "\""
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse:
            shown += "\\u{\(String(scalar.value, radix: 16))}"
        default:
            shown.unicodeScalars.append(scalar)
        }
    }
    return shown + "\""
}

/// The start of `text` that errors keep, so that an error is never as large as a hostile input.
func shortened(_ text: some StringProtocol) -> String {
    let limit = 300
    guard text.utf8.count > limit else { return String(text) }
    // By scalars: one character can be of any length.
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "…"
}

/// The bytes that addresses are made of.
enum ASCII {
    static let dot = UInt8(ascii: ".")
    static let colon = UInt8(ascii: ":")
    static let slash = UInt8(ascii: "/")
    static let hyphen = UInt8(ascii: "-")
    static let underscore = UInt8(ascii: "_")
    static let star = UInt8(ascii: "*")
    static let at = UInt8(ascii: "@")
    static let percent = UInt8(ascii: "%")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool { Self.isLetter(byte) || Self.isDigit(byte) }

    /// The value of a hexadecimal digit of either case; nil for other bytes.
    static func hexValue(_ byte: UInt8) -> UInt8? {
        if Self.isDigit(byte) { return byte - 0x30 }
        let lower = byte | 0x20
        return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : nil
    }

    static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
}

/// The number that `digits` spell in base ten, without sign, leading zero or separator; nil for anything else and
/// for numbers above `limit`.
func decimal(_ digits: some Collection<UInt8>, limit: Int) -> Int? {
    guard let first = digits.first, digits.count <= 9 else { return nil }
    guard first != UInt8(ascii: "0") || digits.count == 1 else { return nil }
    var value = 0
    for digit in digits {
        guard ASCII.isDigit(digit) else { return nil }
        value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value <= limit ? value : nil
}

/// Why text that follows a colon is no port.
enum PortError: Error {
    case notNumeric, outOfRange
}

/// The port that `digits` spell, from 1 to 65535, without a leading zero.
func port(_ digits: some Collection<UInt8>) throws(PortError) -> UInt16 {
    guard !digits.isEmpty, digits.allSatisfy(ASCII.isDigit) else { throw .notNumeric }
    guard let value = decimal(digits, limit: 65535), value > 0 else { throw .outOfRange }
    return UInt16(value)
}

extension UInt16 {
    /// The number that `bytes` spell in base ten, without sign, leading zero or separator; nil for anything else.
    package init?(decimalBytes bytes: some Collection<UInt8>) {
        guard let value = decimal(bytes, limit: 65535) else { return nil }
        self.init(value)
    }
}
