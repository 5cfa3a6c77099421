internal import EdgeLink
package import Model

/// What the dashboard asks beside resources.
extension Control {
    /// Differs when the account's agents, or the endpoints that are served, have changed.
    package func mark(of account: ResourceID<AccountKind>) -> Int {
        var sum = 0
        // An order of no meaning: what counts is added up.
        for endpoint in self.endpoints.all where endpoint.account == account {
            var hasher = Hasher()
            hasher.combine(endpoint.id)
            hasher.combine(endpoint.isHeld)
            hasher.combine(endpoint.policy?.text)
            hasher.combine(endpoint.agent?.connections.count)
            sum &+= hasher.finalize()
        }
        for leg in self.sessions.all where leg.account == account {
            var hasher = Hasher()
            hasher.combine(leg.sessionID)
            hasher.combine(leg.key.number)
            sum &+= hasher.finalize()
        }
        return sum
    }

    /// Whose the endpoints are that strangers can reach, by URL. Other names may belong to several accounts.
    package func ownersOfPublicURLs() -> [String: ResourceID<AccountKind>] {
        var owners: [String: ResourceID<AccountKind>] = [:]
        for endpoint in self.endpoints.all where !endpoint.binding.isPerAccount {
            owners["\(endpoint.url)"] = endpoint.account
        }
        return owners
    }
}
