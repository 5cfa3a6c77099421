package import Foundation
package import Model
package import Secrets
package import Store

/// An authtoken, without the token (`spec/identity.md` 9).
package struct CredentialRecord: StoredDocument {
    package typealias Kind = CredentialKind
    package static let recordKind = RecordKind("credential")

    package var hash: TokenHash
    /// The user who answers for what is done with it.
    package var user: String
    /// What it may bind; empty for everything (`AccessRules`).
    package var rules: [String]
    package var description: String
    package var created: Date
    /// When it was revoked; nil while it is good.
    package var revoked: Date?

    package init(
        hash: TokenHash,
        user: ResourceID<UserKind>,
        rules: [String],
        description: String,
        created: Date
    ) {
        self.hash = hash
        self.user = user.text
        self.rules = rules
        self.description = description
        self.created = created
        self.revoked = nil
    }
}
