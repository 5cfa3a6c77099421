import JSON
import Model
import Testing

@testable import APIServer

/// IP policies, domains and TCP addresses.
@Suite struct TrafficResourceTests {
    @Test(
        arguments: [
            ([:], 1406), (["cidr": "10.0.0.0/8", "action": "allow"], 1414),
            (["ip_policy_id": "ipp_nope", "cidr": "10.0.0.0/8", "action": "allow"], 1414),
        ] as [(JSONValue, Int)]
    )
    func `A rule needs a range and a policy`(body: JSONValue, code: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            let answer = try await api.call("POST", "/ip_policy_rules", body)
            #expect(answer.code == code, "\(answer)")
        }
    }

    @Test(
        arguments: [
            ("10.0.0.0", 1413), ("10.0.0.1/8", 1409), ("10.0.0.0/33", 1406), ("x/8", 1406), ("2001:db8::1/32", 1409),
            ("192.0.2.0/24", 1408), ("192.000.2.0/24", 1406),
        ] as [(String, Int)]
    )
    func `A range that cannot be is refused, when made and when changed`(range: String, code: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            let policy = try await api.create("/ip_policies", [:]).text("id")
            func rule(_ range: String, _ action: String = "allow") -> JSONValue {
                ["ip_policy_id": .string(policy), "cidr": .string(range), "action": .string(action)]
            }
            _ = try await api.create("/ip_policy_rules", rule("192.0.2.0/24"))
            let other = try await api.create("/ip_policy_rules", rule("198.51.100.0/24", "deny")).text("id")
            #expect(try await api.call("POST", "/ip_policy_rules", rule(range)).code == code)
            #expect(try await api.call("PATCH", "/ip_policy_rules/\(other)", ["cidr": .string(range)]).code == code)
            #expect(try await api.call("POST", "/ip_policy_rules", rule("203.0.113.0/24", "maybe")).code == 1422)
        }
    }

    @Test func `A policy takes its rules with it`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let policy = try await api.create("/ip_policies", [:]).text("id")
            let body: JSONValue = ["ip_policy_id": .string(policy), "cidr": "2001:db8::/32", "action": "deny"]
            let rule = try await api.create("/ip_policy_rules", body)
            #expect(rule["ip_policy"]?.object?.text("id") == policy)
            #expect(try await api.call("DELETE", "/ip_policies/\(policy)").status == 204)
            #expect(try await api.call("GET", "/ip_policy_rules/\(rule.text("id"))").status == 404)
        }
    }

    @Test(
        arguments: [
            ([:], 448), (["domain": "com"], 448), (["domain": "a.test", "name": "b.test"], 449),
            (["domain": "a_b.example.test"], 355), (["domain": "x.*.example.test"], 402), (["domain": "*.test"], 416),
            (["domain": "portico.test"], 430), (["domain": "connect.portico.test"], 430),
            (["domain": "*.portico.test"], 416), (["domain": "x.internal"], 448),
            (["domain": "a.example.test", "resolves_to": [["value": "moon"]]], 400),
            (["domain": "a.example.test", "resolves_to": [["value": "global"], ["value": "global"]]], 456),
            (["domain": "a.example.test", "certificate_management_policy": ["authority": "x"]], 435),
            (["domain": "a.example.test", "certificate_management_policy": ["private_key_type": "x"]], 1909),
            (["domain": "a.example.test", "certificate_id": "cert_x", "certificate_management_policy": [:]], 434),
            (["domain": "a.example.test", "region": "moon"], 400),
            (["domain": "mine.portico.test", "certificate_management_policy": [:]], 439),
            (["domain": "mine.portico.test", "certificate_id": "cert_x"], 440),
        ] as [(JSONValue, Int)]
    )
    func `A domain that cannot be is refused`(body: JSONValue, code: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            let answer = try await api.call("POST", "/reserved_domains", body)
            #expect(answer.status == 400, "\(answer)")
            #expect(answer.code == code, "\(answer)")
        }
    }

    @Test func `A domain takes in what is below it`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let calls: [(String, String, Int?)] = [
                ("app.example.test", api.key, nil), ("APP.example.test.", api.key, 413),
                ("app.example.test", api.foreignKey, 414), ("x.y.app.example.test", api.foreignKey, 414),
                ("*.app.example.test", api.foreignKey, 414), ("x.y.app.example.test", api.key, nil),
                ("*.app.example.test", api.key, nil), ("beside.example.test", api.foreignKey, nil),
                ("mine.portico.test", api.foreignKey, nil),
            ]
            for (domain, key, code) in calls {
                let answer = try await api.call("POST", "/reserved_domains", ["domain": .string(domain)], key: key)
                #expect(answer.code == code, "\(domain): \(answer)")
            }
        }
    }

    @Test func `A name that the edge's wildcard certificate is not good for may have one of its own`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let made = try await api.create("/reserved_domains", ["domain": "mine.portico.test"])
            #expect(made["certificate_management_policy"] == .null)
            let path = "/reserved_domains/\(made.text("id"))"
            #expect(try await api.call("PATCH", path, ["certificate_management_policy": [:]]).code == 439)
            #expect(try await api.call("PATCH", path, ["certificate_id": "cert_x"]).code == 440)
            for name: JSONValue in ["deep.mine.portico.test", "*.mine.portico.test"] {
                let body: JSONValue = ["domain": name, "certificate_management_policy": [:]]
                let managed = try await api.create("/reserved_domains", body)
                #expect(managed["certificate_management_policy"]?.object?.text("authority") == "letsencrypt")
            }
        }
    }

    @Test func `A domain's certificate management ends, once`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let domain = try await api.create("/reserved_domains", ["domain": "*.example.test"])
            #expect(domain.text("cname_target").hasSuffix(".portico.test"))
            #expect(domain["acme_challenge_cname_target"]?.string != nil)
            let path = "/reserved_domains/\(domain.text("id"))"
            #expect(try await api.call("DELETE", "\(path)/certificate").code == 436)
            #expect(try await api.call("DELETE", "\(path)/certificate_management_policy").status == 204)
            #expect(try await api.call("GET", path).object["certificate_management_policy"] == .null)
            #expect(try await api.call("DELETE", "\(path)/certificate_management_policy").code == 436)
            #expect(try await api.call("PATCH", path, ["domain": "other.example.test"]).code == 451)
            #expect(try await api.call("PATCH", path, ["domain": "*.example.test", "resolves_to": []]).status == 200)
        }
    }

    @Test func `Every TCP address is another, until none is left`() async throws {
        try await APIUnderTest.run { (api) async throws in
            var addresses: Set<String> = []
            for _ in 0..<10 { addresses.insert(try await api.create("/reserved_addrs", [:]).text("addr")) }
            #expect(addresses == Set((20_000..<20_010).map { "portico.test:\($0)" }))
            #expect(try await api.call("POST", "/reserved_addrs", [:], key: api.foreignKey).code == 503)
            #expect(try await api.call("POST", "/reserved_addrs", ["region": "moon"]).code == 500)
        }
    }

    @Test func `TCP addresses that are asked for at the same time differ`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let addresses = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await api.create("/reserved_addrs", [:]).text("addr") }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(addresses.count == 8)
        }
    }
}
