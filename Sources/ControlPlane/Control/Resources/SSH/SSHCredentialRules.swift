import APITypes
package import Foundation
import JSON
package import Model
import SSHKeys
package import Store

/// A public key of SSH with which a client connects in an agent's place.
package struct SSHCredentialRecord: ResourceDocument {
    package typealias Kind = SSHCredentialKind
    package static let recordKind = RecordKind("ssh_credential")

    /// As it was given, since clients compare it by its text.
    package var publicKey: String
    /// SHA-256 of the key, by which it is found.
    package var fingerprint: String
    /// The user or service user who answers for what is done with it.
    package var ownerID: String
    /// What it may bind; empty for everything (`AccessRules`).
    package var rules: [String]
    package var description = ""
    package var metadata = ""
    package var created: Date

    package var uniqueKeys: [String: String] { ["key": self.fingerprint] }
}

/// SSH credentials (`spec/api.md` 4.3).
struct SSHCredentialRules: ResourceRules {
    static let shape = ResourceShape.sshCredentials

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> SSHCredentialRecord {
        let line = body.text("public_key") ?? ""
        let key: SSHPublicKey
        do throws(SSHPublicKey.ParseError) {
            key = try SSHPublicKey(parsing: line)
        } catch {
            throw Failure(.sshKeyUnreadable, "The public key is refused: \(error).", cause: error)
        }
        let rules = body.texts("acl") ?? []
        _ = try AccessRules(rules)
        return SSHCredentialRecord(
            publicKey: line,
            fingerprint: key.fingerprint,
            ownerID: try await CredentialOwner.of(body, change).id,
            rules: rules,
            created: change.now
        )
    }

    func update(_ document: inout SSHCredentialRecord, _ body: CheckedBody, _ change: inout Change) throws(Failure) {
        guard let rules = body.texts("acl") else { return }
        _ = try AccessRules(rules)
        document.rules = rules
    }

    func members(of stored: Stored<SSHCredentialRecord>, _ view: ResourceView) -> [String: JSONValue] {
        [
            "public_key": .string(stored.document.publicKey), "acl": .texts(stored.document.rules),
            "owner_id": .string(stored.document.ownerID),
        ]
    }

    func duplicate(
        _ key: String,
        _ document: SSHCredentialRecord,
        _ change: Change
    ) async throws(Failure) -> Failure? {
        let other = try await change.context.store.found(
            SSHCredentialRecord.self,
            "key",
            document.fingerprint,
            in: .platform
        )
        guard let other else { return nil }
        return other.owner == change.account
            ? Failure(.sshKeyRepeated, "The account has the key \(document.fingerprint) already.")
            : Failure(.sshKeyOfOther, "Another account has the key \(document.fingerprint).")
    }
}
