import APITypes
import Certificates
import Control
import Foundation
import JSON
import Model
import Store
import Testing

@testable import APIServer

/// What holds for every kind of resource that lies in the store.
@Suite struct ResourceTests {
    /// What makes one of each kind, by path. A kind that is missing here fails the test below.
    static let bodies: [String: JSONValue] = [
        "api_keys": [:], "credentials": ["acl": ["bind:*.example.test"]], "ip_policies": [:],
        "reserved_addrs": [:], "reserved_domains": ["domain": "app.example.test"],
        "service_users": ["name": "deploy"], "bot_users": ["name": "deploy"], "vaults": ["name": "prod/web"],
        "event_destinations": ["target": ["debug": ["log": true]]], "event_subscriptions": [:],
        "personal_access_tokens": [:],
        "kubernetes_operators": [
            "enabled_features": ["ingress"], "deployment": ["name": "portico", "namespace": "portico"],
        ],
        "agent_ingresses": ["domain": "connect.example.test"],
        "endpoints": [
            "url": "https://app.internal", "traffic_policy": "on_http_request: [{actions: [{type: deny}]}]",
        ],
    ]

    /// The kinds that have every verb.
    static let paths = ResourceShape.all.filter { $0.verbs.count == Verb.allCases.count }.map(\.path)

    /// What changes one of each kind that has no metadata, by path.
    static let changes: [String: JSONValue] = [
        "service_users": ["name": "build"], "bot_users": ["active": false],
        "personal_access_tokens": ["description": "other"],
    ]

    static func change(of shape: ResourceShape) throws -> JSONObject {
        if shape.field("metadata") != nil { return ["metadata": "{}"] }
        return try #require(Self.changes[shape.path]?.object, "no change for \(shape.path)")
    }

    /// A body that makes one, with what it needs beside it.
    static func body(of shape: ResourceShape, _ api: APIUnderTest, key: String? = nil) async throws -> JSONValue {
        if shape.path == "ip_policy_rules" {
            let policy = try await api.create("/ip_policies", [:], key: key).text("id")
            return ["ip_policy_id": .string(policy), "cidr": "192.0.2.0/24", "action": "allow"]
        }
        if shape.path.hasPrefix("ssh_") {
            let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
            guard shape.path.hasSuffix("_certificates") else {
                return shape.path == "ssh_credentials" ? ["public_key": .string(line)] : [:]
            }
            let authority = try await api.create("/ssh_certificate_authorities", [:], key: key).text("id")
            return ["ssh_certificate_authority_id": .string(authority), "public_key": .string(line)]
        }
        if shape.path == "tls_certificates" {
            let issued = try LocalAuthority.create().issue(for: ["app.example.test"])
            return [
                "certificate_pem": .string(issued.certificatePEM), "private_key_pem": .string(issued.keyPEM.reveal()),
            ]
        }
        if shape.path == "certificate_authorities" {
            return ["ca_pem": .string(try LocalAuthority.create().certificatePEM)]
        }
        if shape.path == "ip_restrictions" {
            let policy = try await api.create("/ip_policies", [:], key: key).text("id")
            return ["type": "api", "ip_policy_ids": [.string(policy)]]
        }
        if shape.path == "vault_secrets" {
            _ = try await api.call("POST", "/vaults", ["name": "prod"], key: key)
            return ["name": "token", "value": "hush", "vault_name": "prod"]
        }
        return try #require(Self.bodies[shape.path], "no body for \(shape.path)")
    }

