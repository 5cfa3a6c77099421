package import Backup
import Foundation
package import Model
import Secrets
import Store

/// A file with all records of an edge. The sealing key is not in it.
package struct BackupFile: Sendable {
    private static let pieceBytes = 1 << 18

    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    /// Saves the records, whether the edge runs or not. The file is its owner's alone, and there only when it is whole.
    ///
    /// - Throws: `backupUnusable` when there is such a file already, or it can't be written.
    package func write(_ location: StoreLocation) async throws(Failure) -> Backup.Summary {
        guard !FileManager.default.fileExists(atPath: self.path) else {
            throw Failure(.backupUnusable, "\(self.path) is there already, and was left as it is")
        }
        let store = try await location.open()
        let draft = "\(self.path).\(UInt64.random(in: .min ... .max)).new"
        do {
            let summary = try await Self.write(store, to: draft)
            try FileManager.default.moveItem(atPath: draft, toPath: self.path)
            return summary
        } catch {
            // Not there when it could not be made.
            try? FileManager.default.removeItem(atPath: draft)
            throw self.failure(error)
        }
    }

    private static func write(_ store: any RecordStore, to path: String) async throws -> Backup.Summary {
        try PrivateFile(path).create([])
        guard let file = FileHandle(forWritingAtPath: path) else { throw CocoaError(.fileWriteUnknown) }
        defer { try? file.close() }
        var piece = Data()
        let summary = try await Backup.save(store) { bytes in
            piece += bytes
            guard piece.count >= Self.pieceBytes else { return }
            try file.write(contentsOf: piece)
            piece = Data()
        }
        try file.write(contentsOf: piece)
        try file.synchronize()
        return summary
    }

    /// Sets up the store at `location`, which was not yet, with the records of the file: with all of them, or not at
    /// all.
    ///
    /// - Throws: `backupUnusable` when the file is no whole backup, `dataFolderInUse` when there is a database.
    package func restore(_ location: StoreLocation) async throws(Failure) -> Backup.Summary {
        guard let file = FileHandle(forReadingAtPath: self.path) else {
            throw Failure(.backupUnusable, "\(self.path) cannot be read")
        }
        defer { try? file.close() }
        let store = try await location.create()
        do {
            return try await Backup.restore(store) { try file.read(upToCount: Self.pieceBytes) ?? Data() }
        } catch {
            location.takeAway()
            throw self.failure(error)
        }
    }

    private func failure(_ error: any Error) -> Failure {
        switch error {
        case let error as Failure: error
        case let error as StoreError: Failure(error)
        default: Failure(.backupUnusable, "\(self.path): \(error)", cause: error)
        }
    }
}

extension StoreLocation {
    /// Takes away what `create` made. In PostgreSQL an empty schema stays, which `create` takes for a new one.
    fileprivate func takeAway() {
        guard case .folder(let folder) = self else { return }
        for suffix in ["", "-wal", "-shm"] {
            // What isn't there needs not be taken away.
            try? FileManager.default.removeItem(atPath: folder.database + suffix)
        }
    }
}
