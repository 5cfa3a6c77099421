package import Foundation
package import Model
package import Store

/// A user that is a machine (`spec/identity.md` 3). Its account is the record's owner.
package struct ServiceUserRecord: ResourceDocument {
    package typealias Kind = ServiceUserKind
    package static let recordKind = RecordKind("service_user")

    package var name: String
    /// Whether its credentials are good.
    package var isActive: Bool
    package var created: Date
    /// Makes the name unique in its account alone.
    package var account: String

    package var uniqueKeys: [String: String] { ["name": "\(self.account) \(self.name)"] }
}
