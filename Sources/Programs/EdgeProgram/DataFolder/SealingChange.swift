package import Control
package import Model
import Secrets
import Store

/// Brings the records of an edge under its newest sealing key, as its operator asks for it at a terminal.
package struct SealingChange: Sendable {
    private let keys: SealingKeys
    private let folder: DataFolder
    private let location: StoreLocation

    package init(_ configuration: EdgeProgramConfiguration) {
        self.keys = SealingKeys(configuration)
        self.folder = DataFolder(configuration.dataFolder)
        self.location = StoreLocation(configuration)
    }

    /// Seals all records anew that older keys sealed. Those that no key opens are told and left.
    ///
    /// - Throws: `dataFolderInUse` while an edge serves that was started with other keys.
    package func reseal() async throws(Failure) -> Resealing.Report {
        let ring = try self.keys.open()
        guard !ServeLock.isServed(self.folder, withOtherKeyThan: ring.currentID) else {
            throw Failure(
                .dataFolderInUse,
                "The edge that serves was started with other sealing keys, and could not open what this would seal; "
                    + "restart it first"
            )
        }
        return try await self.told { (store) throws(StoreError) in try await Resealing(store, ring).run() }
    }

    /// Drops all keys but the newest, once it has sealed all records.
    ///
    /// - Throws: `usage` while records need older keys.
    package func dropOlder() async throws(Failure) {
        let ring = try self.keys.open()
        let report = try await self.told { (store) throws(StoreError) in try await Resealing(store, ring).look() }
        guard report.older == 0 else {
            throw Failure(
                .usage,
                "\(report.older) records are sealed with older keys; run 'portico-edge sealing-key reseal' first"
            )
        }
        try self.keys.dropOlder()
    }

    private func told<Value: Sendable>(
        _ body: (any RecordStore) async throws(StoreError) -> Value
    ) async throws(Failure) -> Value {
        let store = try await self.location.open()
        do throws(StoreError) {
            return try await body(store)
        } catch {
            throw Failure(error)
        }
    }
}
