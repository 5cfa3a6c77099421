package import Addressing
internal import NIOConcurrencyHelpers

/// The zone to which owners of domains point `_acme-challenge` with a CNAME record, and what stands in it: TXT records of
/// challenges that are under way, and nothing else.
package final class ChallengeZone: Sendable {
    /// Records at the same name; more are challenges that nobody waits for.
    static let valueLimit = 8
    /// Names at the same time.
    private static let nameLimit = 4096

    /// What the parent of the zone delegates to this server.
    package let name: HostName
    /// The names of the servers of the zone, as its NS records say; never empty.
    package let servers: [HostName]
    private let records = NIOLockedValueBox<[HostName: [String]]>([:])

    /// The first of `servers` is that of the SOA record.
    package init(name: HostName, servers: [HostName]) {
        self.name = name
        self.servers = servers.isEmpty ? [name] : servers
    }

    /// What the owner of a domain points to; nil where the label does not fit.
    package func target(_ label: String) -> HostName? { try? HostName(parsing: "\(label).\(self.name)") }

    /// Adds a TXT record.
    ///
    /// - Returns: false where there is no room for it.
    package func add(_ value: String, at name: HostName) -> Bool {
        self.records.withLockedValue { records in
            guard records[name] != nil || records.count < Self.nameLimit else { return false }
            var values = records[name] ?? []
            guard !values.contains(value) else { return true }
            guard values.count < Self.valueLimit else { return false }
            values.append(value)
            records[name] = values
            return true
        }
    }

    package func remove(_ value: String, at name: HostName) {
        self.records.withLockedValue { records in
            records[name]?.removeAll { $0 == value }
            if records[name]?.isEmpty ?? false { records[name] = nil }
        }
    }

    func values(at name: HostName) -> [String]? { self.records.withLockedValue { $0[name] } }
}
