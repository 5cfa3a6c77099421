import Addressing
import Control
import JSON
import Model
import Store
import func TestSupport.pause
import Testing

@testable import APIServer

/// What policies name of their accounts: it follows what is done over the API.
@Suite struct PolicyReferenceTests {
    /// Runs `body` while the references follow the store.
    private static func run(_ body: @escaping @Sendable (APIUnderTest) async throws -> Void) async throws {
        try await APIUnderTest.run { (api) async throws in
            let following = Task { await api.control.run() }
            defer { following.cancel() }
            try await body(api)
        }
    }

    /// Asks until `condition` holds; the test's time limit is the bound.
    private static func wait(_ condition: () -> Bool) async {
        while !condition() { await pause() }
    }

    private static func value(_ api: APIUnderTest, _ name: String, vault: String = "prod") -> String {
        switch api.control.references.secret(account: api.first.account, vault: vault, name: name) {
        case .found(let secret): secret.reveal()
        case .unknownVault: "no vault"
        case .unknownSecret: "no secret"
        }
    }

    @Test(.timeLimit(.minutes(2))) func `Secrets follow their records`() async throws {
        try await Self.run { (api) async throws in
            let vault = try await api.create("/vaults", ["name": "prod"]).text("id")
            #expect(Self.value(api, "a", vault: "nope") == "no vault")
            let body: JSONValue = ["name": "a", "value": "one", "vault_id": .string(vault)]
            let secret = try await api.create("/vault_secrets", body).text("id")
            await Self.wait { Self.value(api, "a") == "one" }
            try await api.call("PATCH", "/vault_secrets/\(secret)", ["value": "two"])
            await Self.wait { Self.value(api, "a") == "two" }
            try await api.call("PATCH", "/vault_secrets/\(secret)", ["name": "b"])
            await Self.wait { Self.value(api, "b") == "two" && Self.value(api, "a") == "no secret" }
            try await api.call("PATCH", "/vaults/\(vault)", ["name": "live"])
            await Self.wait { Self.value(api, "b") == "no vault" && Self.value(api, "b", vault: "live") == "two" }
            try await api.call("DELETE", "/vault_secrets/\(secret)")
            await Self.wait { Self.value(api, "b", vault: "live") == "no secret" }
            try await api.call("DELETE", "/vaults/\(vault)")
            await Self.wait { Self.value(api, "b", vault: "live") == "no vault" }
            guard case .unknownVault = api.control.references.secret(account: api.other, vault: "live", name: "b")
            else {
                Issue.record("another account sees the vault")
                return
            }
        }
    }

    @Test(.timeLimit(.minutes(2))) func `IP policies follow their rules`() async throws {
        try await Self.run { (api) async throws in
            let account = api.first.account
            let policy = try await api.create("/ip_policies", [:]).text("id")
            let inside = try IPAddress(parsing: "10.1.2.3")
            let denied = try IPAddress(parsing: "10.9.0.1")
            @Sendable func decision(_ address: IPAddress) -> IPAccessList.Decision? {
                api.control.references.ipPolicy(account: account, id: policy)?.decision(for: address)
            }
            await Self.wait { decision(inside) == .deny }
            func rule(_ range: String, _ action: String) async throws -> String {
                let body: JSONValue = [
                    "ip_policy_id": .string(policy), "cidr": .string(range), "action": .string(action),
                ]
                return try await api.create("/ip_policy_rules", body).text("id")
            }
            let allow = try await rule("10.0.0.0/8", "allow")
            _ = try await rule("10.9.0.0/16", "deny")
            await Self.wait { decision(inside) == .allow && decision(denied) == .deny }
            let stored = try #require(try await api.control.ipPolicy(account: account, id: policy))
            #expect(stored.decision(for: inside) == .allow)
            #expect(try await api.control.ipPolicy(account: api.other, id: policy) == nil)
            #expect(api.control.references.ipPolicy(account: api.other, id: policy) == nil)
            try await api.call("DELETE", "/ip_policy_rules/\(allow)")
            await Self.wait { decision(inside) == .deny }
            try await api.call("DELETE", "/ip_policies/\(policy)")
            await Self.wait { decision(inside) == nil }
        }
    }
}
