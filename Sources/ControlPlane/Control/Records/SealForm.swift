internal import Foundation
internal import Logging
internal import Model
internal import Secrets
internal import Store

enum SealFormKind: ResourceKind { static let prefix = "seals" }

/// Says that every sealed member of every record is bound to its record. From then on what an earlier version sealed for
/// all records of a kind alike is refused: it could be in another's place.
struct SealFormRecord: StoredDocument {
    typealias Kind = SealFormKind
    static let recordKind = RecordKind("seal_form")

    var created: Date

    /// There is one.
    var uniqueKeys: [String: String] { [Self.key: Self.key] }

    static let key = "form"
}

extension RecordStore {
    func sealsAreBound() async throws(StoreError) -> Bool {
        do throws(StoreError) {
            _ = try await self.find(SealFormRecord.self, SealFormRecord.key, SealFormRecord.key, in: .platform)
            return true
        } catch .notFound {
            return false
        }
    }

    func noteBoundSeals(at now: Date) async throws(StoreError) {
        let id = ResourceID<SealFormKind>(KSUID(at: Int64(now.timeIntervalSince1970)))
        do throws(StoreError) {
            try await self.commit([.create(SealFormRecord(created: now), id, owner: nil)])
        } catch .duplicateKey {
            // Another edge, which did the same, was quicker.
        }
    }
}

extension Control {
    /// Binds what an earlier version sealed, once in the life of a database, before anything is read that is sealed. A store that
    /// is away is asked again.
    func bindSeals() async {
        guard !self.sealsAreBound else { return }
        do throws(StoreError) {
            if try await !self.store.sealsAreBound() {
                let report = try await Resealing(self.store, self.keys, now: self.now).bind()
                // A database that is new has nothing to tell of.
                self.logger.log(
                    level: report.older + report.lost.count > 0 ? .info : .debug,
                    "what is sealed is bound to its record",
                    metadata: ["records.count": "\(report.older)", "records.lost": "\(report.lost.count)"]
                )
            }
            self.sealsAreBound = true
        } catch {
            // An edge that stops while it starts has said why already.
            guard !Task.isCancelled else { return }
            self.logger.warning("sealed records are not looked at yet", metadata: ["error.detail": "\(error)"])
        }
    }
}
