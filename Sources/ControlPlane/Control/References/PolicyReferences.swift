package import Addressing
package import Model
internal import NIOConcurrencyHelpers
internal import Secrets
internal import Store

/// What traffic policies name of their accounts: secrets of vaults, IP policies and certificate authorities.
///
/// A copy in memory, which follows the store, so that whoever asks is answered at once. Values of secrets are held in the clear here, and nowhere else.
package final class PolicyReferences: Sendable {
    /// What is known of a secret that a policy names.
    package enum SecretAnswer: Sendable {
        case found(Secret)
        case unknownVault
        /// The vault has none of this name, or its value does not open with the keys of the edge.
        case unknownSecret
    }

    private struct State {
        /// Identifiers of vaults, by account and name.
        var vaults: [String: String] = [:]
        /// Values of secrets with their identifiers, by vault and name.
        var secrets: [String: (id: String, value: Secret)] = [:]
        /// By the identifier of the IP policy.
        var policies: [String: Policy] = [:]
        /// Certificates of authorities in PEM with their accounts, by identifier.
        var authorities: [String: (account: ResourceID<AccountKind>?, certificate: String)] = [:]
        /// Under what the record of an identifier is found above.
        var keys: [String: String] = [:]
    }

    private struct Policy {
        var account: ResourceID<AccountKind>?
        var rules: [String: IPPolicyRuleRecord] = [:]
        /// What the rules say together; nil until someone asks.
        var list: IPAccessList?
    }

    private let keyring: SealingKeyring
    private let state = NIOLockedValueBox(State())

    init(keys: SealingKeyring) {
        self.keyring = keys
    }

    /// The value of a secret of an account.
    package func secret(
        account: ResourceID<AccountKind>,
        vault: String,
        name: String
    ) -> SecretAnswer {
        self.state.withLockedValue { state in
            guard let vault = state.vaults[VaultRecord.key(vault, in: account.text)] else { return .unknownVault }
            let secret = state.secrets[VaultSecretRecord.key(name, in: vault)]
            return secret.map { .found($0.value) } ?? .unknownSecret
        }
    }

    /// The ranges of an IP policy of an account; nil where it has none of this identifier.
    package func ipPolicy(account: ResourceID<AccountKind>, id: String) -> IPAccessList? {
        self.state.withLockedValue { state in
            guard let policy = state.policies[id], policy.account == account else { return nil }
            if let list = policy.list { return list }
            let list = IPAccessList(policy.rules.values)
            state.policies[id]?.list = list
            return list
        }
    }

    /// The certificate of an authority of an account, in PEM; nil where it has none of this identifier.
    package func authority(account: ResourceID<AccountKind>, id: String) -> String? {
        self.state.withLockedValue { state in
            guard let authority = state.authorities[id], authority.account == account else { return nil }
            return authority.certificate
        }
    }

    // MARK: - Following the store

    /// Takes in all that is there, so that policies know their secrets when the first visitor comes. A database that does
    /// not answer is left to ``consider(_:)``, which is told everything once more.
    func load(from store: any RecordStore) async {
        for kind in Self.kinds {
            var page = Page(limit: Page.limits.upperBound)
            while let records = try? await store.list(kind, in: .platform, page) {
                for record in records {
                    self.consider(RecordChange(revision: record.revision, kind: kind, id: record.id, record: record))
                }
                guard records.count == page.limit, let last = records.last else { break }
                page = Page(before: last.id, limit: page.limit)
            }
        }
    }

    private static let kinds = [
        VaultRecord.recordKind, VaultSecretRecord.recordKind, IPPolicyRecord.recordKind, IPPolicyRuleRecord.recordKind,
        CertificateAuthorityRecord.recordKind,
    ]

    /// Forgets all, because what was deleted meanwhile is not told any more.
    func forget() {
        self.state.withLockedValue { $0 = State() }
    }

    /// Takes a change in; those of other kinds are none of its business.
    func consider(_ change: RecordChange) {
        guard Self.kinds.contains(change.kind) else { return }
        self.state.withLockedValue { state in
            Self.remove(change, from: &state)
            // A record that cannot be read is as if it were not there: what names it fails, and says so.
            guard let record = change.record else { return }
            switch change.kind {
            case VaultRecord.recordKind:
                guard let vault = try? Stored<VaultRecord>(record) else { return }
                let key = VaultRecord.key(vault.document.name, in: vault.document.account)
                state.vaults[key] = change.id
                state.keys[change.id] = key
            case VaultSecretRecord.recordKind:
                guard let secret = try? Stored<VaultSecretRecord>(record),
                    let value = try? VaultSecretRules.value(of: secret, self.keyring)
                else { return }
                let key = VaultSecretRecord.key(secret.document.name, in: secret.document.vault)
                state.secrets[key] = (change.id, value)
                state.keys[change.id] = key
            case IPPolicyRecord.recordKind:
                state.policies[change.id, default: Policy()].account = record.owner
            case CertificateAuthorityRecord.recordKind:
                guard let authority = try? Stored<CertificateAuthorityRecord>(record) else { return }
                state.authorities[change.id] = (record.owner, authority.document.certificate)
            default:
                guard let rule = try? Stored<IPPolicyRuleRecord>(record) else { return }
                state.policies[rule.document.policy, default: Policy()].rules[change.id] = rule.document
                state.policies[rule.document.policy]?.list = nil
                state.keys[change.id] = rule.document.policy
            }
        }
    }

    /// Removes what an earlier form of the record said.
    private static func remove(_ change: RecordChange, from state: inout State) {
        if change.kind == IPPolicyRecord.recordKind {
            if change.record == nil { state.policies[change.id] = nil }
            return
        }
        if change.kind == CertificateAuthorityRecord.recordKind {
            state.authorities[change.id] = nil
            return
        }
        guard let key = state.keys.removeValue(forKey: change.id) else { return }
        switch change.kind {
        // Another may have the name by now.
        case VaultRecord.recordKind where state.vaults[key] == change.id: state.vaults[key] = nil
        case VaultSecretRecord.recordKind where state.secrets[key]?.id == change.id: state.secrets[key] = nil
        case IPPolicyRuleRecord.recordKind:
            state.policies[key]?.rules[change.id] = nil
            state.policies[key]?.list = nil
        default: break
        }
    }
}

extension IPAccessList {
    /// What the rules of an IP policy say together; a rule whose range cannot be read says nothing.
    init(_ rules: some Sequence<IPPolicyRuleRecord>) {
        var ranges: [IPPolicyRuleRecord.Action: [IPPrefix]] = [:]
        for rule in rules {
            guard let range = try? IPPrefix(parsing: rule.normalized) else { continue }
            ranges[rule.action, default: []].append(range)
        }
        self.init(allowed: ranges[.allow] ?? [], denied: ranges[.deny] ?? [], otherwise: .deny)
    }
}
