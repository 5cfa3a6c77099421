import Control
import JSON
import Model
import Testing

@testable import APIServer

/// Service users, who are bot users too.
@Suite struct ServiceUserTests {
    @Test func `A service user has one name in its account`() async throws {
        try await APIUnderTest.run { (api) async throws in
            #expect(try await api.call("POST", "/service_users", ["name": ""]).code == 100_512)
            let made = try await api.create("/service_users", ["name": "deploy"])
            #expect(made["active"] == true)
            #expect(try await api.call("POST", "/bot_users", ["name": "deploy"]).code == 100_514)
            _ = try await api.create("/service_users", ["name": "deploy"], key: api.foreignKey)
            let path = "/service_users/\(made.text("id"))"
            #expect(try await api.call("PATCH", path, ["name": ""]).code == 100_512)
        }
    }

    @Test func `A service user is found under its older name`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let made = try await api.create("/bot_users", ["name": "deploy"])
            #expect(made.text("id").hasPrefix("bot_"))
            let id = "service_\(made.text("id").dropFirst(4))"
            #expect(try await api.call("GET", "/service_users/\(id)").object.text("name") == "deploy")
            #expect(try await api.call("GET", "/bot_users/\(id)").code == 227)
            #expect(try await api.call("DELETE", "/service_users/\(id)").status == 204)
            #expect(try await api.call("GET", "/bot_users/\(made.text("id"))").status == 404)
        }
    }

    @Test func `Its keys are good while it is active, and end with it`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let user = try await api.create("/service_users", ["name": "deploy"]).text("id")
            let made = try await api.create("/api_keys", ["owner_id": .string(user)])
            let token = made.text("token")
            let authtoken = try await api.create("/credentials", ["owner_id": .string(user)])
            #expect(made.text("owner_id") == user)
            #expect(try await api.call("GET", "/ip_policies", key: token).status == 200)
            #expect(try await api.call("POST", "/ip_policies", [:], key: token).status == 201)
            // A service user is no administrator.
            #expect(
                try await api.call("POST", "/api_keys", ["owner_id": .string(api.first.user.text)], key: token).code
                    == 630
            )

            try await api.call("PATCH", "/service_users/\(user)", ["active": false])
            #expect(try await api.call("GET", "/ip_policies", key: token).code == 636)
            try await api.call("PATCH", "/service_users/\(user)", ["active": true])
            #expect(try await api.call("GET", "/ip_policies", key: token).status == 200)

            #expect(try await api.call("DELETE", "/service_users/\(user)").status == 204)
            #expect(try await api.call("GET", "/ip_policies", key: token).code == 203)
            #expect(try await api.call("GET", "/credentials/\(authtoken.text("id"))").status == 404)
            #expect(try await api.call("GET", "/api_keys/\(made.text("id"))").status == 404)
        }
    }
}
