import Foundation
import Logging
import Model
import PolicyEngine

extension PolicyConfiguration {
    /// What policies know of addresses, with all files read; nil where that is nothing.
    ///
    /// - Throws: where a list of addresses cannot be used. A database that cannot be read is only warned of.
    func addresses(_ logger: Logger) throws(Failure) -> (any AddressDirectory)? {
        let databases = self.addressDatabases.compactMap { Self.database($0, logger) }
        let geography = databases.isEmpty ? nil : GeographyDirectory(databases)
        guard let folder = self.addressLists else { return geography }
        do throws(CategoryError) {
            return CategoryDirectory(try CategoryTable(folder: URL(filePath: folder)), beside: geography)
        } catch {
            throw Failure(.configurationInvalid, "policy.address_lists: \(error)", detail: "\(error)", cause: error)
        }
    }

    private static func database(_ path: String, _ logger: Logger) -> GeographyDatabase? {
        do throws(GeographyError) {
            let database = try GeographyDatabase(path: path)
            logger.info("database of addresses loaded", metadata: ["file": "\(path)", "kind": "\(database.kind)"])
            return database
        } catch {
            logger.warning(
                "a database of addresses cannot be read; what it knows is empty to policies",
                metadata: ["file": "\(path)", "reason": "\(error.reason)"]
            )
            return nil
        }
    }
}
