private import Foundation
internal import GRDB
package import Secrets

extension TrafficStore {
    /// Opens the file, which is made where it is missing: with mode 0600, in a folder of mode 0700.
    package static func open(
        at path: String,
        keyring: SealingKeyring,
        retention: Retention = Retention()
    ) throws(TrafficStoreError) -> TrafficStore {
        do {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            try PrivateFolder(folder).create()
            let file = PrivateFile(path)
            // SQLite gives its log the mode of the file that it belongs to.
            if !FileManager.default.fileExists(atPath: path) { try file.create([]) }
            try file.check()
            let pool = try DatabasePool(path: path, configuration: Self.configuration)
            try Self.prepare(pool)
            return try TrafficStore(pool, keyring: keyring, retention: retention)
        } catch {
            throw TrafficStoreError("\(path): \(error)")
        }
    }

    /// An empty store in memory, for tests.
    package static func inMemory(
        keyring: SealingKeyring,
        retention: Retention = Retention()
    ) throws(TrafficStoreError) -> TrafficStore {
        do {
            let queue = try DatabaseQueue(configuration: Self.configuration)
            try Self.prepare(queue)
            return try TrafficStore(queue, keyring: keyring, retention: retention)
        } catch {
            throw TrafficStoreError(error)
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 3
        configuration.prepareDatabase { db in
            // Counts only where the file is new, and is nothing that readers do.
            if !db.configuration.readonly { try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
            // A file that someone tampered with cannot make our statements call functions.
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
            try db.execute(sql: "PRAGMA secure_delete = FAST")
        }
        return configuration
    }

    /// "PorT", which tells the file from the databases of other programs, and from an edge's own.
    private static let application = 0x506F_7254
    private static let version = 2

    private static func prepare(_ database: some DatabaseWriter) throws {
        try database.writeWithoutTransaction { db in
            // What the machine loses with its power is traffic of the last seconds.
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        try database.write { db in
            let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            if application == Self.application, version == Self.version { return }
            if application == Self.application, version == 1 {
                try db.execute(sql: TrafficRow.formerTotals)
                try db.execute(sql: TrafficRow.totalsSchema)
                try db.execute(sql: "PRAGMA user_version = \(Self.version)")
                return
            }
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema WHERE type = 'table'") ?? 0
            guard application == 0, tables == 0 else {
                throw TrafficStoreError("this is no store of traffic that this version knows; move the file away")
            }
            try db.execute(sql: TrafficRow.schema)
            try db.execute(sql: TrafficRow.totalsSchema)
            try db.execute(sql: TrafficKeys.schema)
            try db.execute(sql: "PRAGMA application_id = \(Self.application)")
            try db.execute(sql: "PRAGMA user_version = \(Self.version)")
        }
    }
}
