import Control
import JSON
import Model
import Store
import Testing

@testable import APIServer

/// API keys and authtokens.
@Suite struct CredentialTests {
    @Test func `A token is shown once and stored as its hash alone`() async throws {
        try await APIUnderTest.run { (api) async throws in
            for path in ["/api_keys", "/credentials"] {
                let made = try await api.create(path, [:])
                let token = made.text("token")
                let name = try #require(made.text("id").split(separator: "_").last)
                #expect(token.hasPrefix("\(name)_"))
                #expect(token.utf8.count == 27 + 1 + 21)
                #expect(try await api.call("GET", "\(path)/\(made.text("id"))").object["token"] == .null)
                for kind in ["api_key", "credential", "audit_event"] {
                    for record in try await api.store.list(.init(kind), in: .platform, .init(limit: 1000)) {
                        #expect(!String(decoding: record.document, as: UTF8.self).contains(token))
                    }
                }
            }
        }
    }

    @Test(
        arguments: [
            (["acl": ["bind:"]], 600), (["acl": ["x"]], 619), (["acl": [1]], 215), (["owner_id": "usr_nobody"], 632),
            (["owner_id": "x@example.test"], 632), (["owner_id": "a", "owner_email": "b"], 631),
            (["scim_user_id": "x"], 632), (["precomputed_token": "x"], 638),
        ] as [(JSONValue, Int)]
    )
    func `A credential that cannot be is refused`(body: JSONValue, code: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            let answer = try await api.call("POST", "/credentials", body)
            #expect(answer.status == 400)
            #expect(answer.code == code, "\(answer)")
        }
    }

    @Test func `A credential belongs to who makes it, or to whom an administrator says`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let own = try await api.create("/credentials", [:])
            #expect(own.text("owner_id") == api.first.user.text)
            let named = try await api.create("/credentials", ["owner_email": "Tester@example.test"])
            #expect(named.text("owner_id") == api.first.user.text)
            #expect(try await api.call("POST", "/api_keys", ["owner_id": "other@example.test"]).code == 632)
        }
    }

    @Test func `What an authtoken may bind is changed`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let id = try await api.create("/credentials", ["acl": ["bind:a.example.test"]]).text("id")
            let changed = try await api.call("PATCH", "/credentials/\(id)", ["acl": ["bind:*.b.example.test"]])
            #expect(try changed.object["acl"] == ["bind:*.b.example.test"])
            #expect(try await api.call("PATCH", "/credentials/\(id)", ["acl": ["nope"]]).code == 619)
            #expect(try await api.call("PATCH", "/credentials/\(id)", ["acl": []]).object["acl"] == [])
        }
    }
}
