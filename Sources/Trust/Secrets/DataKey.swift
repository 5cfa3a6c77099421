private import Crypto

/// A key for very many small texts of one store, kept beside them in sealed form: the keys of the edge are good for 2^32
/// texts, which busy traffic would use up in weeks, and a data key that is thrown away takes what it sealed with it.
package struct DataKey: Sendable, CustomStringConvertible {
    private let key: SymmetricKey

    package static func random() -> DataKey { DataKey(key: SymmetricKey(size: .bits256)) }

    private init(key: SymmetricKey) {
        self.key = key
    }

    package var description: String { "[data key]" }

    // MARK: The key itself

    /// The key as it is kept.
    package func sealed(with keys: SealingKeyring, for purpose: SealPurpose) -> String {
        keys.seal(self.key.withUnsafeBytes { Array($0) }, for: purpose)
    }

    package init(opening text: String, with keys: SealingKeyring, for purpose: SealPurpose) throws(SealError) {
        let bytes = try keys.open(text, for: purpose)
        guard bytes.count == 32 else { throw .malformed }
        self.init(key: SymmetricKey(data: bytes))
    }

    // MARK: What it seals

    /// Nonce, ciphertext and tag (AES-256-GCM). What is given as `name` must be given again to open it.
    package func seal(_ bytes: some Collection<UInt8>, named name: String) -> [UInt8] {
        guard
            let box = try? AES.GCM.seal(Array(bytes), using: self.key, authenticating: Array(name.utf8)),
            let sealed = box.combined
        else {
            // AES-GCM with a 256 bit key and a nonce of its own choice refuses nothing below 64 GiB.
            preconditionFailure("AES-GCM did not seal")
        }
        return Array(sealed)
    }

    /// - Throws: `.malformed` for what is too short, `.forged` where it was changed, or has another name or key.
    package func open(_ sealed: [UInt8], named name: String) throws(SealError) -> [UInt8] {
        guard sealed.count >= 28 else { throw .malformed }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed)
            return Array(try AES.GCM.open(box, using: self.key, authenticating: Array(name.utf8)))
        } catch {
            throw .forged
        }
    }
}
