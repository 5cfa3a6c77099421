private import Crypto
private import Foundation
package import Model

/// A private key by which clients of SSH know a server, in the form of OpenSSH's key files without a passphrase
/// (PROTOCOL.key of OpenSSH): a server takes over the keys of another by taking over its files.
package struct SSHHostKey: Sendable {
    /// Why a text is no such key.
    package enum ParseError: Error, Hashable, Sendable {
        case malformed
        /// It is locked by a passphrase, which nobody enters where a server starts.
        case locked
        /// Its public half is none that is taken.
        case unusable(SSHPublicKey.ParseError)
    }

    private static let magic = Array("openssh-key-v1\0".utf8)
    private static let begin = "-----BEGIN OPENSSH PRIVATE KEY-----"
    private static let end = "-----END OPENSSH PRIVATE KEY-----"
    private static let lineLength = 70

    /// As it stands in its file.
    package let text: Secret
    package let publicKey: SSHPublicKey

    /// A new one, of the type `ssh-ed25519`.
    package init() throws {
        let key = Curve25519.Signing.PrivateKey()
        let halves = key.publicKey.rawRepresentation
        var line = SSHWriter()
        line.write(string: "ssh-ed25519")
        line.write(string: halves)
        self.publicKey = try SSHPublicKey(type: "ssh-ed25519", line.bytes)

        var file = SSHWriter()
        file.append(Self.magic)
        for _ in 0..<2 { file.write(string: "none") }
        file.write(string: "")
        file.write(UInt32(1))
        file.write(string: line.bytes)
        file.write(nested: { secret in
            // Twice the same number, by which a right passphrase is known.
            for _ in 0..<2 { secret.write(UInt32(0)) }
            secret.append(line.bytes)
            secret.write(string: key.rawRepresentation + halves)
            secret.write(string: "portico-edge")
            var padding: UInt8 = 1
            while secret.bytes.count % 8 != 0 {
                secret.append([padding])
                padding += 1
            }
        })
        self.text = Secret(Self.armored(file.bytes))
    }

    /// Reads a key file. Whether its private half belongs to its public one is seen where it is used.
    package init(_ text: Secret) throws(ParseError) {
        let lines = text.reveal().split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        guard lines.first == Self.begin, lines.last == Self.end,
            let data = Data(base64Encoded: lines.dropFirst().dropLast().joined()), data.starts(with: Self.magic)
        else { throw .malformed }
        var reader = SSHReader(Array(data.dropFirst(Self.magic.count)))
        guard let cipher = reader.text(), reader.text() != nil, reader.string() != nil else { throw .malformed }
        guard cipher == "none" else { throw .locked }
        // How many keys there are: one.
        guard reader.skip(4), let blob = reader.string() else { throw .malformed }
        do throws(SSHPublicKey.ParseError) {
            self.publicKey = try SSHPublicKey(base64: Data(blob).base64EncodedString())
        } catch {
            throw .unusable(error)
        }
        self.text = text
    }

    private static func armored(_ bytes: [UInt8]) -> String {
        var rest = Data(bytes).base64EncodedString()[...]
        var lines = [Self.begin]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(Self.lineLength)))
            rest = rest.dropFirst(Self.lineLength)
        }
        return (lines + [Self.end, ""]).joined(separator: "\n")
    }
}

extension SSHHostKey.ParseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "it has not the form of a private key of OpenSSH"
        case .locked: "it is locked by a passphrase"
        case .unusable(let error): "\(error)"
        }
    }
}
