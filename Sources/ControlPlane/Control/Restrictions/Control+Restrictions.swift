package import Addressing
internal import EdgeLink
internal import Logging
package import Model
internal import Store

/// Restrictions by address are in force when the change of one is answered: here at once, on other nodes by the feed of
/// changes.
extension Control {
    /// Whether a call of the API may come from `address`, whatever else it may do.
    ///
    /// - Throws: `apiAddressForbidden`; `apiStoreAway` while the restrictions could not be read yet.
    package func checkAPI(_ address: IPAddress?, of account: ResourceID<AccountKind>) async throws(Failure) {
        try await self.awaitRestrictions()
        try self.check(address, .api, of: account)
    }

    /// Whether a browser at `address` may use the dashboard.
    ///
    /// - Throws: `dashboardAddressForbidden`; `apiStoreAway` while the restrictions could not be read yet.
    package func checkDashboard(_ address: IPAddress?, of account: ResourceID<AccountKind>) async throws(Failure) {
        try await self.awaitRestrictions()
        try self.check(address, .dashboard, of: account)
    }

    private func awaitRestrictions() async throws(Failure) {
        guard !self.restrictions.isLoaded else { return }
        await self.loadRestrictions()
        guard self.restrictions.isLoaded else {
            throw Failure(.apiStoreAway, "The account's IP restrictions could not be read yet.")
        }
    }

    /// Whether an agent may connect from `address`.
    ///
    /// - Throws: `agentAddressRefused`; `internalError` while the restrictions could not be read yet.
    func checkAgent(_ address: IPAddress?, of account: ResourceID<AccountKind>) async throws(Failure) {
        if !self.restrictions.isLoaded {
            await self.loadRestrictions()
            guard self.restrictions.isLoaded else {
                throw Failure(.internalError, "The account's IP restrictions could not be read yet.")
            }
        }
        try self.check(address, .agent, of: account)
    }

    private func check(
        _ address: IPAddress?,
        _ part: IPRestrictions.Part,
        of account: ResourceID<AccountKind>
    ) throws(Failure) {
        guard let restriction = self.restrictions.accounts[account]?.parts[part], !restriction.allows(address) else {
            return
        }
        let who = address.map { "\($0)" } ?? "an address that is not known"
        self.logger.info(
            "an IP restriction does not allow the address",
            metadata: [
                "account.id": "\(account)", "restriction.type": "\(part.rawValue)", "peer.address": "\(who)",
                "restriction.is_enforced": "\(restriction.isEnforced)",
            ]
        )
        guard restriction.isEnforced else { return }
        throw Failure(part.refusal, "The account does not let \(who) in here.")
    }

    // MARK: - In force

    /// Takes up all restrictions that the store has. A store that is away is asked again by ``run()``.
    func loadRestrictions() async {
        do throws(Failure) {
            let all = try await self.store.all(IPRestrictionRecord.self, in: .platform)
            // Those too that had some, and have none any more.
            let accounts = Set(all.compactMap(\.owner)).union(self.restrictions.accounts.keys)
            self.restrictions.unread = []
            await self.restrict(accounts)
            self.restrictions.isLoaded = self.restrictions.unread.isEmpty
        } catch {
            // An edge that stops while it starts has said why already.
            guard !Task.isCancelled else { return }
            self.logger.warning("IP restrictions are not loaded yet", metadata: ["error.detail": "\(error.detail)"])
        }
    }

    /// Makes what the accounts' records say now what is in force.
    func restrict(_ accounts: Set<ResourceID<AccountKind>>) async {
        var hasChanged = false
        for account in accounts {
            let reading = self.restrictions.beginReading()
            do throws(Failure) {
                let found = try await self.readRestrictions(of: account)
                if self.restrictions.take(found, for: account, reading: reading) { hasChanged = true }
                self.restrictions.unread.remove(account)
            } catch {
                self.restrictions.unread.insert(account)
                self.logger.warning(
                    "IP restrictions of an account are not read yet",
                    metadata: ["account.id": "\(account)", "error.detail": "\(error.detail)"]
                )
            }
        }
        if hasChanged { await self.publishRestrictions() }
    }

    private nonisolated func readRestrictions(
        of account: ResourceID<AccountKind>
    ) async throws(Failure) -> IPRestrictions.OfAccount {
        let restrictions = try await self.store.all(IPRestrictionRecord.self, in: .account(account))
        guard !restrictions.isEmpty else { return IPRestrictions.OfAccount() }
        let rules = try await self.store.all(IPPolicyRuleRecord.self, in: .account(account))
        return IPRestrictions.OfAccount(restrictions, rules)
    }

    /// Returns when every event loop lets in and refuses by what is in force now.
    func publishRestrictions() async {
        guard let edge else { return }
        self.restrictionsRevision += 1
        await edge.apply(
            VisitorRestrictions(revision: self.restrictionsRevision, lists: self.restrictions.visitors)
        )
    }

    // MARK: - Following the store

    /// Follows what others stored, and reads again what could not be read before.
    func followRestrictions(_ changes: [RecordChange]) async {
        if !self.restrictions.isLoaded { await self.loadRestrictions() }
        var accounts = self.restrictions.unread
        for change in changes
        where [IPRestrictionRecord.recordKind, IPPolicyRuleRecord.recordKind].contains(change.kind) {
            if let owner = change.record?.owner {
                accounts.insert(owner)
            } else {
                accounts.formUnion(self.restrictions.accounts(using: change.id))
            }
        }
        if !accounts.isEmpty { await self.restrict(accounts) }
    }
}
