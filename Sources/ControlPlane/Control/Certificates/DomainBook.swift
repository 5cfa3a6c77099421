import Addressing
import EdgeLink
import Model
import Store

/// The domains that the edge was told of: what each is called, for when it goes, and which form of it was the last.
struct DomainBook {
    typealias ID = ResourceID<ReservedDomainKind>

    private var known: [ID: (pattern: HostPattern, revision: Revision)] = [:]
    /// Domains whose certificate could not be read yet.
    private var unread: [ID: Stored<ReservedDomainRecord>] = [:]

    var ids: some Sequence<ID> { self.known.keys }

    /// - Returns: the name of a domain as it is stored now; nil where this form or a later one is known.
    mutating func see(_ domain: Stored<ReservedDomainRecord>) -> HostPattern? {
        guard let pattern = domain.document.pattern, domain.revision > self.known[domain.id]?.revision ?? .zero else {
            return nil
        }
        self.known[domain.id] = (pattern, domain.revision)
        self.unread[domain.id] = nil
        return pattern
    }

    /// - Returns: what the edge is to be told of a domain that was deleted; nil where it knows nothing of it.
    mutating func seeDeletion(of id: ID, at revision: Revision) -> DomainCertificate? {
        self.unread[id] = nil
        guard let gone = self.known.removeValue(forKey: id) else { return nil }
        return DomainCertificate(domain: gone.pattern, revision: revision.number, keyPair: nil)
    }

    mutating func readLater(_ domain: Stored<ReservedDomainRecord>) {
        guard self.known[domain.id]?.revision == domain.revision else { return }
        self.unread[domain.id] = domain
    }

    /// Those that were to be read later. They count as not seen.
    mutating func takeUnread() -> [Stored<ReservedDomainRecord>] {
        let domains = Array(self.unread.values)
        self.unread = [:]
        for domain in domains { self.known[domain.id] = nil }
        return domains
    }
}
