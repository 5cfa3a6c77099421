private import Foundation
internal import GRDB
package import Secrets

/// Why a database was not opened.
package enum SQLiteStoreError: Error, Sendable {
    /// There is none, or its file or folder is not private.
    case file(PrivateFileError)
    /// The file is of something else.
    case foreign(path: String)
    /// It was written by a newer version of this program.
    case newer(path: String, found: Int, known: Int)
    /// What SQLite said.
    case database(path: String, String)
}

extension SQLiteStoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .foreign(let path): "\(path): this is no database of an edge"
        case .newer(let path, let found, let known):
            "\(path): the database has schema \(found), and this version knows \(known) at most; use the newer version"
        case .database(let path, let what): "\(path): \(what)"
        }
    }
}

extension SQLiteStore {
    /// Makes a new database, in a file of mode 0600 and a folder of mode 0700, which is made if need be.
    ///
    /// - Throws: when there is a file already; it stays as it is.
    package static func create(at path: String) throws(SQLiteStoreError) -> SQLiteStore {
        do throws(PrivateFileError) {
            try PrivateFolder(Self.folder(of: path)).create()
            // SQLite gives its log the mode of the file that it belongs to.
            try PrivateFile(path).create([])
        } catch {
            throw .file(error)
        }
        return try Self.open(at: path)
    }

    /// Opens a database that `create` made, and brings its tables up to date.
    ///
    /// `lookInterval` is how soon commits of other processes are seen.
    package static func open(
        at path: String,
        lookInterval: Duration = .seconds(1)
    ) throws(SQLiteStoreError) -> SQLiteStore {
        do throws(PrivateFileError) {
            try PrivateFolder(Self.folder(of: path)).check()
            try PrivateFile(path).check()
        } catch {
            throw .file(error)
        }
        do {
            let pool = try DatabasePool(path: path, configuration: Self.configuration)
            try pool.writeWithoutTransaction { db in
                // The pool sets NORMAL, which loses the last commits when the power fails.
                try db.execute(sql: "PRAGMA synchronous = FULL")
            }
            try Schema.update(pool, path: path)
            return SQLiteStore(pool, lookInterval: lookInterval)
        } catch let error as SQLiteStoreError {
            throw error
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw .foreign(path: path)
        } catch {
            throw .database(path: path, "\(error)")
        }
    }

    /// An empty database in memory, for tests.
    package static func inMemory() throws(SQLiteStoreError) -> SQLiteStore {
        do {
            let queue = try DatabaseQueue(configuration: Self.configuration)
            try Schema.update(queue, path: ":memory:")
            return SQLiteStore(queue, lookInterval: .seconds(1))
        } catch {
            throw .database(path: ":memory:", "\(error)")
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            // A file that someone tampered with cannot make our statements call functions.
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
            // What is replaced or deleted is overwritten: it may be a secret.
            try db.execute(sql: "PRAGMA secure_delete = ON")
            // macOS alone: fsync that reaches the disk.
            try db.execute(sql: "PRAGMA fullfsync = ON")
        }
        return configuration
    }

    private static func folder(of path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }
}
