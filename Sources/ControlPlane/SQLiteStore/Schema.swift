internal import GRDB

/// The tables, as numbered steps from nothing to what this version uses. A step that was released never changes.
enum Schema {
    /// "Port", which tells the file from the databases of other programs.
    private static let application = 0x506F_7274

    private static let steps = [
        """
        CREATE TABLE record (
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            owner TEXT,
            revision INTEGER NOT NULL UNIQUE,
            document BLOB NOT NULL,
            PRIMARY KEY (kind, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX record_by_owner ON record (kind, owner, id);
        CREATE TABLE unique_key (
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            id TEXT NOT NULL,
            PRIMARY KEY (kind, name, value),
            UNIQUE (kind, id, name),
            FOREIGN KEY (kind, id) REFERENCES record ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE deletion (
            revision INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            id TEXT NOT NULL
        ) STRICT;
        CREATE TABLE history (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            last INTEGER NOT NULL,
            forgotten INTEGER NOT NULL
        ) STRICT;
        INSERT INTO history VALUES (1, 0, 0);
        """,
        // For the keys of one record, which are asked for with every record that is read, and removed with every one that is
        // written. The constraint's own index would do, but SQLite's planner takes the primary key in its place, and goes
        // through all keys of the kind.
        "CREATE INDEX unique_key_by_record ON unique_key (kind, id);",
    ]

    /// Takes the database to the last step, each in a transaction of its own.
    static func update(_ database: some DatabaseWriter, path: String) throws {
        for _ in 0...Self.steps.count {
            let isDone = try database.write { db in try Self.takeStep(db, path: path) }
            if isDone { return }
        }
    }

    /// - Returns: whether there was none to take.
    private static func takeStep(_ db: Database, path: String) throws -> Bool {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let isNew = try version == 0 && application == 0 && !Self.hasTables(db)
        guard isNew || application == Self.application else { throw SQLiteStoreError.foreign(path: path) }
        guard version <= Self.steps.count else {
            throw SQLiteStoreError.newer(path: path, found: version, known: Self.steps.count)
        }
        guard version < Self.steps.count else { return true }
        try db.execute(sql: Self.steps[version])
        try db.execute(sql: "PRAGMA application_id = \(Self.application)")
        try db.execute(sql: "PRAGMA user_version = \(version + 1)")
        return false
    }

    private static func hasTables(_ db: Database) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table')") ?? false
    }
}
