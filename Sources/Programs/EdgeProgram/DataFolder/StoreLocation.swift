import Model
package import PostgresStore
import SQLiteStore
import Store

/// Where the records of an edge are.
package enum StoreLocation: Sendable {
    /// In the database of a data folder.
    case folder(DataFolder)
    /// In PostgreSQL, which other edges may share.
    case postgres(PostgresAddress)

    package init(_ configuration: EdgeProgramConfiguration) {
        self.init(configuration, in: DataFolder(configuration.dataFolder))
    }

    /// In `folder`, unless the configuration names a database.
    init(_ configuration: EdgeProgramConfiguration, in folder: DataFolder) {
        self = configuration.store.map(Self.postgres) ?? .folder(folder)
    }

    /// - Throws: `dataFolderMissing` when `portico-edge init` was not run, `storeUnavailable` when the server is away.
    func open() async throws(Failure) -> any FillableStore {
        switch self {
        case .folder(let folder): return try folder.openStore()
        case .postgres(let address):
            do throws(PostgresStoreError) {
                return try await PostgresStore.open(at: address)
            } catch {
                throw Failure(error)
            }
        }
    }

    /// Sets an empty store up.
    ///
    /// - Throws: `dataFolderInUse` when that was done before.
    func create() async throws(Failure) -> any FillableStore {
        switch self {
        case .folder(let folder):
            do throws(SQLiteStoreError) {
                return try SQLiteStore.create(at: folder.database)
            } catch {
                throw folder.failure(error)
            }
        case .postgres(let address):
            do throws(PostgresStoreError) {
                return try await PostgresStore.create(at: address)
            } catch {
                throw Failure(error)
            }
        }
    }
}

extension Failure {
    init(_ error: PostgresStoreError) {
        switch error {
        case .address: self.init(.configurationInvalid, "\(error)", cause: error)
        case .unreachable: self.init(.storeUnavailable, "\(error)", cause: error)
        case .missing: self.init(.dataFolderMissing, "The PostgreSQL database was not set up", cause: error)
        case .exists:
            self.init(
                .dataFolderInUse,
                """
                The PostgreSQL database was set up before, and was left as it is. A further edge needs no 'init': it \
                gets a copy of the first one's data folder
                """,
                cause: error
            )
        case .library, .foreign, .encoding, .newer, .database: self.init(.storeUnusable, "\(error)", cause: error)
        }
    }

    /// For what is about the store itself and not about what was asked of it.
    init(_ error: StoreError) {
        let code: ErrorCode = if case .unavailable = error { .storeUnavailable } else { .storeUnusable }
        self.init(code, "The database did not do it", detail: "\(error)", cause: error)
    }
}
