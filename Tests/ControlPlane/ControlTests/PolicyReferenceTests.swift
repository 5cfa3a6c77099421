import Addressing
import Foundation
import Model
import SQLiteStore
import Secrets
import Store
import Testing

@testable import Control

/// What policies name, in memory.
@Suite struct PolicyReferenceTests {
    private static let account = ResourceID<AccountKind>.new(at: 0)

    private static func vault(_ name: String) throws -> RecordWrite {
        let record = VaultRecord(
            name: name,
            created: Date(),
            updated: Date(),
            creator: "usr_1",
            editor: "usr_1",
            account: Self.account.text
        )
        return try .create(record, Self.id(of: name), owner: Self.account)
    }

    private static func id(of vault: String) throws -> ResourceID<VaultKind> {
        try #require(ResourceID("vault_\(vault)"))
    }

    /// `sealedFor` is the vault that the value was sealed for.
    private static func secret(_ name: String, in vault: String, sealedFor: String, _ keys: SealingKeyring) throws
        -> RecordWrite
    {
        let id = ResourceID<VaultSecretKind>.new(at: 0)
        let record = VaultSecretRecord(
            vault: "vault_\(vault)",
            name: name,
            sealed: RecordSeals(keys, VaultSecretRecord.self, id).seal(
                Secret("hush"),
                as: "sealed in vault_\(sealedFor)"
            ),
            created: Date(),
            updated: Date(),
            creator: "usr_1",
            editor: "usr_1"
        )
        return try .create(record, id, owner: Self.account)
    }

    @Test func `All that is there is taken in at once, be it many pages`() async throws {
        let store = try SQLiteStore.inMemory()
        let keys = SealingKeyring(.random())
        let count = Page.limits.upperBound + 10
        try await store.commit(try (0..<count).map { try Self.vault("v\($0)") })
        try await store.commit([try Self.secret("a", in: "v0", sealedFor: "v0", keys)])
        let references = PolicyReferences(keys: keys)
        guard case .unknownVault = references.secret(account: Self.account, vault: "v0", name: "a") else {
            Issue.record("it knows what it was not told")
            return
        }
        await references.load(from: store)
        for vault in [1, count - 1] {
            let answer = references.secret(account: Self.account, vault: "v\(vault)", name: "a")
            guard case .unknownSecret = answer else {
                Issue.record("v\(vault): \(answer)")
                continue
            }
        }
        guard case .found(let value) = references.secret(account: Self.account, vault: "v0", name: "a") else {
            Issue.record("the secret is not there")
            return
        }
        #expect(value.reveal() == "hush")
        references.forget()
        guard case .unknownVault = references.secret(account: Self.account, vault: "v0", name: "a") else {
            Issue.record("it did not forget")
            return
        }
    }

    @Test func `A value that was sealed for another vault, or with another key, is as if it were not there`()
        async throws
    {
        let store = try SQLiteStore.inMemory()
        let keys = SealingKeyring(.random())
        try await store.commit([
            try Self.vault("v0"), try Self.secret("a", in: "v0", sealedFor: "v1", keys),
            try Self.secret("b", in: "v0", sealedFor: "v0", SealingKeyring(.random())),
        ])
        let references = PolicyReferences(keys: keys)
        await references.load(from: store)
        for name in ["a", "b"] {
            guard case .unknownSecret = references.secret(account: Self.account, vault: "v0", name: name) else {
                Issue.record("\(name) was opened")
                continue
            }
        }
    }
}
