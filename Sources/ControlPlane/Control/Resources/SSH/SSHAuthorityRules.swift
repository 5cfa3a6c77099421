import APITypes
package import Foundation
import JSON
package import Model
import SSHKeys
import Secrets
package import Store

/// A key of an account that signs certificates of SSH.
package struct SSHAuthorityRecord: ResourceDocument {
    package typealias Kind = SSHAuthorityKind
    package static let recordKind = RecordKind("ssh_certificate_authority")

    /// As it stands in a `.pub` file.
    package var publicKey: String
    /// `ed25519`, `ecdsa` or `rsa`.
    package var keyType: String
    /// The private key, sealed.
    package var sealedKey: String
    package var description = ""
    package var metadata = ""
    package var created: Date
}

/// SSH certificate authorities (`spec/api.md` 4.7). One that has signed a certificate which is there cannot be deleted.
struct SSHAuthorityRules: ResourceRules {
    static let shape = ResourceShape.sshCertificateAuthorities

    fileprivate static let member = "sealedKey"

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> SSHAuthorityRecord {
        let key = try await change.context.workshop.key(Self.form(body))
        let publicKey: SSHPublicKey
        do {
            publicKey = try key.publicKey
        } catch {
            throw Failure(.apiInternalError, "No key was made.", detail: "\(error)", cause: error)
        }
        return SSHAuthorityRecord(
            publicKey: publicKey.line,
            keyType: publicKey.algorithm.rawValue,
            sealedKey: change.seals(of: SSHAuthorityRecord.self).seal(key.secret, as: Self.member),
            created: change.now
        )
    }

    private static func form(_ body: CheckedBody) throws(Failure) -> SSHSigningKey.Form {
        let type = body.filledText("private_key_type") ?? "ed25519"
        let curve = body.filledText("elliptic_curve")
        // Clients send 0 for "unset".
        let size = body.integer("key_size").flatMap { $0 == 0 ? nil : $0 }
        guard ["ed25519", "ecdsa", "rsa"].contains(type) else {
            throw Failure(.sshAuthorityKeyType, "There is no key type \"\(type.prefix(50))\".")
        }
        guard curve == nil || type == "ecdsa" else {
            throw Failure(.sshAuthorityCurveUnwanted, "The key type is \(type).")
        }
        guard size == nil || type == "rsa" else {
            throw Failure(.sshAuthorityKeySizeUnwanted, "The key type is \(type).")
        }
        switch (type, curve?.lowercased() ?? "256", size ?? 2048) {
        case ("ed25519", _, _): return .ed25519
        case ("ecdsa", "256", _), ("ecdsa", "p256", _), ("ecdsa", "nistp256", _): return .p256
        case ("ecdsa", "384", _), ("ecdsa", "p384", _), ("ecdsa", "nistp384", _): return .p384
        case ("ecdsa", "521", _), ("ecdsa", "p521", _), ("ecdsa", "nistp521", _): return .p521
        case ("rsa", _, 2048): return .rsa2048
        case ("rsa", _, 4096): return .rsa4096
        case ("rsa", _, let size): throw Failure(.sshAuthorityKeySize, "There are no keys of \(size) bits.")
        default: throw Failure(.sshAuthorityCurve, "There is no curve \"\((curve ?? "").prefix(50))\".")
        }
    }

    /// The private key of an authority.
    ///
    /// - Throws: `sshAuthoritySealed` when no key of the edge sealed it, `sealForged` when it is another's.
    static func key(of authority: Stored<SSHAuthorityRecord>, _ keys: SealingKeyring) throws(Failure) -> SSHSigningKey {
        let secret: Secret
        do throws(SealError) {
            secret = try authority.seals(keys).open(authority.document.sealedKey, as: Self.member)
        } catch {
            throw Failure(error, .sshAuthoritySealed, "The key of \(authority.id)")
        }
        do {
            return try SSHSigningKey(secret)
        } catch {
            throw Failure(.sshAuthoritySealed, "The key of \(authority.id) is none.", cause: error)
        }
    }

    func willDelete(_ stored: Stored<SSHAuthorityRecord>, _ change: inout Change) async throws(Failure) {
        let store = change.context.store
        let hosts = try await store.all(SSHHostCertificateRecord.self, in: change.caller.scope)
        let users = try await store.all(SSHUserCertificateRecord.self, in: change.caller.scope)
        let count =
            hosts.count { $0.document.certificate.authority == stored.id.text }
            + users.count { $0.document.certificate.authority == stored.id.text }
        guard count == 0 else {
            throw Failure(.sshAuthorityInUse, "\(stored.id) has signed \(count) certificates that are there.")
        }
    }

    func members(of stored: Stored<SSHAuthorityRecord>, _ view: ResourceView) -> [String: JSONValue] {
        ["public_key": .string(stored.document.publicKey), "key_type": .string(stored.document.keyType)]
    }
}

extension SSHAuthorityRecord: SealedDocument {
    private static let unbound = SealPurpose("key of an SSH certificate authority")

    mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        let member = SSHAuthorityRules.member
        guard let sealed = try seals.resealed(self.sealedKey, as: member, unbound: Self.unbound) else { return false }
        self.sealedKey = sealed
        return true
    }
}
