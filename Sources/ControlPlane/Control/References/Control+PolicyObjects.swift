import EdgeLink
import Model
import Store
import TrafficPolicy

extension Control {
    /// Whether the IP policies and certificate authorities that a policy names are the account's
    /// (`spec/traffic-policy.md` 2.8).
    ///
    /// Vaults and secrets are not asked for: they may be made later.
    ///
    /// - Throws: `policyReference` with the places of those that are not there; why the store cannot be asked.
    nonisolated func checkObjects(
        of policy: EndpointPolicy?,
        for account: ResourceID<AccountKind>
    ) async throws(Failure) {
        var problems: [PolicyProblem] = []
        for (id, position) in policy?.policy.ipPolicies ?? [] where try await !self.hasIPPolicy(id, of: account) {
            let words = "the account has no IP policy \(id)"
            problems.append(PolicyProblem(.policyReference, at: position, offending: id, words))
        }
        for (id, position) in policy?.policy.authorities ?? [] where try await !self.hasAuthority(id, of: account) {
            let words = "the account has no certificate authority \(id)"
            problems.append(PolicyProblem(.policyReference, at: position, offending: id, words))
        }
        guard problems.isEmpty else { throw PolicyErrors(problems).failure }
    }

    private nonisolated func hasAuthority(_ id: String, of account: ResourceID<AccountKind>) async throws(Failure)
        -> Bool
    {
        if self.references.authority(account: account, id: id) != nil { return true }
        // As for IP policies.
        guard let id = ResourceID<CertificateAuthorityKind>(id) else { return false }
        return try await self.store.found(id, as: CertificateAuthorityRecord.self, in: .account(account)) != nil
    }

    private nonisolated func hasIPPolicy(_ id: String, of account: ResourceID<AccountKind>) async throws(Failure)
        -> Bool
    {
        if self.references.ipPolicy(account: account, id: id) != nil { return true }
        // What was made a moment ago may not have come to the copy in memory.
        guard let id = ResourceID<IPPolicyKind>(id) else { return false }
        return try await self.store.found(id, as: IPPolicyRecord.self, in: .account(account)) != nil
    }

    /// Reads the policy of a cloud endpoint of the account.
    ///
    /// - Throws: as ``PolicyChecks/cloudPolicy(_:for:)`` does, and `cloudPolicyInvalid` for objects that are not there.
    nonisolated func checkCloudPolicy(
        _ text: String,
        for name: CloudEndpointName,
        of account: ResourceID<AccountKind>
    ) async throws(Failure) {
        let policy = try await self.policies.cloudPolicy(text, for: name)
        do throws(Failure) {
            try await self.checkObjects(of: policy, for: account)
        } catch {
            guard error.code == .policyReference else { throw error }
            throw Failure(.cloudPolicyInvalid, error.message, detail: error.detail, cause: error)
        }
    }
}

extension Policy {
    /// The IP policies that it names, each once, with the place of the first action that does.
    fileprivate var ipPolicies: [(id: String, position: SourcePosition)] {
        self.named { action in
            if case .restrictIPs(let configuration) = action { configuration.ipPolicies } else { [] }
        }
    }

    /// The same for certificate authorities.
    fileprivate var authorities: [(id: String, position: SourcePosition)] {
        self.named { action in
            guard case .terminateTLS(let configuration) = action else { return [] }
            return configuration.authorities.compactMap { if case .identifier(let id) = $0 { id } else { nil } }
        }
    }

    private func named(_ names: (ActionConfiguration) -> [String]) -> [(id: String, position: SourcePosition)] {
        var seen: Set<String> = []
        var found: [(id: String, position: SourcePosition)] = []
        for action in PolicyPhase.allCases.flatMap({ self.rules(in: $0) }).flatMap(\.actions) {
            for id in names(action.configuration) where seen.insert(id).inserted { found.append((id, action.position)) }
        }
        return found
    }
}
