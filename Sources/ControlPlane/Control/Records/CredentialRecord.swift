package import Foundation
package import Model
package import Secrets
package import Store

/// An authtoken, without the token (`spec/identity.md` 9).
package struct CredentialRecord: StoredDocument {
    package typealias Kind = CredentialKind
    package static let recordKind = RecordKind("credential")

    package var hash: TokenHash
    /// The user or service user who answers for what is done with it.
    package var user: String
    /// What it may bind; empty for everything (`AccessRules`).
    package var rules: [String]
    package var description: String
    package var created: Date
    /// When it was revoked; nil while it is good.
    package var revoked: Date?
    // Optional, because older records have none.
    private var note: String?

    private enum CodingKeys: String, CodingKey {
        case hash, user, rules, description, created, revoked
        case note = "metadata"
    }

    package init(
        hash: TokenHash,
        user: ResourceID<UserKind>,
        rules: [String],
        description: String,
        created: Date
    ) {
        self.init(hash: hash, ownerID: user.text, rules: rules, created: created)
        self.description = description
    }

    package init(hash: TokenHash, ownerID: String, rules: [String], created: Date) {
        self.hash = hash
        self.user = ownerID
        self.rules = rules
        self.description = ""
        self.created = created
        self.revoked = nil
    }
}

extension CredentialRecord: ResourceDocument {
    package var metadata: String {
        get { self.note ?? "" }
        set { self.note = newValue }
    }
}
