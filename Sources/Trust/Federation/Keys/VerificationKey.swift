import Crypto
import CryptoExtras
import Foundation
package import JSON
import Secrets

/// A public key with which signatures of tokens are verified, out of a JSON Web Key (RFC 7517, RFC 7518 §6, RFC 8037).
package struct VerificationKey: Sendable {
    /// Of RSA, in bits: shorter ones can be broken, and longer ones hold a core for too long.
    private static let modulusBits = 2048...8192

    private enum Material: Sendable {
        case rsa(_RSA.Signing.PublicKey, bytes: Int)
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case p521(P521.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
    }

    /// The `kid` by which tokens name it.
    package let id: String?
    private let material: Material
    /// The one algorithm that the set says it is for; nil where it says none.
    private let algorithm: SignatureAlgorithm?

    /// Nil for a key that verifies nothing here: of another type, for something else, or of a broken form. Such keys may
    /// stand in a set beside others (RFC 7517 §5).
    package init?(_ key: JSONObject) {
        if let use = key.exactly("use"), use.string != "sig" { return nil }
        if let operations = key.exactly("key_ops") {
            guard operations.array?.contains(.string("verify")) ?? false else { return nil }
        }
        if let named = key.exactly("alg") {
            guard let algorithm = named.string.flatMap(SignatureAlgorithm.init) else { return nil }
            self.algorithm = algorithm
        } else {
            self.algorithm = nil
        }
        guard let material = Self.material(of: key) else { return nil }
        self.material = material
        self.id = key.exactly("kid")?.string
    }

    private static func material(of key: JSONObject) -> Material? {
        func bytes(_ name: String) -> [UInt8]? { key.exactly(name)?.string.flatMap(Base64URL.decode) }
        switch key.exactly("kty")?.string {
        case "RSA":
            guard let modulus = bytes("n"), let exponent = bytes("e"), modulus.first != 0,
                Self.modulusBits.contains(modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)),
                !FactorableModulus.hasMark(modulus),
                let known = try? _RSA.Signing.PublicKey(n: modulus, e: exponent)
            else { return nil }
            return .rsa(known, bytes: modulus.count)
        case "EC":
            guard let x = bytes("x"), let y = bytes("y"), x.count == y.count else { return nil }
            let point = [4] + x + y
            switch key.exactly("crv")?.string {
            case "P-256": return (try? P256.Signing.PublicKey(x963Representation: point)).map(Material.p256)
            case "P-384": return (try? P384.Signing.PublicKey(x963Representation: point)).map(Material.p384)
            case "P-521": return (try? P521.Signing.PublicKey(x963Representation: point)).map(Material.p521)
            default: return nil
            }
        case "OKP":
            guard key.exactly("crv")?.string == "Ed25519", let x = bytes("x") else { return nil }
            return (try? Curve25519.Signing.PublicKey(rawRepresentation: x)).map(Material.ed25519)
        default:
            // Among them `oct`: a secret that is published is none.
            return nil
        }
    }

    /// Whether the key is of the algorithm's type, and meant for it.
    package func fits(_ algorithm: SignatureAlgorithm) -> Bool {
        if let only = self.algorithm, only != algorithm { return false }
        return switch (self.material, algorithm) {
        case (.rsa, .rs256), (.rsa, .rs384), (.rsa, .rs512), (.rsa, .ps256), (.rsa, .ps384), (.rsa, .ps512): true
        case (.p256, .es256), (.p384, .es384), (.p521, .es512), (.ed25519, .edDSA): true
        default: false
        }
    }

    /// Whether the key has signed the token with this algorithm, which it ``fits(_:)``.
    package func hasSigned(_ token: SignedToken, by algorithm: SignatureAlgorithm) -> Bool {
        let (bytes, signature) = (token.signedBytes, token.signature)
        switch self.material {
        case .rsa(let key, let length):
            // Longer or shorter than the modulus is another text of a signature, or none (RFC 8017 §8.2.2).
            return signature.count == length && Self.hasSigned(bytes, signature, by: algorithm, key)
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: bytes)
        case .p384(let key):
            guard let signature = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: bytes)
        case .p521(let key):
            guard let signature = try? P521.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: bytes)
        case .ed25519(let key):
            return key.isValidSignature(signature, for: bytes)
        }
    }

    private static func hasSigned(
        _ bytes: [UInt8],
        _ signature: [UInt8],
        by algorithm: SignatureAlgorithm,
        _ key: _RSA.Signing.PublicKey
    ) -> Bool {
        let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
        return switch algorithm {
        case .rs256: key.isValidSignature(signature, for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
        case .rs384: key.isValidSignature(signature, for: SHA384.hash(data: bytes), padding: .insecurePKCS1v1_5)
        case .rs512: key.isValidSignature(signature, for: SHA512.hash(data: bytes), padding: .insecurePKCS1v1_5)
        case .ps256: key.isValidSignature(signature, for: SHA256.hash(data: bytes), padding: .PSS)
        case .ps384: key.isValidSignature(signature, for: SHA384.hash(data: bytes), padding: .PSS)
        case .ps512: key.isValidSignature(signature, for: SHA512.hash(data: bytes), padding: .PSS)
        case .es256, .es384, .es512, .edDSA: false
        }
    }
}
