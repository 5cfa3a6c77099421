package import Model
package import Secrets

/// A text of an event destination that only the edge can read.
package struct SealedText: Codable, Sendable, Hashable {
    private var sealed: String

    private static let purpose = SealPurpose("secret of an event destination")

    init(_ text: String, _ keys: SealingKeyring) {
        self.sealed = keys.seal(Array(text.utf8), for: Self.purpose)
    }

    /// - Throws: when no key of the edge sealed it.
    package func reveal(_ keys: SealingKeyring) throws(SealError) -> Secret {
        Secret(String(decoding: try keys.open(self.sealed, for: Self.purpose), as: UTF8.self))
    }

    mutating func reseal(_ keys: SealingKeyring) throws(SealError) -> Bool {
        guard let sealed = try keys.resealed(self.sealed, for: Self.purpose) else { return false }
        self.sealed = sealed
        return true
    }

    package init(from decoder: any Decoder) throws {
        self.sealed = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.sealed)
    }
}
