import Certificates
import Control
import Foundation
package import Model
import Secrets

/// A data folder that was just made, and the authtoken that lets the first agent in.
package struct NewDataFolder: Sendable {
    package let folder: DataFolder
    /// Shown now and never again.
    package let authtoken: Secret
    /// What clients need in order to trust the edge.
    package let authorityFile: String
    /// The path of a link that lets the first user in to the dashboard once.
    package let doorPath: Secret
}

extension DataFolder {
    /// Makes the folder and all that is in it.
    ///
    /// When it fails half way, what it made is taken away again, so that it can be tried again.
    ///
    /// - Throws: `dataFolderInUse` when the folder was set up before; it stays as it is.
    package func create(for configuration: EdgeProgramConfiguration) async throws(Failure) -> NewDataFolder {
        do throws(PrivateFileError) {
            try PrivateFolder(self.path).create()
        } catch {
            throw self.failure(error)
        }
        // Two that begin at the same time must not clean up after each other.
        let lock = try ServeLock(self)
        defer { withExtendedLifetime(lock) {} }
        try self.checkIsNew()
        do throws(Failure) {
            return try await self.fill(for: configuration)
        } catch {
            for file in self.files {
                // What isn't there needs not be taken away.
                try? FileManager.default.removeItem(atPath: file)
            }
            throw error
        }
    }

    /// All that `create` makes, and what SQLite puts beside its database.
    private var files: [String] {
        [self.database, "\(self.database)-wal", "\(self.database)-shm", self.sealingKey]
            + ["ca.pem", "ca.key", "edge.pem"].map { "\(self.path)/\($0)" }
    }

    private func checkIsNew() throws(Failure) {
        guard let found = self.files.first(where: FileManager.default.fileExists(atPath:)) else { return }
        throw Failure(
            .dataFolderInUse,
            "The data folder \(self.path) was set up before (there is \(found)), and was left as it is"
        )
    }

    private func fill(for configuration: EdgeProgramConfiguration) async throws(Failure) -> NewDataFolder {
        let keys = SealingKeys(configuration.sealing, in: self)
        try keys.create()
        do throws(LocalAuthorityError) {
            _ = try self.certificates.createAuthority()
        } catch .file(let error) {
            throw self.failure(error)
        } catch {
            throw Failure(.certificateUnusable, "\(error)", cause: error)
        }
        _ = try self.certificate(for: ServerNames(configuration))

        let store = try await StoreLocation(configuration, in: self).create()
        let first = try await Provisioning(store: store).createFirstAccount(
            named: "Operator",
            user: "Operator",
            email: "operator@\(configuration.baseDomain)"
        )
        return NewDataFolder(
            folder: self,
            authtoken: first.authtoken.token,
            authorityFile: self.certificates.authorityFile,
            doorPath: try await People(store: store).link(email: nil, try keys.open())
        )
    }
}
