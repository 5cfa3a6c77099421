import Addressing
import Model
import Store

/// Whose names and TCP addresses are, as accounts have reserved them (`spec/endpoints.md` 4.2, 7 and 8).
///
/// What an account has reserved is its own, with every name below it. What nobody has reserved is anybody's, unless the
/// operator wants everything reserved.
struct BindReservations: Sendable {
    let store: any RecordStore
    let isRequired: Bool
    let baseDomains: [HostName]

    /// What an account may not serve, and why; nil when it may.
    func refusal(of url: EndpointURL, to account: ResourceID<AccountKind>) async throws(StoreError) -> Failure? {
        if url.scheme == .tcp { return try await self.refusal(ofAddress: url.hostport, to: account) }
        return url.host.isWildcard
            ? try await self.refusal(ofWildcard: url.host, to: account)
            : try await self.refusal(ofHost: url.host.base, to: account)
    }

    /// The ports that are reserved, by whomever: none of them is drawn.
    func ports() async throws(StoreError) -> Set<UInt16> {
        var ports: Set<UInt16> = []
        try await self.each(ReservedAddressRecord.self) { ports.insert($0.document.port) }
        return ports
    }

    private func refusal(
        ofAddress address: String,
        to account: ResourceID<AccountKind>
    ) async throws(StoreError) -> Failure? {
        let owner = try await self.owner(ReservedAddressRecord.recordKind, "address", address)
        if let owner, owner != account {
            return Failure(.addressOfOther, "\(address) is reserved by another account.")
        }
        guard owner == nil, self.isRequired else { return nil }
        return Failure(.addressNotReserved, "\(address) is not reserved for this account.")
    }

    private func refusal(
        ofHost host: HostName,
        to account: ResourceID<AccountKind>
    ) async throws(StoreError) -> Failure? {
        let owner = try await self.nearest([host.text] + Self.above(host))
        if let owner, owner != account {
            return Failure(.hostOfOther, "\(host), or a name above it, is reserved by another account.")
        }
        guard owner == nil, self.isRequired else { return nil }
        let isNested = self.baseDomains.contains { host.isBelow($0) && host.parent != $0 }
        let code: ErrorCode = isNested ? .nestedHostNotReserved : .hostNotReserved
        return Failure(code, "\(host) is not reserved for this account.")
    }

    private func refusal(
        ofWildcard pattern: HostPattern,
        to account: ResourceID<AccountKind>
    ) async throws(StoreError) -> Failure? {
        let exact = try await self.owner(of: "\(pattern)")
        var owner = exact
        if owner == nil { owner = try await self.nearest([pattern.base.text] + Self.above(pattern.base)) }
        if let owner, owner != account {
            return Failure(.wildcardOfOther, "\(pattern), or a name above it, is reserved by another account.")
        }
        guard exact == nil else { return nil }
        guard !self.isRequired else {
            return Failure(.wildcardNotReserved, "\(pattern) is not reserved for this account.")
        }
        // Visitors of a name that is reserved below must not come to someone else while its own endpoint is away.
        var taken: String?
        try await self.each(ReservedDomainRecord.self) { domain in
            guard domain.owner != account, let other = domain.document.pattern, pattern.covers(other) else { return }
            taken = domain.document.domain
        }
        return taken.map { _ in
            Failure(.wildcardOfOther, "\(pattern) takes in a name that another account has reserved.")
        }
    }

    /// What may be reserved above a name, the nearest first.
    private static func above(_ host: HostName) -> [String] {
        var names: [String] = []
        var above = host.parent
        while let name = above, name.labelCount >= 2 {
            names += ["*.\(name)", name.text]
            above = name.parent
        }
        return names
    }

    /// Whose the first is that anybody has reserved.
    private func nearest(_ domains: [String]) async throws(StoreError) -> ResourceID<AccountKind>? {
        for domain in domains {
            if let owner = try await self.owner(of: domain) { return owner }
        }
        return nil
    }

    private func owner(of domain: String) async throws(StoreError) -> ResourceID<AccountKind>? {
        try await self.owner(ReservedDomainRecord.recordKind, "domain", domain)
    }

    private func owner(
        _ kind: RecordKind,
        _ key: String,
        _ value: String
    ) async throws(StoreError) -> ResourceID<AccountKind>? {
        do throws(StoreError) {
            return try await self.store.find(kind, key, value, in: .platform).owner
        } catch .notFound {
            return nil
        } catch {
            throw error
        }
    }

    private func each<Document: StoredDocument>(
        _ type: Document.Type,
        _ body: (Stored<Document>) -> Void
    ) async throws(StoreError) {
        var last: String?
        while true {
            let page = Page(before: last, limit: Page.limits.upperBound)
            let found = try await self.store.list(type, in: .platform, page)
            for stored in found { body(stored) }
            guard found.count == page.limit else { return }
            last = found.last?.id.text
        }
    }
}
