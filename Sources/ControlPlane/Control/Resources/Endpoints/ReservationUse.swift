import Model
import Store

// What cloud endpoints are served under is not given away: the endpoints go first.

extension ReservedDomainRules {
    func willDelete(_ stored: Stored<ReservedDomainRecord>, _ change: inout Change) async throws(Failure) {
        if let user = try await change.cloudEndpoint(where: { $0.domain == stored.id.text }) {
            throw Failure(.domainInUse, "The cloud endpoint \(user.id) has \(stored.document.domain).")
        }
        var record = stored.document
        try await Self.endManagement(of: &record, &change, because: .cessationOfOperation)
    }
}

extension ReservedAddressRules {
    func willDelete(_ stored: Stored<ReservedAddressRecord>, _ change: inout Change) async throws(Failure) {
        guard let user = try await change.cloudEndpoint(where: { $0.address == stored.id.text }) else { return }
        throw Failure(.addressInUse, "The cloud endpoint \(user.id) has \(stored.document.address).")
    }
}

extension Change {
    fileprivate func cloudEndpoint(
        where uses: (CloudEndpointRecord) -> Bool
    ) async throws(Failure) -> Stored<CloudEndpointRecord>? {
        try await self.context.store.all(CloudEndpointRecord.self, in: self.caller.scope).first { uses($0.document) }
    }
}
