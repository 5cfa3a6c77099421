package import ACME
package import Foundation
package import Model
package import Secrets
package import Store

package enum ACMEAccountKind: ResourceKind { package static let prefix = "acme" }

/// An account of the platform's at an ACME server.
package struct ACMEAccountRecord: StoredDocument {
    package typealias Kind = ACMEAccountKind
    package static let recordKind = RecordKind("acme_account")

    package var directory: String
    /// What the server calls it.
    package var url: String
    /// Its key in PEM, sealed.
    package var sealedKey: String
    package var created: Date

    package var uniqueKeys: [String: String] { ["directory": self.directory] }

    static let purpose = SealPurpose("key of an ACME account")

    package func account(_ keys: SealingKeyring) throws(Failure) -> ACMEClient.Account {
        guard let bytes = try? keys.open(self.sealedKey, for: Self.purpose),
            let key = AccountKey(pem: Secret(String(decoding: bytes, as: UTF8.self)))
        else {
            throw Failure(.certificateUnusable, "The key of the account at \(self.directory) does not open.")
        }
        return ACMEClient.Account(key: key, url: self.url)
    }
}

extension ACMEAccountRecord: SealedDocument {
    mutating func reseal(_ keys: SealingKeyring, of id: String) throws(SealError) -> Bool {
        guard let sealed = try keys.resealed(self.sealedKey, for: Self.purpose) else { return false }
        self.sealedKey = sealed
        return true
    }
}
