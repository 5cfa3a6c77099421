import Certificates
package import Foundation
package import Model
import Secrets
package import Store

/// Certificates that are not to be trusted any more. What is to be said to an authority is written down with the change
/// that it comes of, and said by an edge that serves.
extension CertificateManagement {
    /// The certificate `stored` is about to be given up.
    ///
    /// - Returns: what writes down that its authority is to be told; nil where the edge has not obtained it, or its time is
    ///   over.
    static func revoke(
        _ stored: Stored<TLSCertificateRecord>,
        because reason: RevocationRecord.Reason,
        at now: Date
    ) throws(Failure) -> RecordWrite? {
        guard let directory = stored.document.authority, stored.document.summary.notAfter > now else { return nil }
        let record = RevocationRecord(
            directory: directory,
            chain: stored.document.chain,
            reason: reason,
            notAfter: stored.document.summary.notAfter,
            created: now
        )
        let id = ResourceID<RevocationKind>(KSUID(at: Int64(now.timeIntervalSince1970)))
        do throws(StoreError) {
            return try .create(record, id, owner: nil)
        } catch {
            throw Failure(store: error)
        }
    }
}

/// Revokes certificates at the word of an operator, at a terminal. The edge may serve meanwhile; it tells the authority,
/// and obtains a new certificate, which takes the place of the old one when it is there.
package struct CertificateRevoking: Sendable {
    private let store: any RecordStore
    private let now: @Sendable () -> Date

    package init(store: any RecordStore, now: @escaping @Sendable () -> Date = { Date() }) {
        self.store = store
        self.now = now
    }

    /// The certificates that the edge has obtained, the newest first.
    package func certificates() async throws(Failure) -> [Stored<TLSCertificateRecord>] {
        try await self.store.all(TLSCertificateRecord.self, in: .platform).filter { $0.document.authority != nil }
    }

    /// - Returns: the domain that gets a new one.
    /// - Throws: `certificateUnknown` where the edge has obtained no such certificate.
    package func revoke(_ id: String, because reason: RevocationRecord.Reason) async throws(Failure) -> String {
        let now = self.now()
        for _ in 0..<8 {
            guard let identifier = ResourceID<CertificateKind>(id),
                let stored = try await self.store.found(identifier, as: TLSCertificateRecord.self, in: .platform),
                let write = try CertificateManagement.revoke(stored, because: reason, at: now)
            else {
                throw Failure(
                    .certificateUnknown,
                    "The edge has obtained no certificate \"\(id.prefix(80))\" that is good for anything."
                )
            }
            let domains = try await self.store.all(ReservedDomainRecord.self, in: .platform)
            guard var domain = domains.first(where: { $0.document.management?.certificate == id }) else {
                throw Failure(.certificateUnknown, "No domain serves \(id).")
            }
            domain.document.management?.renews = now
            do throws(StoreError) {
                _ = try await self.store.commit([try .update(domain), write])
                return domain.document.domain
            } catch .conflict {
                continue
            } catch {
                throw Failure(store: error)
            }
        }
        throw Failure(.apiConflict, "The domain of \(id) was changed by others all the time.")
    }
}
