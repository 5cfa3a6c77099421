import Control
import JSON
import Model
import Store
import Testing

@testable import APIServer

/// Vaults and their secrets.
@Suite struct VaultTests {
    @Test(
        arguments: [
            ([:], 23_001), (["name": ""], 23_001), (["name": "a b"], 23_000), (["name": "a:b"], 23_000),
            (["name": "ä"], 23_000), (["name": .string(String(repeating: "a", count: 256))], 23_002),
            (["name": "taken"], 23_004),
        ] as [(JSONValue, Int)]
    )
    func `A vault that cannot be is refused`(body: JSONValue, code: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            let vault = try await api.create("/vaults", ["name": "taken"]).text("id")
            let answer = try await api.call("POST", "/vaults", body)
            #expect(answer.code == code, "\(answer)")
            #expect(answer.status == (code == 23_004 ? 409 : 400))
            guard body != [:], code != 23_004 else { return }
            #expect(try await api.call("PATCH", "/vaults/\(vault)", body).code == code)
        }
    }

    @Test func `Names are unique in their account alone`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let first = try await api.create("/vaults", ["name": "a-b_c/d.E9"])
            #expect(first.text("created_by") == api.first.user.text)
            #expect(first.text("last_updated_by") == api.first.user.text)
            _ = try await api.create("/vaults", ["name": "a-b_c/d.E9"], key: api.foreignKey)
            let other = try await api.create("/vaults", ["name": "other"]).text("id")
            #expect(try await api.call("PATCH", "/vaults/\(other)", ["name": "a-b_c/d.E9"]).code == 23_004)
            #expect(try await api.call("PATCH", "/vaults/\(other)", ["name": "new"]).object.text("name") == "new")
        }
    }

    @Test(
        arguments: [
            (["name": "b", "value": "v"], 24_008),
            (["name": "b", "value": "v", "vault_id": "", "vault_name": ""], 24_008),
            (["name": "b", "value": "v", "vault_id": "vault_nope"], 24_006),
            (["name": "b", "value": "v", "vault_id": "nope"], 24_006),
            (["name": "b", "value": "v", "vault_name": "nope"], 24_009),
            (["value": "v", "vault_name": "prod"], 24_001),
            (["name": "", "value": "v", "vault_name": "prod"], 24_001),
            (["name": "a b", "value": "v", "vault_name": "prod"], 24_000),
            (["name": .string(String(repeating: "a", count: 256)), "value": "v", "vault_name": "prod"], 24_002),
            (["name": "b", "vault_name": "prod"], 24_003), (["name": "b", "value": "", "vault_name": "prod"], 24_003),
            (["name": "b", "value": .string(String(repeating: "v", count: 65_537)), "vault_name": "prod"], 24_004),
            (["name": "a", "value": "v", "vault_name": "prod"], 24_005),
        ] as [(JSONValue, Int)]
    )
    func `A secret that cannot be is refused`(body: JSONValue, code: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            _ = try await api.create("/vaults", ["name": "prod"])
            let secret = try await api.create("/vault_secrets", ["name": "a", "value": "v", "vault_name": "prod"])
            let answer = try await api.call("POST", "/vault_secrets", body)
            #expect(answer.code == code, "\(answer)")
            let status = [24_005: 409, 24_006: 404, 24_009: 404][code] ?? 400
            #expect(answer.status == status)
            let path = "/vault_secrets/\(secret.text("id"))"
            #expect(try await api.call("PATCH", path, ["value": ""]).code == 24_003)
            #expect(try await api.call("PATCH", path, ["name": ""]).code == 24_001)
        }
    }

    @Test func `Another account's vault is unknown`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let vault = try await api.create("/vaults", ["name": "prod"], key: api.foreignKey).text("id")
            let named: JSONValue = ["name": "a", "value": "v", "vault_name": "prod"]
            #expect(try await api.call("POST", "/vault_secrets", named).code == 24_009)
            let byID: JSONValue = ["name": "a", "value": "v", "vault_id": .string(vault)]
            #expect(try await api.call("POST", "/vault_secrets", byID).code == 24_006)
            #expect(try await api.call("GET", "/vaults/\(vault)/secrets").status == 404)
        }
    }

    @Test func `A vault lists its secrets, in pages, and goes when they are gone`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let vault = try await api.create("/vaults", ["name": "prod"]).text("id")
            let other = try await api.create("/vaults", ["name": "other"]).text("id")
            var made: [String] = []
            for number in 0..<5 {
                let home = number == 2 ? other : vault
                let body: JSONValue = ["name": .string("s\(number)"), "value": "v", "vault_id": .string(home)]
                let secret = try await api.create("/vault_secrets", body)
                #expect(secret.text("vault_name") == (number == 2 ? "other" : "prod"))
                #expect(secret["vault"]?.object?.text("id") == home)
                #expect(secret["created_by"] == ["id": .string(api.first.user.text), "uri": ""])
                if number != 2 { made.append(secret.text("id")) }
            }
            var path: String? = "/vaults/\(vault)/secrets?limit=3"
            var seen: [String] = []
            while let next = path {
                let page = try await api.call("GET", next).object
                seen += page["secrets"]?.array?.compactMap { $0.object?.text("id") } ?? []
                path = page["next_page_uri"]?.string.map { String($0.dropFirst("http://127.0.0.1:\(api.port)".count)) }
            }
            #expect(seen == made.sorted(by: >))
            #expect(try await api.call("GET", "/vaults/\(vault)/secrets?filter=true").code == 231)
            #expect(try await api.call("GET", "/vaults/\(vault)/secrets?before_id=vault_x").code == 227)

            #expect(try await api.call("DELETE", "/vaults/\(vault)").code == 23_003)
            for id in made { #expect(try await api.call("DELETE", "/vault_secrets/\(id)").status == 204) }
            #expect(try await api.call("DELETE", "/vaults/\(vault)").status == 204)
        }
    }

    @Test func `A value is read by policies, changes, and stands nowhere in the clear`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let account = api.first.account
            _ = try await api.create("/vaults", ["name": "prod"])
            let body: JSONValue = ["name": "a/b", "value": "hush-hush-1", "vault_name": "prod"]
            let id = try await api.create("/vault_secrets", body).text("id")
            #expect(
                try await api.control.secret(account: account, vault: "prod", name: "a/b").reveal() == "hush-hush-1"
            )
            #expect(try await api.call("PATCH", "/vault_secrets/\(id)", ["value": "hush-hush-2"]).status == 200)
            #expect(
                try await api.control.secret(account: account, vault: "prod", name: "a/b").reveal() == "hush-hush-2"
            )
            for kind in ["vault", "vault_secret", "audit_event"] {
                for record in try await api.store.list(.init(kind), in: .platform, .init(limit: 1000)) {
                    #expect(!String(decoding: record.document, as: UTF8.self).contains("hush-hush"))
                }
            }
            await #expect(throws: Failure.self) {
                try await api.control.secret(account: account, vault: "prod", name: "nope")
            }
            await #expect(throws: Failure.self) {
                try await api.control.secret(account: api.other, vault: "prod", name: "a/b")
            }
        }
    }

    @Test func `A vault that gets secrets while it is deleted keeps them or takes none`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let vault = try await api.create("/vaults", ["name": "prod"]).text("id")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await api.call("DELETE", "/vaults/\(vault)") }
                for number in 0..<3 {
                    group.addTask {
                        let name = JSONValue.string("s\(number)")
                        _ = try await api.call(
                            "POST",
                            "/vault_secrets",
                            ["name": name, "value": "v", "vault_id": .string(vault)]
                        )
                    }
                }
                try await group.waitForAll()
            }
            let isThere = try await api.call("GET", "/vaults/\(vault)").status == 200
            let secrets = try await api.call("GET", "/vault_secrets").object["secrets"]?.array ?? []
            #expect(isThere || secrets.isEmpty)
        }
    }
}
