import Addressing
import Control
import Model
import PolicyEngine

/// What policies may name of their accounts, as the control plane follows it: secrets of vaults, IP policies and certificate
/// authorities.
struct PolicyDirectory: SecretDirectory, IPPolicyDirectory, AuthorityDirectory {
    let references: PolicyReferences

    func secret(named name: String, inVault vault: String, of account: ResourceID<AccountKind>) -> SecretAnswer {
        switch self.references.secret(account: account, vault: vault, name: name) {
        case .found(let value): .found(value)
        case .unknownVault: .unknownVault
        case .unknownSecret: .unknownSecret
        }
    }

    func list(_ id: String, of account: ResourceID<AccountKind>) -> IPAccessList? {
        self.references.ipPolicy(account: account, id: id)
    }

    func certificate(ofAuthority id: String, of account: ResourceID<AccountKind>) -> String? {
        self.references.authority(account: account, id: id)
    }
}
