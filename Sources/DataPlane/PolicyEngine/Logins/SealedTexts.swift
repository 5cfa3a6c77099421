import Secrets

/// Texts under one seal, in order: what browsers and providers carry for us and can neither read nor change.
enum SealedTexts {
    /// The longest sealed text that is opened, in bytes.
    static let maximumBytes = 16 << 10

    static func seal(_ texts: [String], with keys: SealingKeyring, for purpose: SealPurpose) -> String {
        var bytes: [UInt8] = []
        for text in texts {
            let count = UInt32(text.utf8.count)
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
            bytes += text.utf8
        }
        return keys.seal(bytes, for: purpose)
    }

    /// Nil for what was not sealed here for this purpose, or has another number of texts.
    static func open(_ text: String, with keys: SealingKeyring, for purpose: SealPurpose, count: Int) -> [String]? {
        guard text.utf8.count <= Self.maximumBytes, let bytes = try? keys.open(text, for: purpose) else { return nil }
        var texts: [String] = []
        var rest = bytes[...]
        while rest.count >= 4 {
            let length = Int(rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
            rest = rest.dropFirst(4)
            guard rest.count >= length, let text = String(validating: rest.prefix(length), as: UTF8.self) else {
                return nil
            }
            texts.append(text)
            rest = rest.dropFirst(length)
        }
        return rest.isEmpty && texts.count == count ? texts : nil
    }
}
