import Addressing
import Model
import Store

/// What an account has reserved for a URL: a domain that its host belongs to, or its TCP address.
struct Reservations: Sendable {
    let store: any RecordStore
    let scope: Scope

    /// The nearest domain of the account: the name itself, a wildcard that takes it in, or a name that it is below.
    /// A wildcard must be reserved as it is (`spec/endpoints.md` 4.2).
    ///
    /// - Returns: nil when there is none.
    func domain(of host: HostPattern) async throws(Failure) -> Stored<ReservedDomainRecord>? {
        guard !host.isWildcard else { return try await self.domain("\(host)") }
        if let exact = try await self.domain("\(host)") { return exact }
        var above = host.base.parent
        while let name = above, name.labelCount >= 2 {
            for text in ["*.\(name)", name.text] {
                if let found = try await self.domain(text) { return found }
            }
            above = name.parent
        }
        return nil
    }

    private func domain(_ text: String) async throws(Failure) -> Stored<ReservedDomainRecord>? {
        try await self.found("domain", text)
    }

    func address(of url: EndpointURL) async throws(Failure) -> Stored<ReservedAddressRecord>? {
        try await self.found("address", url.hostport)
    }

    private func found<Document: StoredDocument>(
        _ key: String,
        _ value: String
    ) async throws(Failure) -> Stored<Document>? {
        do throws(StoreError) {
            return try await self.store.find(Document.self, key, value, in: self.scope)
        } catch .notFound {
            return nil
        } catch {
            throw Failure(store: error)
        }
    }
}
