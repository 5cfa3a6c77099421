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

    static func sealed(_ key: AccountKey, _ seals: RecordSeals) -> String { seals.seal(key.pem, as: Self.member) }

    fileprivate static let member = "sealedKey"
}

extension Stored<ACMEAccountRecord> {
    /// - Throws: `certificateUnusable` when no key of the edge sealed its key, `sealForged` when that is another's.
    package func account(_ keys: SealingKeyring) throws(Failure) -> ACMEClient.Account {
        let what = "The key of the account at \(self.document.directory)"
        let pem: Secret
        do throws(SealError) {
            pem = try self.seals(keys).open(self.document.sealedKey, as: ACMEAccountRecord.member)
        } catch {
            throw Failure(error, .certificateUnusable, what)
        }
        guard let key = AccountKey(pem: pem) else { throw Failure(.certificateUnusable, "\(what) is none.") }
        return ACMEClient.Account(key: key, url: self.document.url)
    }
}

extension ACMEAccountRecord: SealedDocument {
    private static let unbound = SealPurpose("key of an ACME account")

    mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        guard let sealed = try seals.resealed(self.sealedKey, as: Self.member, unbound: Self.unbound) else {
            return false
        }
        self.sealedKey = sealed
        return true
    }
}
