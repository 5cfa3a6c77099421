private import Crypto
private import CryptoExtras
private import Foundation
package import Model

/// The private key of an authority that signs SSH certificates.
package struct SSHSigningKey: Sendable {
    /// Which key is made.
    package enum Form: Sendable, Hashable {
        case ed25519, p256, p384, p521, rsa2048, rsa4096
    }

    private enum Backing: Sendable {
        case ed25519(Curve25519.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case p521(P521.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey)
    }

    private let backing: Backing

    /// A new one. An RSA key takes up to a second.
    package init(_ form: Form) throws {
        self.backing =
            switch form {
            case .ed25519: .ed25519(Curve25519.Signing.PrivateKey())
            case .p256: .p256(P256.Signing.PrivateKey())
            case .p384: .p384(P384.Signing.PrivateKey())
            case .p521: .p521(P521.Signing.PrivateKey())
            case .rsa2048: .rsa(try _RSA.Signing.PrivateKey(keySize: .bits2048))
            case .rsa4096: .rsa(try _RSA.Signing.PrivateKey(keySize: .bits4096))
            }
    }

    /// The key that ``secret`` gave.
    package init(_ secret: Secret) throws {
        let parts = secret.reveal().split(separator: "\n", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw CocoaError(.coderReadCorrupt) }
        self.backing =
            switch parts[0] {
            case "ed25519":
                .ed25519(try .init(rawRepresentation: Data(base64Encoded: parts[1]) ?? Data()))
            case "p256": .p256(try .init(pemRepresentation: parts[1]))
            case "p384": .p384(try .init(pemRepresentation: parts[1]))
            case "p521": .p521(try .init(pemRepresentation: parts[1]))
            default: .rsa(try .init(pemRepresentation: parts[1]))
            }
    }

    /// The form in which it is kept, sealed.
    package var secret: Secret {
        switch self.backing {
        case .ed25519(let key): Secret("ed25519\n\(key.rawRepresentation.base64EncodedString())")
        case .p256(let key): Secret("p256\n\(key.pemRepresentation)")
        case .p384(let key): Secret("p384\n\(key.pemRepresentation)")
        case .p521(let key): Secret("p521\n\(key.pemRepresentation)")
        case .rsa(let key): Secret("rsa\n\(key.pemRepresentation)")
        }
    }

    package var publicKey: SSHPublicKey {
        get throws {
            var writer = SSHWriter()
            let type = self.type
            writer.write(string: type)
            switch self.backing {
            case .ed25519(let key): writer.write(string: key.publicKey.rawRepresentation)
            case .p256(let key): writer.write(point: key.publicKey.x963Representation, of: "nistp256")
            case .p384(let key): writer.write(point: key.publicKey.x963Representation, of: "nistp384")
            case .p521(let key): writer.write(point: key.publicKey.x963Representation, of: "nistp521")
            case .rsa(let key):
                let numbers = try key.publicKey.getKeyPrimitives()
                writer.write(integer: numbers.publicExponent)
                writer.write(integer: numbers.modulus)
            }
            return try SSHPublicKey(type: type, writer.bytes)
        }
    }

    private var type: String {
        switch self.backing {
        case .ed25519: "ssh-ed25519"
        case .p256: "ecdsa-sha2-nistp256"
        case .p384: "ecdsa-sha2-nistp384"
        case .p521: "ecdsa-sha2-nistp521"
        case .rsa: "ssh-rsa"
        }
    }

    /// A signature as SSH has it: its algorithm, then the signature (RFC 4253 §6.6, RFC 5656 §3.1.2, RFC 8332 §3).
    func signature(of bytes: [UInt8]) throws -> [UInt8] {
        var writer = SSHWriter()
        switch self.backing {
        case .ed25519(let key):
            writer.write(string: self.type)
            writer.write(string: try key.signature(for: bytes))
        case .p256(let key):
            writer.write(string: self.type)
            writer.write(pair: try key.signature(for: bytes).rawRepresentation)
        case .p384(let key):
            writer.write(string: self.type)
            writer.write(pair: try key.signature(for: bytes).rawRepresentation)
        case .p521(let key):
            writer.write(string: self.type)
            writer.write(pair: try key.signature(for: bytes).rawRepresentation)
        case .rsa(let key):
            writer.write(string: "rsa-sha2-512")
            let digest = SHA512.hash(data: bytes)
            writer.write(string: try key.signature(for: digest, padding: .insecurePKCS1v1_5).rawRepresentation)
        }
        return writer.bytes
    }
}

extension SSHWriter {
    fileprivate mutating func write(point: Data, of curve: String) {
        self.write(string: curve)
        self.write(string: point)
    }

    /// Both halves of an ECDSA signature, as integers.
    fileprivate mutating func write(pair: Data) {
        self.write(nested: { (inner) in
            inner.write(integer: pair.prefix(pair.count / 2))
            inner.write(integer: pair.suffix(pair.count / 2))
        })
    }
}
