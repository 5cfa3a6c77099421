package import Foundation
package import Model
package import Store

/// A group of secrets, which lie in records of their own.
package struct VaultRecord: ResourceDocument {
    package typealias Kind = VaultKind
    package static let recordKind = RecordKind("vault")

    package var name: String
    package var description = ""
    package var metadata = ""
    package var created: Date
    package var updated: Date
    /// The user or service user who made it.
    package var creator: String
    /// The user or service user who changed it last.
    package var editor: String
    /// Makes the name unique in its account alone.
    package var account: String

    package var uniqueKeys: [String: String] { ["name": Self.key(self.name, in: self.account)] }

    static func key(_ name: String, in account: String) -> String { "\(account) \(name)" }
}

/// A secret of a vault.
package struct VaultSecretRecord: ResourceDocument {
    package typealias Kind = VaultSecretKind
    package static let recordKind = RecordKind("vault_secret")

    package var vault: String
    package var name: String
    /// The value, sealed for this record and vault.
    package var sealed: String
    package var description = ""
    package var metadata = ""
    package var created: Date
    package var updated: Date
    /// The user or service user who made it.
    package var creator: String
    /// The user or service user who changed it last.
    package var editor: String

    package var uniqueKeys: [String: String] { ["name": Self.key(self.name, in: self.vault)] }

    static func key(_ name: String, in vault: String) -> String { "\(vault) \(name)" }
}
