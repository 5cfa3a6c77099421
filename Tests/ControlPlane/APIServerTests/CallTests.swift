import Control
import Foundation
import JSON
import Model
import Store
import NIOHTTP1
import Testing

@testable import APIServer

/// What every call meets, whatever it asks for.
@Suite struct CallTests {
    @Test func `A call without a good API key is refused with the code of what is wrong`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let authtoken = api.first.authtoken.token.reveal()
            let wrong = String(api.key.dropLast()) + (api.key.hasSuffix("a") ? "b" : "a")
            let key = try await api.call("GET", "/api_keys").object["keys"]?.array?.first?.object?.text("id") ?? ""
            let refused: [(String?, Int, Int)] = [
                (nil, 401, 200), ("", 401, 200), ("Digest \(api.key)", 401, 201), ("Bearer", 401, 202),
                ("Bearer x", 401, 202), ("Bearer \(wrong)", 401, 203), ("Bearer \(authtoken)", 401, 206),
                ("Bearer \(key)", 401, 208), ("Basic %", 401, 202),
            ]
            for (authorization, status, code) in refused {
                let answer = try await api.call("GET", "/ip_policies", fields: ["authorization": authorization])
                #expect(answer.status == status, "\(authorization ?? "none"): \(answer)")
                #expect(answer.code == code, "\(authorization ?? "none"): \(answer)")
                #expect(answer.fields.first(name: "www-authenticate") == "Bearer")
            }
        }
    }

    @Test func `The key may also be the user name of Basic`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let basic = Data("\(api.key):".utf8).base64EncodedString()
            let answer = try await api.call("GET", "/ip_policies", fields: ["authorization": "Basic \(basic)"])
            #expect(answer.status == 200)
        }
    }

    @Test func `A key that was deleted is good no more`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let made = try await api.create("/api_keys", ["description": "short-lived"])
            let token = made.text("token")
            #expect(try await api.call("GET", "/api_keys", key: token).status == 200)
            #expect(try await api.call("DELETE", "/api_keys/\(made.text("id"))").status == 204)
            #expect(try await api.call("GET", "/api_keys", key: token).code == 203)
        }
    }

    @Test func `The version must be said, and there is one`() async throws {
        try await APIUnderTest.run { (api) async throws in
            #expect(try await api.call("GET", "/ip_policies", fields: ["ngrok-version": nil]).code == 218)
            #expect(try await api.call("GET", "/ip_policies", fields: ["ngrok-version": "3"]).code == 217)
        }
    }

    @Test(
        arguments: [
            ("GET", "/ip_policies?x=1", nil, 400, 231), ("GET", "/ip_policies?limit=5&limit=5", nil, 400, 232),
            ("GET", "/ip_policies?limit=0", nil, 400, 233), ("GET", "/ip_policies?limit=101", nil, 400, 233),
            ("GET", "/ip_policies?limit=%zz", nil, 400, 230), ("GET", "/ip_policies?before_id=ak_x", nil, 400, 227),
            ("GET", "/ip_policies/ak_1", nil, 400, 227), ("GET", "/ip_policies/ipp_1", nil, 404, 100_501),
            ("GET", "/nothing", nil, 404, 100_501), ("PUT", "/ip_policies", nil, 405, 100_502),
            ("QUERY", "/ip_policies", nil, 405, 100_502), ("TRACE", "/self", nil, 405, 100_502),
            ("POST", "/ip_policies", "{", 400, 213), ("POST", "/ip_policies", "[]", 400, 213),
            ("POST", "/ip_policies", #"{"id":"x"}"#, 400, 214), ("POST", "/ip_policies", #"{"nope":1}"#, 400, 214),
            ("POST", "/ip_policies", #"{"description":1}"#, 400, 215), ("GET", "/ip_policies", "{}", 400, 211),
            ("DELETE", "/ip_policies/ipp_1", "{}", 400, 211), ("POST", "/ip_policies?x=1", "{}", 400, 231),
        ] as [(String, String, String?, Int, Int)]
    )
    func `A malformed call gets the code of what is wrong`(
        method: String,
        path: String,
        body: String?,
        status: Int,
        code: Int
    ) async throws {
        try await APIUnderTest.run { (api) async throws in
            let answer = try await HTTPAnswer.of(
                method,
                path,
                fields: [
                    "authorization": "Bearer \(api.key)", "ngrok-version": "2", "content-type": "application/json",
                ],
                body: Array((body ?? "").utf8),
                port: api.port
            )
            #expect(answer.status == status, "\(answer)")
            #expect(answer.code == code, "\(answer)")
            let error = try answer.object
            #expect(error["status_code"] == .integer(Int64(status)))
            #expect(error["details"]?.object?.text("operation_id").hasPrefix("op_") == true)
        }
    }

    @Test func `Pages of any origin may call, and are told what they may send`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let origin = ["origin": "https://app.example.test"]
            let asked = try await api.call(
                "OPTIONS",
                "/ip_policies",
                fields: [
                    "origin": "https://app.example.test", "access-control-request-method": "PATCH",
                    "access-control-request-headers": "authorization, ngrok-version", "authorization": nil,
                ]
            )
            #expect(asked.status == 204)
            #expect(asked.fields.first(name: "access-control-allow-methods")?.contains("PATCH") == true)
            #expect(asked.fields.first(name: "access-control-allow-headers") == "authorization, ngrok-version")
            #expect(asked.fields.first(name: "access-control-max-age") == "600")
            for answer in [
                asked, try await api.call("GET", "/ip_policies", fields: origin),
                try await api.call("GET", "/nothing", fields: origin),
            ] {
                #expect(answer.fields.first(name: "access-control-allow-origin") == "https://app.example.test")
                #expect(answer.fields.first(name: "access-control-allow-credentials") == "true")
            }
            #expect(try await api.call("OPTIONS", "/ip_policies").status == 405)
            let head = try await api.call("HEAD", "/ip_policies")
            #expect(head.status == 405 && head.body.isEmpty && head.fields.first(name: "allow") == "GET, POST")
        }
    }

    @Test func `A body must say that it is JSON`() async throws {
        try await APIUnderTest.run { (api) async throws in
            #expect(try await api.call("POST", "/ip_policies", [:], fields: ["content-type": nil]).code == 216)
            #expect(try await api.call("POST", "/ip_policies", [:], fields: ["content-type": "text/xml"]).code == 210)
            let type = "application/json; charset=utf-8"
            #expect(try await api.call("POST", "/ip_policies", [:], fields: ["content-type": type]).status == 201)
        }
    }

    @Test func `A body that is too large is refused`() async throws {
        try await APIUnderTest.run({ $0.bodyLimit = 1000 }) { (api) async throws in
            let text = String(repeating: "x", count: 1000)
            let answer = try await api.call("POST", "/ip_policies", ["metadata": .string(text)])
            #expect(answer.status == 413)
            #expect(answer.code == 100_503)
        }
    }

    @Test func `An address that guesses keys is held off, with a good key too`() async throws {
        try await APIUnderTest.run({ $0.failuresPerMinute = 3 }) { (api) async throws in
            for _ in 0..<3 { #expect(try await api.call("GET", "/api_keys", key: "guess").status == 401) }
            let answer = try await api.call("GET", "/api_keys")
            #expect(answer.status == 429)
            #expect(answer.code == 226)
            #expect(answer.fields.first(name: "retry-after") != nil)
        }
    }

    @Test func `An account may make so many calls a minute`() async throws {
        try await APIUnderTest.run({ $0.callsPerMinute = 2 }) { (api) async throws in
            for _ in 0..<2 { #expect(try await api.call("GET", "/api_keys").status == 200) }
            #expect(try await api.call("GET", "/api_keys").code == 226)
            #expect(try await api.call("GET", "/api_keys", key: api.foreignKey).status == 200)
        }
    }

    @Test func `Who may only look changes nothing`() async throws {
        try await APIUnderTest.run { (api) async throws in
            var user = try await api.store.get(api.first.user, as: UserRecord.self, in: .platform)
            user.document.rights = [api.first.account.text: .reader]
            try await api.store.commit([.update(user)])
            #expect(try await api.call("GET", "/ip_policies").status == 200)
            let answer = try await api.call("POST", "/ip_policies", [:])
            #expect(answer.status == 403)
            #expect(answer.code == 635)
        }
    }

    @Test func `A suspended account, and one without its user, may do nothing`() async throws {
        try await APIUnderTest.run { (api) async throws in
            var account = try await api.store.get(api.first.account, as: AccountRecord.self, in: .platform)
            account.document.isSuspended = true
            try await api.store.commit([.update(account)])
            #expect(try await api.call("GET", "/ip_policies").code == 205)
            #expect(try await api.call("GET", "/ip_policies").status == 403)
        }
    }
}
