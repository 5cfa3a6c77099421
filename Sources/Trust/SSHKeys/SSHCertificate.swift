package import Foundation

/// A certificate of OpenSSH, version 01: a public key with what its holder may do, signed by an authority
/// (OpenSSH, `PROTOCOL.certkeys`).
package struct SSHCertificate: Sendable {
    package enum Holder: UInt32, Sendable {
        case user = 1
        case host = 2
    }

    /// What it says.
    package struct Contents: Sendable {
        package var key: SSHPublicKey
        package var holder: Holder
        /// What logs call it.
        package var identifier: String
        package var serial: UInt64
        /// The users or hosts that it is good for; none for all.
        package var principals: [String]
        package var validAfter: Date
        package var validBefore: Date
        /// What whoever does not understand must refuse: `force-command` and its like, by name.
        package var criticalOptions: [String: String]
        /// What whoever does not understand may overlook: `permit-pty` and its like, by name.
        package var extensions: [String: String]

        package init(
            key: SSHPublicKey,
            holder: Holder,
            identifier: String,
            serial: UInt64,
            principals: [String],
            validAfter: Date,
            validBefore: Date,
            criticalOptions: [String: String] = [:],
            extensions: [String: String] = [:]
        ) {
            self.key = key
            self.holder = holder
            self.identifier = identifier
            self.serial = serial
            self.principals = principals
            self.validAfter = validAfter
            self.validBefore = validBefore
            self.criticalOptions = criticalOptions
            self.extensions = extensions
        }
    }

    /// `ssh-ed25519-cert-v01@openssh.com`.
    package let type: String
    private let bytes: [UInt8]

    /// `nonce` makes signatures of equal contents differ: 32 random bytes.
    package init(
        _ contents: Contents,
        signedBy authority: SSHSigningKey,
        nonce: [UInt8] = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    ) throws {
        self.type = Self.type(of: contents.key)
        var writer = SSHWriter()
        writer.write(string: self.type)
        writer.write(string: nonce)
        // What follows the type in the key's own bytes.
        var key = SSHReader(contents.key.bytes)
        _ = key.string()
        writer.append(key.remaining)
        writer.write(contents.serial)
        writer.write(contents.holder.rawValue)
        writer.write(string: contents.identifier)
        writer.write(nested: { inner in for name in contents.principals { inner.write(string: name) } })
        writer.write(contents.validAfter.secondsForSSH)
        writer.write(contents.validBefore.secondsForSSH)
        writer.write(options: contents.criticalOptions)
        writer.write(options: contents.extensions)
        writer.write(string: [])
        writer.write(string: try authority.publicKey.bytes)
        writer.write(string: try authority.signature(of: writer.bytes))
        self.bytes = writer.bytes
    }

    /// As it stands in a `-cert.pub` file, without a comment.
    package var line: String { "\(self.type) \(Data(self.bytes).base64EncodedString())" }

    private static func type(of key: SSHPublicKey) -> String {
        let suffix = "@openssh.com"
        // Keys on security tokens have the suffix already.
        let name = key.type.hasSuffix(suffix) ? String(key.type.dropLast(suffix.count)) : key.type
        return "\(name)-cert-v01\(suffix)"
    }
}

extension SSHWriter {
    /// Options in the order of their names; a value is a `string` in a `string`, none an empty one.
    fileprivate mutating func write(options: [String: String]) {
        self.write(nested: { inner in
            for (name, value) in options.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                inner.write(string: name)
                inner.write(nested: { if !value.isEmpty { $0.write(string: value) } })
            }
        })
    }
}

extension Date {
    /// Seconds since 1970; what lies before or beyond is taken as the nearest.
    fileprivate var secondsForSSH: UInt64 {
        UInt64(max(0, min(self.timeIntervalSince1970, 253_402_300_799)))
    }
}
