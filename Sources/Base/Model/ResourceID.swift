/// A kind of thing that has an identifier, and the letters that its identifiers begin with.
package protocol ResourceKind: Sendable {
    static var prefix: String { get }
}

/// The identifier of a thing of one kind: `ep_…`. Different kinds cannot be confused.
package struct ResourceID<Kind: ResourceKind>: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// - Returns: nil when `text` does not begin with the kind's prefix and an underscore, or holds more than
    ///   letters, digits and underscores.
    package init?(_ text: String) {
        guard text.hasPrefix(Kind.prefix + "_"), text.utf8.count > Kind.prefix.utf8.count + 1, text.utf8.count <= 64,
            text.utf8.allSatisfy({
                $0 == 0x5F || ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
            })
        else { return nil }
        self.text = text
    }

    private init(unchecked text: String) {
        self.text = text
    }

    /// A new identifier: 27 letters and digits, about 160 bits, which nobody guesses when `random` is the system's.
    package static func random(using random: inout some RandomNumberGenerator) -> Self {
        let letters = (0..<27).map { _ in Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &random)] }
        return Self(unchecked: "\(Kind.prefix)_\(String(decoding: letters, as: UTF8.self))")
    }

    /// A new identifier from the system's random numbers.
    package static func random() -> Self {
        var system = SystemRandomNumberGenerator()
        return Self.random(using: &system)
    }

    private static var alphabet: [UInt8] {
        Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    }

    package var description: String { self.text }
}
