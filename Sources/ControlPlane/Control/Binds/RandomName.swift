/// Names that nobody guesses.
enum RandomName {
    /// No vowels, so that no words appear; no letters and digits that look like others.
    private static let letters = Array("bcdfghjkmnpqrstvwxyz23456789".utf8)

    /// A label for a host name: 57 bits in 12 characters.
    static func label() -> String {
        String(decoding: (0..<12).map { _ in Self.letters[Int.random(in: Self.letters.indices)] }, as: UTF8.self)
    }

    /// An id for the wire: 128 bits as 32 hexadecimal digits.
    static func id() -> String {
        (0..<32).map { _ in String(UInt8.random(in: 0..<16), radix: 16) }.joined()
    }
}
