internal import Foundation

/// The tables, as numbered steps from nothing to what this version uses. A step that was released never changes.
enum Schema {
    private static let steps = [
        """
        CREATE TABLE record (
            kind text COLLATE "C" NOT NULL,
            id text COLLATE "C" NOT NULL,
            owner text COLLATE "C",
            revision bigint NOT NULL UNIQUE,
            document bytea NOT NULL,
            PRIMARY KEY (kind, id)
        );
        CREATE INDEX record_by_owner ON record (kind, owner, id);
        CREATE TABLE unique_key (
            kind text COLLATE "C" NOT NULL,
            name text COLLATE "C" NOT NULL,
            value text COLLATE "C" NOT NULL,
            id text COLLATE "C" NOT NULL,
            PRIMARY KEY (kind, name, value),
            UNIQUE (kind, id, name),
            FOREIGN KEY (kind, id) REFERENCES record ON DELETE CASCADE
        );
        CREATE TABLE deletion (
            revision bigint PRIMARY KEY,
            kind text COLLATE "C" NOT NULL,
            id text COLLATE "C" NOT NULL
        );
        CREATE TABLE history (
            one integer PRIMARY KEY CHECK (one = 1),
            last bigint NOT NULL,
            forgotten bigint NOT NULL
        );
        INSERT INTO history VALUES (1, 0, 0)
        """
    ]

    /// Makes the tables, and the schema where there is none. One that was made but never written to counts as new.
    static func create(_ address: PostgresAddress, _ connection: PostgresConnection) throws {
        let encoding = try connection.run("SELECT current_setting('server_encoding')").rows.first?.text(0) ?? ""
        guard encoding == "UTF8" else { throw PostgresStoreError.encoding(encoding) }
        try Self.transaction(connection) {
            try Self.lock(address, connection)
            if try !Self.isThere(address, connection) {
                try connection.runScript("CREATE SCHEMA \(address.quotedSchema)")
            }
            if try !Self.isOurs(address, connection) {
                try connection.runScript(
                    """
                    CREATE TABLE version (one integer PRIMARY KEY CHECK (one = 1), number integer NOT NULL);
                    INSERT INTO version VALUES (1, 0)
                    """
                )
            }
            try Self.takeSteps(connection)
            let last = try connection.run("SELECT last FROM history").rows.first?.number(0)
            guard last == 0 else { throw PostgresStoreError.exists }
        }
    }

    /// Brings the tables up to date. Several nodes may begin at the same time.
    static func update(_ address: PostgresAddress, _ connection: PostgresConnection) throws {
        try Self.transaction(connection) {
            try Self.lock(address, connection)
            guard try Self.isOurs(address, connection) else { throw PostgresStoreError.missing }
            try Self.takeSteps(connection)
        }
    }

    private static func takeSteps(_ connection: PostgresConnection) throws {
        let row = try connection.run("SELECT number FROM version").rows.first
        let version = Int(row?.number(0) ?? 0)
        guard version <= Self.steps.count else {
            throw PostgresStoreError.newer(found: version, known: Self.steps.count)
        }
        guard version < Self.steps.count else { return }
        for step in Self.steps[version...] { try connection.runScript(step) }
        try connection.run("UPDATE version SET number = $1::bigint", [.number(Int64(Self.steps.count))])
    }

    private static func isThere(_ address: PostgresAddress, _ connection: PostgresConnection) throws -> Bool {
        try connection.run("SELECT 1 FROM pg_namespace WHERE nspname = $1::text", [.text(address.schema)]).rowCount == 1
    }

    /// Whether the schema has our tables; false when it is empty or not there.
    ///
    /// - Throws: `.foreign` when it has others.
    private static func isOurs(_ address: PostgresAddress, _ connection: PostgresConnection) throws -> Bool {
        let sql = "SELECT tablename FROM pg_tables WHERE schemaname = $1::text"
        let tables = try connection.run(sql, [.text(address.schema)]).rows.compactMap { $0.text(0) }
        guard tables.isEmpty || tables.contains("version") else {
            throw PostgresStoreError.foreign(schema: address.schema)
        }
        return !tables.isEmpty
    }

    /// One node at a time changes tables.
    private static func lock(_ address: PostgresAddress, _ connection: PostgresConnection) throws {
        try connection.run(
            "SELECT pg_advisory_xact_lock(hashtext('portico'), hashtext($1::text))",
            [.text(address.schema)]
        )
    }

    private static func transaction(_ connection: PostgresConnection, _ body: () throws -> Void) throws {
        try connection.runScript("BEGIN")
        do {
            try body()
            try connection.runScript("COMMIT")
        } catch {
            // Closing the connection, which is what happens next, does the same.
            try? connection.runScript("ROLLBACK")
            throw error
        }
    }
}
