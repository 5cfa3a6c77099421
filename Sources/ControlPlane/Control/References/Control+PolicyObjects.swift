import Addressing
import EdgeLink
import Model
import Store
import TrafficPolicy

extension Control {
    /// Whether the IP policies and certificate authorities that a policy names are the account's, and its issuers are some
    /// (`spec/traffic-policy.md` 2.8).
    ///
    /// Vaults and secrets are not asked for: they may be made later. An issuer that is away keeps no agent from coming back,
    /// whose policy was good the day before.
    ///
    /// - Throws: `policyReference` or `policyIssuer` with the places of those that are not there; why the store cannot be
    ///   asked.
    nonisolated func checkObjects(
        of policy: EndpointPolicy?,
        for account: ResourceID<AccountKind>,
        isCloud: Bool = false
    ) async throws(Failure) {
        var problems: [PolicyProblem] = []
        for (issuer, position) in policy?.policy.issuers ?? [] {
            switch await self.configuration.problemOfIssuer(issuer, account) {
            case .wrong(let words)?: problems.append(.init(.policyIssuer, at: position, offending: issuer, words))
            case .away(let words)? where isCloud:
                problems.append(.init(.policyIssuer, at: position, offending: issuer, words))
            case .away?, nil: break
            }
        }
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

    /// Whether the account has reserved the domains for which logins of an endpoint set their cookies: whoever may serve a
    /// host below one is sent them.
    ///
    /// - Throws: `policyCookieDomain` with the places of those that it has not; why the store cannot be asked.
    nonisolated func checkCookieDomains(
        of policy: EndpointPolicy?,
        for url: EndpointURL,
        of account: ResourceID<AccountKind>
    ) async throws(Failure) {
        let reservations = Reservations(store: self.store, scope: .account(account))
        var problems: [PolicyProblem] = []
        for (domain, position) in policy?.policy.cookieDomains ?? [] where url.host != HostPattern(domain) {
            guard try await reservations.domain(of: HostPattern(domain)) == nil else { continue }
            let words = "the account has not reserved \(domain), the domain of the cookies"
            problems.append(PolicyProblem(.policyCookieDomain, at: position, offending: "\(domain)", words))
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
            try await self.checkObjects(of: policy, for: account, isCloud: true)
            try await self.checkCookieDomains(of: policy, for: name.url, of: account)
        } catch {
            guard [.policyReference, .policyIssuer, .policyCookieDomain].contains(error.code) else { throw error }
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

    fileprivate var issuers: [(id: String, position: SourcePosition)] {
        self.named { action in [action.issuer].compactMap(\.self) }
    }

    fileprivate var cookieDomains: [(id: HostName, position: SourcePosition)] {
        self.named { action in [action.cookieDomain].compactMap(\.self) }
    }

    private func named<ID: Hashable>(_ names: (ActionConfiguration) -> [ID]) -> [(id: ID, position: SourcePosition)] {
        var seen: Set<ID> = []
        var found: [(id: ID, position: SourcePosition)] = []
        for action in PolicyPhase.allCases.flatMap({ self.rules(in: $0) }).flatMap(\.actions) {
            for id in names(action.configuration) where seen.insert(id).inserted { found.append((id, action.position)) }
        }
        return found
    }
}
