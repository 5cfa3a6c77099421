import Addressing
import Certificates
import Model
import SQLiteStore
import Secrets

/// Where an edge keeps what must outlive it: database, sealing key, certificate authority and server certificate.
package struct DataFolder: Sendable {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    var database: String { "\(self.path)/portico.db" }
    /// Captured traffic.
    var traffic: String { "\(self.path)/traffic.db" }
    var sealingKey: String { "\(self.path)/sealing.key" }
    var certificates: CertificateFolder { CertificateFolder(self.path) }
    /// Locked by the process that serves.
    var lock: String { "\(self.path)/serve.lock" }
    /// Where the process that serves is asked to read its configuration again.
    var reloadSocket: String { "\(self.path)/reload.sock" }

    /// Opens the database in the folder.
    ///
    /// - Throws: `dataFolderMissing` when `portico-edge init` was not run.
    func openStore() throws(Failure) -> SQLiteStore {
        do throws(SQLiteStoreError) {
            return try SQLiteStore.open(at: self.database)
        } catch {
            throw self.failure(error)
        }
    }

    /// The certificate for these names, renewed when it is near its end or for others.
    func certificate(for names: ServerNames) throws(Failure) -> IssuedCertificate {
        do throws(LocalAuthorityError) {
            return try self.certificates.serverCertificate(for: names.hosts, addresses: names.addresses)
        } catch .file(let error) {
            throw self.failure(error)
        } catch {
            throw Failure(.certificateUnusable, "\(error)", cause: error)
        }
    }

    // MARK: - What went wrong

    func failure(_ error: SQLiteStoreError) -> Failure {
        switch error {
        case .file(let error): self.failure(error)
        case .foreign, .newer, .database: Failure(.storeUnusable, "\(error)", cause: error)
        }
    }

    func failure(_ error: PrivateFileError) -> Failure {
        switch error {
        case .missing(self.path), .missing(self.database):
            Failure(.dataFolderMissing, "The data folder \(self.path) was not set up", cause: error)
        case .missing, .exposed, .tooLarge, .system: Failure(.dataFolderUnusable, "\(error)", cause: error)
        case .exists: Failure(.dataFolderInUse, "\(error)", cause: error)
        }
    }
}

/// What the server certificate of an edge is for.
struct ServerNames: Sendable, Equatable {
    let hosts: [String]
    let addresses: [IPAddress]

    /// The base domain and every name one label below it, the connect host, the host of TCP endpoints, that of
    /// logins, those of the API and the dashboard where they have some, and this machine for those who try the edge on it.
    init(_ configuration: EdgeProgramConfiguration) {
        var hosts: [String] = []
        var names = [
            configuration.baseDomain.text, "*.\(configuration.baseDomain)", configuration.connectHost.text,
            configuration.published.tcpHost.text, configuration.logins.host.text, "localhost",
        ]
        var addresses: [IPAddress] = [.loopback4, .loopback6]
        for origin in [configuration.published.apiURL, configuration.published.dashboardURL] {
            switch origin?.host {
            case .name(let name): names.append(name)
            case .address(let address) where !addresses.contains(address): addresses.append(address)
            case .address, nil: break
            }
        }
        for name in names where !hosts.contains(name) { hosts.append(name) }
        self.hosts = hosts
        self.addresses = addresses
    }
}
