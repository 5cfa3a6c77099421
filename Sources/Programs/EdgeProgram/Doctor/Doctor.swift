import Addressing
import Certificates
import Control
import Foundation
import Model
import Settings
import Store

/// Looks at all that an edge needs, without serving: whether it would start, and what would go wrong for its visitors.
/// An edge may run meanwhile.
package struct Doctor: Sendable {
    private let configuration: EdgeProgramConfiguration
    private let folder: DataFolder

    package init(_ configuration: EdgeProgramConfiguration) {
        self.configuration = configuration
        self.folder = DataFolder(configuration.dataFolder)
    }

    /// In the order in which an edge needs them.
    package func findings() async -> [Finding] {
        let isServed = self.isServed
        return [self.keys, await self.store, self.certificate, self.files] + self.names
            + (await self.listeners(isServed))
    }

    /// Whether an edge serves the data folder.
    private var isServed: Bool {
        do throws(Failure) {
            _ = try ServeLock(self.folder)
            return false
        } catch {
            return error.code == .dataFolderInUse
        }
    }

    private var keys: Finding {
        do throws(Failure) {
            _ = try SealingKeys(self.configuration).open()
            return .good("data folder", self.folder.path)
        } catch {
            return .bad("data folder", error)
        }
    }

    private var store: Finding {
        get async {
            do throws(Failure) {
                let store = try await StoreLocation(self.configuration).open()
                let accounts = try await store.all(AccountRecord.self).count
                let users = try await store.all(UserRecord.self).count
                let keys = try await store.all(APIKeyRecord.self).count
                let tokens = try await store.all(CredentialRecord.self).count { $0.document.revoked == nil }
                let place = self.configuration.store == nil ? "SQLite" : "PostgreSQL"
                return .good(
                    "database",
                    "\(place); accounts: \(accounts), users: \(users), authtokens: \(tokens), API keys: \(keys)"
                )
            } catch {
                return .bad("database", error)
            }
        }
    }

    private var certificate: Finding {
        let names = ServerNames(self.configuration)
        do throws(Failure) {
            let issued = try self.folder.certificate(for: names)
            return .good(
                "certificate",
                "good until \(issued.expiry.formatted(.iso8601)), for \(names.hosts.joined(separator: ", "))"
            )
        } catch {
            return .bad("certificate", error)
        }
    }

    private var files: Finding {
        guard let shortage = ProcessLimits.raiseOpenFiles(for: self.configuration.limits.connections) else {
            return .good("open files", "enough for \(self.configuration.limits.connections) connections")
        }
        let allowed = shortage["limit.files"].map { "\($0)" } ?? "few"
        return .doubtful(
            "open files",
            "\(allowed) are allowed, too few for \(self.configuration.limits.connections) connections; raise the limit "
                + "of the service (LimitNOFILE), or lower limits.connections"
        )
    }

    /// Whether visitors and agents find the edge by its names.
    private var names: [Finding] {
        let names = [self.configuration.connectHost.text, "portico-doctor.\(self.configuration.baseDomain)"]
        return names.map { name in
            let addresses = HostAddresses.of(name)
            guard addresses.isEmpty else { return .good("name", "\(name) is \(addresses.joined(separator: ", "))") }
            return .doubtful("name", "\(name) has no address; point its DNS record (a wildcard will do) to this edge")
        }
    }

    private func listeners(_ isServed: Bool) async -> [Finding] {
        let listeners = self.configuration.listeners
        let all = [
            ("http", listeners.http), ("https", listeners.https), ("agents", listeners.agents),
            ("ssh", listeners.ssh),
            ("management", listeners.management), ("api", listeners.api), ("dashboard", listeners.dashboard),
        ]
        var findings: [Finding] = []
        for (name, addresses) in all {
            for address in addresses where address.port != 0 {
                do throws(Failure) {
                    try await FreePorts.check([address])
                    findings.append(
                        isServed
                            ? .doubtful(name, "\(address) is free, though an edge serves the data folder")
                            : .good(name, "\(address) is free")
                    )
                } catch {
                    findings.append(isServed ? .good(name, "\(address) is served") : .bad(name, error))
                }
            }
        }
        return findings
    }
}