    @Test(arguments: Self.paths)
    func `A resource is made, found, listed, changed and deleted`(path: String) async throws {
        try await APIUnderTest.run { (api) async throws in
            let shape = try #require(ResourceShape.all.first { $0.path == path })
            let made = try await api.create("/\(path)", try await Self.body(of: shape, api))
            let id = made.text("id")
            #expect(id.hasPrefix("\(shape.idPrefix)_"))
            #expect(made.text("uri") == "http://127.0.0.1:\(api.port)/\(path)/\(id)")
            self.check(made, shape.fields)

            var kept = made
            if made["token"] != nil { kept.set("token", to: .null) }
            #expect(try await api.call("GET", "/\(path)/\(id)").object == kept)
            let list = try await api.call("GET", "/\(path)").object
            #expect(list[shape.envelope]?.array?.contains(.object(kept)) == true)
            #expect(list["uri"]?.string == "http://127.0.0.1:\(api.port)/\(path)")
            #expect(list["next_page_uri"] == .null)

            let change = try Self.change(of: shape)
            let changed = try await api.call("PATCH", "/\(path)/\(id)", .object(change))
            #expect(changed.status == 200)
            for member in change.members { kept.set(member.key, to: member.value) }
            if let updated = try changed.object["updated_at"] { kept.set("updated_at", to: updated) }
            #expect(try changed.object == kept)
            #expect(try await api.call("GET", "/\(path)/\(id)").object == kept)

            #expect(try await api.call("PATCH", "/\(path)/\(id)", [:]).code == shape.nothingToChange.number)
            #expect(try await api.call("DELETE", "/\(path)/\(id)").status == 204)
            #expect(try await api.call("GET", "/\(path)/\(id)").status == 404)
            #expect(try await api.call("DELETE", "/\(path)/\(id)").status == 404)
        }
    }

    /// The answer has the members of the shape, in their order, and each is of its type.
    private func check(_ object: JSONObject, _ fields: [Field]) {
        let read = fields.filter(\.isRead)
        #expect(object.members.map(\.key) == read.map(\.name))
        for field in read { self.check(object[field.name] ?? .null, field) }
    }

    private func check(_ value: JSONValue, _ field: Field) {
        switch (field.type, value) {
        case (_, .null): #expect(field.isNullable, "\(field.name) is null")
        case (.text, .string), (.boolean, .bool), (.integer, .integer): break
        case (.timestamp, .string(let text)): #expect(Date(rfc3339: text) != nil, "\(field.name) is no time")
        case (.list(let element), .array(let values)):
            for value in values { self.check(value, Field(field.name, element, "")) }
        case (.texts, .object(let object)): #expect(object.members.allSatisfy { $0.value.string != nil })
        case (.object(let fields), .object(let object)): self.check(object, fields)
        case (.reference, .object(let object)): #expect(object.members.map(\.key) == ["id", "uri"])
        default: Issue.record("\(field.name) is \(value.text)")
        }
    }

