package import Foundation
package import Model
package import Secrets
package import Store

/// An API key, without the token.
package struct APIKeyRecord: ResourceDocument {
    package typealias Kind = APIKeyKind
    package static let recordKind = RecordKind("api_key")

    package var hash: TokenHash
    /// The user or service user in whose name it acts, for ever.
    package var ownerID: String
    package var description = ""
    package var metadata = ""
    package var created: Date

    package init(hash: TokenHash, ownerID: String, created: Date, description: String = "") {
        self.hash = hash
        self.ownerID = ownerID
        self.created = created
        self.description = description
    }
}
