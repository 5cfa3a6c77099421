import Control
import Foundation
import JSON
import Model
import Store
import Testing

@testable import APIServer

/// Personal access tokens, visitors, reports of abuse, and what is gone.
@Suite struct PeopleTests {
    @Test func `A personal access token is shown once, expires and is revoked once`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let body: JSONValue = ["description": "laptop", "expires_at": "2100-01-01T00:00:00Z"]
            let made = try await api.create("/personal_access_tokens", body)
            #expect(made.text("token").utf8.count == 27 + 1 + 21)
            #expect(made.text("expires_at") == "2100-01-01T00:00:00Z")
            #expect(made["revoked_at"] == .null)
            let path = "/personal_access_tokens/\(made.text("id"))"
            #expect(try await api.call("GET", path).object["token"] == .null)
            for kind in ["personal_access_token", "audit_event"] {
                for record in try await api.store.list(.init(kind), in: .platform, .init(limit: 1000)) {
                    #expect(!String(decoding: record.document, as: UTF8.self).contains(made.text("token")))
                }
            }
            let revoked = try await api.call("POST", "\(path)/revoke")
            #expect(revoked.status == 200)
            let when = try revoked.object["revoked_at"]
            #expect(when?.string != nil)
            #expect(try await api.call("POST", "\(path)/revoke").object["revoked_at"] == when)
            #expect(try await api.call("POST", "\(path)/revoke", key: api.foreignKey).status == 404)
            #expect(try await api.call("DELETE", path).status == 204)
        }
    }

    @Test func `A personal access token that cannot be is refused`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let path = "/personal_access_tokens"
            #expect(try await api.call("POST", path, ["expires_at": "2020-01-01T00:00:00Z"]).code == 100_622)
            #expect(try await api.call("POST", path, ["expires_at": "soon"]).code == 241)
            #expect(try await api.call("POST", path, ["metadata": "x"]).code == 214)
            for _ in 0..<100 { _ = try await api.create(path, [:]) }
            #expect(try await api.call("POST", path, [:]).code == 29_000)
        }
    }

    @Test func `A token of another user is an administrator's business`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let path = "/personal_access_tokens/\(try await api.create("/personal_access_tokens", [:]).text("id"))"
            let service = try await api.create("/service_users", ["name": "deploy"]).text("id")
            let key = try await api.create("/api_keys", ["owner_id": .string(service)]).text("token")
            #expect(try await api.call("POST", "/personal_access_tokens", [:], key: key).code == 100_623)
            #expect(try await api.call("GET", path, key: key).status == 200)
            #expect(try await api.call("POST", "\(path)/revoke", key: key).code == 100_509)
            #expect(try await api.call("PATCH", path, ["description": "x"], key: key).code == 100_509)
            #expect(try await api.call("DELETE", path, key: key).code == 100_509)
        }
    }

    /// Changes what the first account's user may do.
    private static func change(_ api: APIUnderTest, _ body: (inout UserRecord) -> Void) async throws {
        var user = try await api.store.get(api.first.user, as: UserRecord.self, in: .platform)
        body(&user.document)
        try await api.store.commit([.update(user)])
    }

    @Test func `A personal access token does what its user may, until it is revoked`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let account = api.first.account
            let made = try await api.create("/personal_access_tokens", [:])
            let token = made.text("token")
            let me = try await api.call("GET", "/self", key: token).object
            #expect(me["account"]?.object?.text("id") == account.text)
            #expect(me["api_key"] == .null)
            #expect(me.text("user") == "tester@example.test")
            #expect(try await api.call("POST", "/vaults", ["name": "a"], key: token).status == 201)
            // An administrator may make keys for others.
            let service = try await api.create("/service_users", ["name": "deploy"], key: token).text("id")
            let key: JSONValue = ["owner_id": .string(service)]
            #expect(try await api.call("POST", "/api_keys", key, key: token).status == 201)

            try await Self.change(api) { $0.rights = [account.text: .developer] }
            #expect(try await api.call("POST", "/api_keys", key, key: token).code == 630)
            try await Self.change(api) { $0.rights = [account.text: .reader] }
            #expect(try await api.call("GET", "/vaults", key: token).status == 200)
            #expect(try await api.call("POST", "/vaults", ["name": "b"], key: token).code == 635)
            try await Self.change(api) { $0.disabledIn = [account.text] }
            #expect(try await api.call("GET", "/vaults", key: token).code == 636)
            try await Self.change(api) { user in
                user.disabledIn = nil
                user.rights = nil
            }
            let revoke = try await api.call("POST", "/personal_access_tokens/\(made.text("id"))/revoke", key: token)
            #expect(revoke.status == 200)
            #expect(try await api.call("GET", "/vaults", key: token).code == 203)
            let forged = "\(token.dropLast())\(token.hasSuffix("a") ? "b" : "a")"
            #expect(try await api.call("GET", "/vaults", key: forged).code == 203)
        }
    }

    @Test func `A personal access token is good until its time`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let made = try await api.create("/personal_access_tokens", ["expires_at": "2100-01-01T00:00:00Z"])
            #expect(try await api.call("GET", "/self", key: made.text("token")).status == 200)
            let id = try #require(ResourceID<PersonalAccessTokenKind>(made.text("id")))
            var stored = try await api.store.get(id, as: PersonalAccessTokenRecord.self, in: .platform)
            stored.document.expires = Date().addingTimeInterval(-1)
            try await api.store.commit([.update(stored)])
            #expect(try await api.call("GET", "/self", key: made.text("token")).code == 203)
        }
    }

    // MARK: - Visitors

    private static func visitor(
        _ api: APIUnderTest,
        _ subject: String
    ) async throws -> (user: ResourceID<ApplicationUserKind>, session: ResourceID<ApplicationSessionKind>) {
        let user = ResourceID<ApplicationUserKind>("au_\(subject)1")
        let session = ResourceID<ApplicationSessionKind>("as_\(subject)1")
        let ids = (try #require(user), try #require(session))
        let record = ApplicationUserRecord(
            account: api.first.account,
            providerName: "google",
            providerURL: "https://accounts.example.test",
            subject: subject,
            username: subject,
            email: "\(subject)@example.test",
            name: "Visitor",
            at: Date()
        )
        let seen = ApplicationSessionRecord(
            user: ids.0,
            endpoint: "ep_1",
            url: "https://app.example.test",
            browser: .init(raw: "curl/8"),
            address: "192.0.2.1",
            location: .init(country: "DE", latitude: 52.5, longitude: nil, radiusKilometres: 5),
            at: Date(),
            expires: Date().addingTimeInterval(60)
        )
        try await api.store.commit([
            .create(record, ids.0, owner: api.first.account), .create(seen, ids.1, owner: api.first.account),
        ])
        return ids
    }

    @Test func `Visitors and their sessions are shown, and sessions end with the visitor`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let first = try await Self.visitor(api, "a")
            let second = try await Self.visitor(api, "b")
            let user = try await api.call("GET", "/app/users/\(first.user)").object
            #expect(
                user.members.map(\.key) == [
                    "id", "uri", "identity_provider", "provider_user_id", "username", "email", "name", "created_at",
                    "last_active", "last_login",
                ]
            )
            #expect(user["identity_provider"] == ["name": "google", "url": "https://accounts.example.test"])
            let session = try await api.call("GET", "/app/sessions/\(first.session)").object
            let uri = "http://127.0.0.1:\(api.port)/app/users/\(first.user)"
            #expect(session["application_user"] == ["id": .string(first.user.text), "uri": .string(uri)])
            let browser = try #require(session["browser_session"]?.object)
            #expect(browser["user_agent"]?.object?.text("raw") == "curl/8")
            #expect(browser["location"]?.object?["latitude"]?.double == 52.5)
            #expect(browser["location"]?.object?["longitude"] == .null)
            #expect(session["edge"] == .null)

            let list = try await api.call("GET", "/app/users").object
            #expect(list["application_users"]?.array?.count == 2)
            #expect(try await api.call("GET", "/app/sessions").object["application_sessions"]?.array?.count == 2)
            #expect(try await api.call("GET", "/app/users?filter=true").code == 231)
            #expect(try await api.call("POST", "/app/users", [:]).status == 405)
            #expect(try await api.call("GET", "/app/users/\(first.user)", key: api.foreignKey).status == 404)

            #expect(try await api.call("DELETE", "/app/sessions/\(second.session)").status == 204)
            #expect(try await api.call("DELETE", "/app/users/\(first.user)").status == 204)
            #expect(try await api.call("GET", "/app/sessions").object["application_sessions"] == [])
            #expect(try await api.call("GET", "/app/users").object["application_users"]?.array?.count == 1)
        }
    }

    // MARK: - Abuse, and what is gone

    @Test func `A report of abuse waits for the operator`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let urls: JSONValue = ["https://a.example.test/x", "https://a.example.test/y", "http://b.example.test"]
            let made = try await api.create("/abuse_reports", ["urls": urls, "metadata": "m"])
            #expect(made["urls"] == urls)
            #expect(made.text("status") == "PENDING")
            #expect(
                made["hostnames"] == [
                    ["hostname": "a.example.test", "status": "PENDING"],
                    ["hostname": "b.example.test", "status": "PENDING"],
                ]
            )
            #expect(try await api.call("GET", "/abuse_reports/\(made.text("id"))").object == made)
            #expect(try await api.call("GET", "/abuse_reports").status == 405)
            for wrong in [[:], ["urls": []], ["urls": ["x"]], ["urls": ["https://"]]] as [JSONValue] {
                #expect(try await api.call("POST", "/abuse_reports", wrong).code == 100_625)
            }
        }
    }

    @Test(arguments: [
        ("GET", "/edges", 7008), ("GET", "/edges/https", 7008), ("POST", "/edges/https/edghts_1/routes", 7008),
        ("GET", "/backends/failover", 100_501), ("GET", "/endpoint_configurations", 100_501),
        ("GET", "/pointcfg_module/x", 100_501),
    ])
    func `What is gone is not found`(method: String, path: String, code: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            let answer = try await api.call(method, path)
            #expect(answer.status == 404)
            #expect(answer.code == code, "\(answer)")
        }
    }
}
