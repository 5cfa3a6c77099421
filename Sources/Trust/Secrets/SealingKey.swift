private import Crypto

/// Why a sealed text was not opened.
package enum SealError: Error, Hashable, Sendable {
    /// It is no sealed text.
    case malformed
    /// It was sealed with a key that is not here.
    case unknownKey
    /// It was changed, or sealed for another purpose.
    case forged
}

/// What a sealed text is for. One that was sealed for another purpose does not open.
package struct SealPurpose: Sendable, Hashable {
    package let name: String

    package init(_ name: String) {
        self.name = name
    }
}

/// A key that seals bytes, so that those who carry them can neither read nor change them: AES-256-GCM.
///
/// A nonce is 96 random bits: a key is good for 2^32 texts (NIST SP 800-38D §8.3), more than an edge gives out in
/// a hundred years of one a second.
package struct SealingKey: Sendable, CustomStringConvertible {
    static let byteCount = 32
    /// Format, key id; then what AES-GCM makes of it: nonce, ciphertext, tag.
    private static let headerCount = 5
    private static let format: UInt8 = 1

    private let key: SymmetricKey
    /// Which key it is, told from the key itself; stands in the clear in each sealed text.
    package let id: UInt32

    /// A new one.
    package static func random() -> SealingKey {
        SealingKey(SymmetricKey(size: .bits256))
    }

    /// - Returns: nil unless there are exactly 32 bytes.
    init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(SymmetricKey(data: bytes))
    }

    private init(_ key: SymmetricKey) {
        self.key = key
        let mark = HMAC<SHA256>.authenticationCode(for: Array("portico sealing key id".utf8), using: key)
        self.id = mark.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The key itself, for the file that it is kept in.
    func revealBytes() -> [UInt8] { self.key.withUnsafeBytes { Array($0) } }

    package var description: String { "[sealing key]" }

    /// The sealed form as base64url. Two of the same bytes differ.
    package func seal(_ bytes: [UInt8], for purpose: SealPurpose) -> String {
        let header = [Self.format] + (0..<4).map { UInt8(truncatingIfNeeded: self.id >> (24 - 8 * $0)) }
        guard
            let box = try? AES.GCM.seal(bytes, using: self.key, authenticating: header + Array(purpose.name.utf8)),
            let sealed = box.combined
        else {
            // AES-GCM with a 256 bit key and a nonce of its own choice refuses nothing below 64 GiB.
            preconditionFailure("AES-GCM did not seal")
        }
        return Base64URL.encode(header + sealed)
    }

    /// The bytes that were sealed for `purpose`.
    package func open(_ text: String, for purpose: SealPurpose) throws(SealError) -> [UInt8] {
        guard let (id, header, body) = Self.parts(of: text) else { throw .malformed }
        guard id == self.id else { throw .unknownKey }
        do {
            let box = try AES.GCM.SealedBox(combined: body)
            return Array(
                try AES.GCM.open(box, using: self.key, authenticating: Array(header) + Array(purpose.name.utf8))
            )
        } catch {
            throw .forged
        }
    }

    /// Tells texts apart without telling them: whoever has no key can neither make a mark nor try texts out.
    func mark(_ bytes: [UInt8], for purpose: SealPurpose) -> String {
        let name = Array(purpose.name.utf8)
        let own = HMAC<SHA256>.authenticationCode(for: Array("portico mark ".utf8) + name, using: self.key)
        let mark = HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: own))
        return Base64URL.encode(Array(mark.prefix(12)))
    }

    private static func parts(of text: String) -> (id: UInt32, header: ArraySlice<UInt8>, body: ArraySlice<UInt8>)? {
        guard let bytes = Base64URL.decode(text), bytes.count >= Self.headerCount + 28, bytes[0] == Self.format else {
            return nil
        }
        let id = bytes[1..<Self.headerCount].reduce(0) { $0 << 8 | UInt32($1) }
        return (id, bytes[..<Self.headerCount], bytes[Self.headerCount...])
    }
}
