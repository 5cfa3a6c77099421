internal import NIOPosix
internal import Store

extension PostgresStore {
    /// Of each node, beside the one that listens.
    private static let connections = 4
    /// For one statement, and for a connection to come about.
    private static let patience = Duration.seconds(5)
    /// Below this, statements that we use are not known.
    private static let oldestServer = 120_000

    /// Sets a database up for an edge: a schema with our tables.
    ///
    /// - Throws: `.exists` when that was done before; it stays as it is.
    package static func create(at address: PostgresAddress) async throws(PostgresStoreError) -> PostgresStore {
        try await Self.open(address, lookInterval: .seconds(1)) { try Schema.create(address, $0) }
    }

    /// Opens a database that `create` set up, and brings its tables up to date.
    ///
    /// `lookInterval` is how soon commits of other nodes are seen when a notification is lost.
    package static func open(
        at address: PostgresAddress,
        lookInterval: Duration = .seconds(1)
    ) async throws(PostgresStoreError) -> PostgresStore {
        try await Self.open(address, lookInterval: lookInterval) { try Schema.update(address, $0) }
    }

    private static func open(
        _ address: PostgresAddress,
        lookInterval: Duration,
        _ prepare: @escaping @Sendable (PostgresConnection) throws -> Void
    ) async throws(PostgresStoreError) -> PostgresStore {
        do {
            let patience = Self.patience
            try await NIOThreadPool.singleton.runIfActive {
                let connection = try Self.connect(address, patience: patience)
                guard connection.serverVersion >= Self.oldestServer else {
                    throw PostgresStoreError.database("version 12 or later is needed")
                }
                try prepare(connection)
            }
            let connect = { @Sendable () throws(ConnectionError) in
                try Self.connect(address, patience: patience)
            }
            let signal = ChangeSignal()
            guard let listener = ChangeListener(address, signal, open: connect) else {
                throw PostgresStoreError.database("no more files can be opened")
            }
            listener.start()
            let pool = ConnectionPool(size: Self.connections, patience: patience, open: connect)
            return PostgresStore(address, pool, signal, listener, lookInterval: lookInterval)
        } catch let error as PostgresStoreError {
            throw error
        } catch let error as ConnectionError {
            throw error.leavesConnection ? .database(error.text) : .unreachable(error.text)
        } catch {
            throw .database("\(error)")
        }
    }

    /// A connection on which our statements find our tables, and which keeps what it promises.
    private static func connect(
        _ address: PostgresAddress,
        patience: Duration
    ) throws(ConnectionError) -> PostgresConnection {
        let connection = try PostgresConnection(address, patience: patience)
        // Whoever vanishes inside a transaction holds up all other writers until the server ends it.
        try connection.runScript(
            """
            SET search_path TO \(address.quotedSchema);
            SET statement_timeout = \(patience.milliseconds);
            SET lock_timeout = \(patience.milliseconds);
            SET idle_in_transaction_session_timeout = \(patience.milliseconds);
            SELECT set_config('synchronous_commit', 'on', false)
                WHERE current_setting('synchronous_commit') IN ('off', 'local')
            """
        )
        return connection
    }
}