    @Test(arguments: Self.paths)
    func `What another account owns is not found`(path: String) async throws {
        try await APIUnderTest.run { (api) async throws in
            let shape = try #require(ResourceShape.all.first { $0.path == path })
            let id = try await api.create("/\(path)", try await Self.body(of: shape, api)).text("id")
            let foreign = api.foreignKey
            #expect(try await api.call("GET", "/\(path)/\(id)", key: foreign).status == 404)
            #expect(
                try await api.call("PATCH", "/\(path)/\(id)", .object(try Self.change(of: shape)), key: foreign).status
                    == 404
            )
            #expect(try await api.call("DELETE", "/\(path)/\(id)", key: foreign).status == 404)
            let list = try await api.call("GET", "/\(path)", key: foreign).object
            let ids = list[shape.envelope]?.array?.compactMap { $0.object?.text("id") } ?? [id]
            #expect(!ids.contains(id))
            #expect(try await api.call("GET", "/\(path)/\(id)").status == 200)
        }
    }

    @Test(arguments: Self.paths)
    func `Texts have a length, and every change an audit event`(path: String) async throws {
        try await APIUnderTest.run { (api) async throws in
            let shape = try #require(ResourceShape.all.first { $0.path == path })
            let body = try await Self.body(of: shape, api)
            for (name, length) in [("description", 255), ("metadata", 4096)] {
                guard let field = shape.field(name), !field.create.isAbsent else { continue }
                var long = try #require(body.object)
                long.set(name, to: .string(String(repeating: "x", count: length + 1)))
                let answer = try await api.call("POST", "/\(path)", .object(long))
                #expect(answer.code == field.limit?.code.number, "\(name): \(answer)")
            }
            let id = try await api.create("/\(path)", body).text("id")
            try await api.call("PATCH", "/\(path)/\(id)", .object(try Self.change(of: shape)))
            try await api.call("DELETE", "/\(path)/\(id)")
            let events = try await api.store.list(AuditRecord.self, in: .account(api.first.account))
                .map(\.document)
                .filter { $0.object.hasSuffix(id.split(separator: "_").last ?? "") }
            let types = ["deleted", "updated", "created"].map { "\(shape.event)_\($0).v0" }
            #expect(Set(events.map(\.type)) == Set(types))
            #expect(events.allSatisfy { $0.address == "127.0.0.1" && $0.subject == "tester@example.test" })
            #expect(events.allSatisfy { ($0.before == nil) == $0.type.hasSuffix("created.v0") })
            #expect(events.allSatisfy { ($0.after == nil) == $0.type.hasSuffix("deleted.v0") })
        }
    }

    @Test func `Lists come in pages, the newest first`() async throws {
        try await APIUnderTest.run { (api) async throws in
            var made: [String] = []
            for number in 0..<5 {
                made.append(try await api.create("/ip_policies", ["metadata": .string("\(number)")]).text("id"))
            }
            var seen: [String] = []
            var path: String? = "/ip_policies?limit=2"
            var pages = 0
            while let next = path {
                let page = try await api.call("GET", next).object
                seen += page["ip_policies"]?.array?.compactMap { $0.object?.text("id") } ?? []
                path = page["next_page_uri"]?.string.map { String($0.dropFirst("http://127.0.0.1:\(api.port)".count)) }
                pages += 1
            }
            #expect(seen == made.sorted(by: >))
            #expect(pages == 3)
        }
    }

    @Test(
        arguments: [
            (#"obj.metadata == "2""#, 1), (#"obj.metadata in ["1", "2"]"#, 2), (#"obj.metadata != "2""#, 3),
            (#"obj.metadata.startsWith("1") || obj.metadata > "2""#, 2), (#"!(obj.metadata == "2")"#, 3),
            (#"size(obj.description) == 3"#, 4), (#"obj.created_at < timestamp(time.now)"#, 4),
            (#"obj.created_at > timestamp(time.now).subtract("7d")"#, 4),
            (#"obj.created_at < timestamp("2020-01-01T00:00:00Z").add("24h")"#, 0), ("true", 4), ("false", 0),
        ] as [(String, Int)]
    )
    func `A filter keeps what it is true of`(filter: String, count: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            for number in 0..<4 {
                _ = try await api.create("/ip_policies", ["metadata": .string("\(number)"), "description": "abc"])
            }
            var components = URLComponents()
            components.queryItems = [URLQueryItem(name: "filter", value: filter)]
            let query = try #require(components.percentEncodedQuery?.replacing("+", with: "%2B"))
            // What was made within this second is not before it.
            let answer = try await api.call("GET", "/ip_policies?\(query)")
            #expect(answer.status == 200, "\(answer)")
            let found = try answer.object["ip_policies"]?.array?.count
            #expect(found == count || filter.contains("< timestamp(time.now)"))
        }
    }

    @Test(arguments: [
        "obj", "obj.nope == 1", "obj.metadata[0] == 1", "obj.metadata + 'x' == 'y'", "obj.metadata ? true : false",
        "[1, 2].exists(x, x == 1)", "obj.metadata.matches('x')", "1", "obj.metadata ==", "obj.id.startsWith('ipp')",
        "type(obj.id) == string", "has(obj.id)", "now()", "obj.created_at > timestamp(time.now).add('1y')",
    ])
    func `A filter that is none is refused with its place`(filter: String) async throws {
        try await APIUnderTest.run { (api) async throws in
            let query = PercentText.encode(filter)
            let answer = try await api.call("GET", "/ip_policies?filter=\(query)")
            #expect(answer.status == 400, "\(answer)")
            #expect(answer.code == 250, "\(answer)")
            #expect(try answer.object.text("msg").hasPrefix("Invalid CEL query:"))
        }
    }

    @Test func `The next page is asked for with the same filter`() async throws {
        try await APIUnderTest.run { (api) async throws in
            for _ in 0..<3 { _ = try await api.create("/ip_policies", ["metadata": "a b&c"]) }
            let filter = PercentText.encode(#"obj.metadata == "a b&c""#)
            let first = try await api.call("GET", "/ip_policies?limit=2&filter=\(filter)").object
            let next = try #require(first["next_page_uri"]?.string)
            #expect(next.contains("filter=\(filter)"))
            let path = String(next.dropFirst("http://127.0.0.1:\(api.port)".count))
            #expect(try await api.call("GET", path).object["ip_policies"]?.array?.count == 1)
        }
    }
}
