import Addressing
import JSON
import Model
import Testing

@testable import APIServer

/// What an IP restriction does to those who use the API, and when.
@Suite struct EnforcedRestrictionTests {
    private static let outside = "192.0.2.0/24"
    private static let loopback = "127.0.0.0/8"

    /// Restricts the API to a range.
    ///
    /// - Returns: the identifiers of the restriction and of the rule.
    private static func restrict(
        _ api: APIUnderTest,
        to range: String,
        enforced: Bool
    ) async throws -> (restriction: String, policy: String) {
        let policy = try await api.create("/ip_policies", [:]).text("id")
        let rule: JSONValue = ["ip_policy_id": .string(policy), "cidr": .string(range), "action": "allow"]
        _ = try await api.create("/ip_policy_rules", rule)
        let body: JSONValue = [
            "type": "api", "ip_policy_ids": [.string(policy)], "enforced": .bool(enforced),
        ]
        return (try await api.create("/ip_restrictions", body).text("id"), policy)
    }

    @Test func `The API is closed to other addresses as soon as it is said, and to that account alone`() async throws {
        try await APIUnderTest.run { (api) async throws in
            _ = try await Self.restrict(api, to: Self.outside, enforced: true)
            for (method, path) in [("GET", "/self"), ("GET", "/endpoints"), ("POST", "/vaults")] {
                let answer = try await api.call(method, path)
                #expect(answer.status == 403)
                #expect(answer.code == 220, "\(answer)")
            }
            #expect(try await api.call("GET", "/self", key: api.foreignKey).status == 200)
            // What a proxy says of the address is anybody's word.
            let forwarded = try await api.call("GET", "/self", fields: ["x-forwarded-for": "192.0.2.7"])
            #expect(forwarded.code == 220)
            // A key that is none tells nothing of the account.
            #expect(try await api.call("GET", "/self", key: "nope").code == 202)
        }
    }

    @Test func `A restriction that only warns closes nothing, and one that lets the caller in neither`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let (restriction, policy) = try await Self.restrict(api, to: Self.outside, enforced: false)
            #expect(try await api.call("GET", "/self").status == 200)
            let rule: JSONValue = ["ip_policy_id": .string(policy), "cidr": .string(Self.loopback), "action": "allow"]
            _ = try await api.create("/ip_policy_rules", rule)
            #expect(
                try await api.call("PATCH", "/ip_restrictions/\(restriction)", ["enforced": true]).status == 200
            )
            #expect(try await api.call("GET", "/self").status == 200)
            let denial: JSONValue = [
                "ip_policy_id": .string(policy), "cidr": "127.0.0.1/32", "action": "deny",
            ]
            _ = try await api.create("/ip_policy_rules", denial)
            #expect(try await api.call("GET", "/self").code == 220)
        }
    }
}
