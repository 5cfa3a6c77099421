internal import Foundation
internal import Logging
internal import Model
internal import Secrets
internal import Store

/// What earlier versions of the edge kept in the clear, or still do beside this one, is sealed when the feed of changes
/// brings it, which it does with everything after each start.
extension Control {
    /// What is left of it in the files of the store.
    struct ClearRemains {
        /// How long the store is spared between two times.
        static let pause: TimeInterval = 3600

        var areThere = false
        var erased: Date?

        func isDue(at now: Date) -> Bool {
            self.areThere && self.erased.map { now.timeIntervalSince($0) >= Self.pause } ?? true
        }
    }

    /// Seals what came in the clear.
    ///
    /// - Parameters:
    ///   - changes: of the feed.
    ///   - isLast: whether nothing more is known to come.
    func sealClear(_ changes: [RecordChange], isLast: Bool) async {
        for change in changes {
            guard let record = change.record else { continue }
            switch change.kind {
            case CloudEndpointRecord.recordKind where record.isClearEndpoint:
                await self.seal(record, as: CloudEndpointRecord.self)
            case AuditRecord.recordKind where record.mayHoldPolicy: await self.seal(record, as: AuditRecord.self)
            default: break
            }
        }
        guard isLast, self.remains.isDue(at: self.now()) else { return }
        do throws(StoreError) {
            try await self.store.eraseRemains()
            self.remains.areThere = false
            self.remains.erased = self.now()
            self.logger.info("policies that an earlier version kept in the clear are sealed")
        } catch {
            self.logger.warning(
                "policies are sealed, but their earlier form may be in unused parts of the database",
                metadata: ["error.detail": "\(error)"]
            )
            self.remains.erased = self.now()
        }
    }

    private func seal<Document: SealedDocument>(_ record: Record, as type: Document.Type) async {
        // One that does not read is of a newer version.
        guard var stored = try? Stored<Document>(record) else { return }
        do {
            guard try stored.document.reseal(stored.seals(self.keys)) else { return }
            try await self.store.commit([.update(stored)])
            self.remains.areThere = true
        } catch StoreError.conflict, StoreError.notFound {
            // What was written since comes by the feed too.
        } catch {
            self.logger.warning(
                "a record is not sealed",
                metadata: ["record.kind": "\(record.kind)", "record.id": "\(record.id)", "error.detail": "\(error)"]
            )
        }
    }
}

extension Record {
    /// Those that are sealed, all but the first time, are not read.
    fileprivate var isClearEndpoint: Bool { self.document.range(of: Data("\"sealedPolicy\"".utf8)) == nil }

    /// Whether an event may hold the text of a policy: most are of other things, and are not read.
    fileprivate var mayHoldPolicy: Bool { self.document.range(of: Data("traffic_policy".utf8)) != nil }
}
