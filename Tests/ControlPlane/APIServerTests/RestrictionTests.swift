import JSON
import Model
import Testing

@testable import APIServer

/// IP restrictions and agent ingresses.
@Suite struct RestrictionTests {
    /// Makes an IP policy with these ranges allowed.
    ///
    /// - Returns: its identifier and those of its rules.
    private static func policy(
        _ api: APIUnderTest,
        _ ranges: [String] = []
    ) async throws -> (id: String, rules: [String]) {
        let policy = try await api.create("/ip_policies", [:]).text("id")
        var rules: [String] = []
        for range in ranges {
            let body: JSONValue = ["ip_policy_id": .string(policy), "cidr": .string(range), "action": "allow"]
            rules.append(try await api.create("/ip_policy_rules", body).text("id"))
        }
        return (policy, rules)
    }

    @Test(
        arguments: [
            ([:], 1803), (["type": "x", "ip_policy_ids": ["POLICY"]], 1803), (["type": "api"], 1804),
            (["type": "api", "ip_policy_ids": []], 1804), (["type": "api", "ip_policy_ids": ["ipp_nope"]], 1801),
            (["type": "api", "ip_policy_ids": ["nope"]], 1801),
            (["type": "api", "ip_policy_ids": ["POLICY", "FOREIGN"]], 1801),
            (["type": "agent", "ip_policy_ids": ["POLICY"]], 1802),
        ] as [(JSONObject, Int)]
    )
    func `A restriction that cannot be is refused`(body: JSONObject, code: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            let policy = try await Self.policy(api).id
            let foreign = try await api.create("/ip_policies", [:], key: api.foreignKey).text("id")
            _ = try await api.create("/ip_restrictions", ["type": "agent", "ip_policy_ids": [.string(policy)]])
            var filled = body
            if let ids = body["ip_policy_ids"]?.array {
                filled.set(
                    "ip_policy_ids",
                    to: .array(ids.map { $0 == "POLICY" ? .string(policy) : $0 == "FOREIGN" ? .string(foreign) : $0 })
                )
            }
            let answer = try await api.call("POST", "/ip_restrictions", .object(filled))
            #expect(answer.status == 400)
            #expect(answer.code == code, "\(answer)")
        }
    }

    @Test func `A restriction has at most a hundred policies`() async throws {
        try await APIUnderTest.run { (api) async throws in
            var ids: [JSONValue] = []
            for _ in 0..<101 { ids.append(.string(try await Self.policy(api).id)) }
            let body: JSONValue = ["type": "api", "ip_policy_ids": .array(ids)]
            #expect(try await api.call("POST", "/ip_restrictions", body).code == 1800)
            let some: JSONValue = ["type": "api", "ip_policy_ids": .array(Array(ids.dropLast()) + [ids[0]])]
            let made = try await api.create("/ip_restrictions", some)
            #expect(made["ip_policies"]?.array?.count == 100)
        }
    }

    @Test func `A restriction warns unless it is enforced, and keeps its policies unless it gets others`() async throws
    {
        try await APIUnderTest.run { (api) async throws in
            let first = try await Self.policy(api).id
            let second = try await Self.policy(api).id
            let made = try await api.create(
                "/ip_restrictions",
                ["type": "endpoints", "ip_policy_ids": [.string(first)]]
            )
            #expect(made["enforced"] == false)
            #expect(made["ip_policies"]?.array?.compactMap { $0.object?.text("id") } == [first])
            let path = "/ip_restrictions/\(made.text("id"))"
            let kept = try await api.call("PATCH", path, ["enforced": true, "ip_policy_ids": []]).object
            #expect(kept["enforced"] == true)
            #expect(kept["ip_policies"] == made["ip_policies"])
            let other = try await api.call("PATCH", path, ["ip_policy_ids": [.string(second)]]).object
            #expect(other["ip_policies"]?.array?.compactMap { $0.object?.text("id") } == [second])
            #expect(try await api.call("PATCH", path, ["ip_policy_ids": ["ipp_nope"]]).code == 1801)
            #expect(try await api.call("PATCH", path, ["type": "api"]).code == 214)
            // Each account has its own.
            let foreign = try await api.create("/ip_policies", [:], key: api.foreignKey).text("id")
            let body: JSONValue = ["type": "endpoints", "ip_policy_ids": [.string(foreign)]]
            _ = try await api.create("/ip_restrictions", body, key: api.foreignKey)
        }
    }

    @Test func `A policy that a restriction uses stays, with a rule`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let (policy, rules) = try await Self.policy(api, ["10.0.0.0/8", "192.0.2.0/24"])
            let restriction = try await api.create(
                "/ip_restrictions",
                ["type": "api", "ip_policy_ids": [.string(policy)]]
            ).text("id")
            #expect(try await api.call("DELETE", "/ip_policies/\(policy)").code == 1420)
            #expect(try await api.call("DELETE", "/ip_policy_rules/\(rules[0])").status == 204)
            #expect(try await api.call("DELETE", "/ip_policy_rules/\(rules[1])").code == 1419)
            #expect(try await api.call("DELETE", "/ip_restrictions/\(restriction)").status == 204)
            #expect(try await api.call("DELETE", "/ip_policy_rules/\(rules[1])").status == 204)
            #expect(try await api.call("DELETE", "/ip_policies/\(policy)").status == 204)
        }
    }

    @Test func `Two who delete the last two rules at the same time leave one`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let (policy, rules) = try await Self.policy(api, ["10.0.0.0/8", "192.0.2.0/24"])
            _ = try await api.create("/ip_restrictions", ["type": "api", "ip_policy_ids": [.string(policy)]])
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for rule in rules {
                    group.addTask { try await api.call("DELETE", "/ip_policy_rules/\(rule)").status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [204, 400])
        }
    }

    @Test(
        arguments: [
            ([:], 1906), (["domain": ""], 1906), (["domain": "com"], 1906), (["domain": "*.example.test"], 1906),
            (["domain": "a_b.example.test"], 1906), (["domain": "x.internal"], 1906),
            (["domain": "portico.test"], 1906), (["domain": "connect.portico.test"], 1906),
            (["domain": "taken.example.test"], 100_605), (["domain": "TAKEN.example.test."], 100_605),
            (["domain": "connect.theirs.test"], 100_606), (["domain": "theirs.test"], 100_606),
            (["domain": "a.test.x", "certificate_management_policy": ["authority": "x"]], 1908),
            (["domain": "a.test.x", "certificate_management_policy": ["private_key_type": "x"]], 1909),
            (["domain": "agents.portico.test", "certificate_management_policy": [:]], 447),
        ] as [(JSONValue, Int)]
    )
    func `An agent ingress that cannot be is refused`(body: JSONValue, code: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            _ = try await api.create("/agent_ingresses", ["domain": "taken.example.test"])
            _ = try await api.create("/reserved_domains", ["domain": "theirs.test"], key: api.foreignKey)
            let answer = try await api.call("POST", "/agent_ingresses", body)
            #expect(answer.code == code, "\(answer)")
        }
    }

    @Test func `An agent ingress is served by the edge's own authority unless it says otherwise`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let made = try await api.create("/agent_ingresses", ["domain": "Connect.Example.test"])
            #expect(made.text("domain") == "connect.example.test")
            #expect(made["certificate_management_policy"] == .null)
            #expect(made["certificate_management_status"] == .null)
            #expect(made["ns_targets"] == ["ns1.portico.test", "ns2.portico.test"])
            #expect(made["region_domains"] == ["tunnel.local.connect.example.test"])
            let path = "/agent_ingresses/\(made.text("id"))"
            let changed = try await api.call("PATCH", path, ["certificate_management_policy": [:]]).object
            #expect(
                changed["certificate_management_policy"] == ["authority": "letsencrypt", "private_key_type": "rsa"]
            )
            #expect(changed["certificate_management_status"] == ["renews_at": .null, "provisioning_job": .null])
            #expect(try await api.call("PATCH", path, ["domain": "x.example.test"]).code == 214)
        }
    }
}
