package import Addressing
package import Model
internal import Store

extension Control {
    /// The ranges of an IP policy of an account, from the database itself; nil where it has none of this identifier.
    ///
    /// - Throws: `apiStoreAway` when the database does not answer.
    package nonisolated func ipPolicy(
        account: ResourceID<AccountKind>,
        id: String
    ) async throws(Failure) -> IPAccessList? {
        let scope = Scope.account(account)
        guard let id = ResourceID<IPPolicyKind>(id),
            let policy = try await self.store.found(id, as: IPPolicyRecord.self, in: scope)
        else { return nil }
        let rules = try await self.store.all(IPPolicyRuleRecord.self, in: scope).map(\.document)
        return IPAccessList(rules.filter { $0.policy == policy.id.text })
    }
}
