import Addressing
import Model
import Store

extension Control {
    private var reservations: BindReservations {
        BindReservations(
            store: self.store,
            isRequired: self.requiresReservations,
            baseDomains: self.configuration.baseDomains
        )
    }

    /// What others have reserved, or nobody has where everything must be, stands against a name; nil for nothing.
    ///
    /// What the edge draws is nobody's: chance does not meet a name that somebody chose.
    func reservation(
        against name: EndpointNaming.Name,
        _ account: ResourceID<AccountKind>
    ) async throws(Failure) -> Failure? {
        guard name.origin != .drawn, name.binding == .public else { return nil }
        let reservations = self.reservations
        let refusal = try await self.patiently { (_) async throws(StoreError) in
            try await reservations.refusal(of: name.url, to: account)
        }
        guard let failure = refusal ?? nil else { return nil }
        // What was drawn for the account before need not be reserved to come back.
        let isOfOther = [ErrorCode.hostOfOther, .wildcardOfOther, .addressOfOther].contains(failure.code)
        return name.origin == .given && !isOfOther ? nil : failure
    }

    /// The ports of TCP addresses that are reserved.
    func reservedPorts() async throws(Failure) -> Set<UInt16> {
        let reservations = self.reservations
        return try await self.patiently { (_) async throws(StoreError) in try await reservations.ports() } ?? []
    }
}
