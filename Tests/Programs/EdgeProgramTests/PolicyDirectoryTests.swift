import Addressing
import Foundation
import Model
import PolicyEngine
import SQLiteStore
import Secrets
import Store
import Testing

@testable import Control
@testable import EdgeProgram

/// What policies of the data plane are told of the control plane's records.
@Suite struct PolicyDirectoryTests {
    @Test func `Policies are told the secrets and the IP policies of their own account`() async throws {
        let store = try SQLiteStore.inMemory()
        let keys = SealingKeyring(.random())
        let account = ResourceID<AccountKind>.new(at: 0)
        let vault = ResourceID<VaultKind>.new(at: 0)
        let policy = ResourceID<IPPolicyKind>.new(at: 0)
        let now = Date()
        let home = VaultRecord(
            name: "prod",
            created: now,
            updated: now,
            creator: "usr_1",
            editor: "usr_1",
            account: account.text
        )
        let secretID = ResourceID<VaultSecretKind>.new(at: 0)
        let secret = VaultSecretRecord(
            vault: vault.text,
            name: "token",
            sealed: RecordSeals(keys, VaultSecretRecord.self, secretID).seal(
                Secret("hush"),
                as: "sealed in \(vault)"
            ),
            created: now,
            updated: now,
            creator: "usr_1",
            editor: "usr_1"
        )
        let rule = IPPolicyRuleRecord(
            policy: policy.text,
            range: "10.0.0.0/8",
            normalized: "10.0.0.0/8",
            action: .allow,
            created: now
        )
        try await store.commit([
            .create(home, vault, owner: account), .create(secret, secretID, owner: account),
            .create(IPPolicyRecord(created: now), policy, owner: account), .create(rule, .new(at: 0), owner: account),
        ])
        let references = PolicyReferences(keys: keys)
        await references.load(from: store)
        let directory = PolicyDirectory(references: references)
        let other = ResourceID<AccountKind>.new(at: 1)

        guard case .found(let value) = directory.secret(named: "token", inVault: "prod", of: account) else {
            Issue.record("the secret is not there")
            return
        }
        #expect(value.reveal() == "hush")
        guard case .unknownSecret = directory.secret(named: "nope", inVault: "prod", of: account),
            case .unknownVault = directory.secret(named: "token", inVault: "nope", of: account),
            case .unknownVault = directory.secret(named: "token", inVault: "prod", of: other)
        else {
            Issue.record("what is not there is found")
            return
        }
        let list = try #require(directory.list(policy.text, of: account))
        #expect(list.decision(for: try IPAddress(parsing: "10.1.2.3")) == .allow)
        #expect(list.decision(for: try IPAddress(parsing: "192.0.2.1")) == .deny)
        #expect(directory.list(policy.text, of: other) == nil)
        #expect(directory.list("ipp_nope", of: account) == nil)
    }
}
