import APITypes
import EdgeLink
import Foundation
import JSON
import Model
import Secrets
import Store
import Testing
import TrafficPolicy

@testable import Control

/// Policies hold secrets, and no record holds a policy in the clear.
@Suite struct SealedPolicyTests {
    private static func policy(_ secret: String) -> String {
        """
        on_http_request:
          - actions:
              - type: basic-auth
                config: {credentials: ["ada:\(secret)"]}
              - type: custom-response
                config: {status_code: 200, headers: {x-key: "\(secret)"}}
        """
    }

    private func endpoints(_ test: ControlUnderTest) -> Endpoints { Endpoints(control: test.control) }

    private func body(_ body: JSONObject, _ verb: Verb) throws -> CheckedBody {
        try CheckedBody(body, of: ResourceShape.endpoints.fields, for: verb)
    }

    private func make() async throws -> ControlUnderTest {
        try await ControlUnderTest { $0.runnableActions = Set(ActionType.allCases) }
    }

    private func create(_ test: ControlUnderTest, _ url: String, _ secret: String) async throws -> String {
        let made = try await self.endpoints(test).create(
            self.body(["url": .string(url), "traffic_policy": .string(Self.policy(secret))], .create),
            by: test.caller
        )
        return try #require(made["id"]?.string)
    }

    private func documents(_ test: ControlUnderTest) async throws -> [String] {
        try await test.store.changes(after: .zero, limit: 10_000)
            .compactMap { $0.record.map { String(decoding: $0.document, as: UTF8.self) } }
    }

    @Test func `What a policy says is answered, is in force, and stands in no record and no event`() async throws {
        let test = try await self.make()
        let id = try await self.create(test, "https://app.internal", "hush-hush-1")
        #expect(
            try await self.endpoints(test).get(id, by: test.caller)["traffic_policy"]?.string
                == Self.policy("hush-hush-1")
        )
        let change = try self.body(["traffic_policy": .string(Self.policy("hush-hush-2"))], .update)
        _ = try await self.endpoints(test).update(id, change, by: test.caller)
        let again = try self.body(["description": "front door"], .update)
        _ = try await self.endpoints(test).update(id, again, by: test.caller)
        #expect(await test.routed("https://app.internal")?.policy?.text == Self.policy("hush-hush-2"))
        let all = try await self.documents(test)
        #expect(!all.contains { $0.contains("hush-hush") || $0.contains("basic-auth") }, "\(all)")
        #expect(!test.log.all.contains { $0.contains("hush-hush") })

        let events = try await test.store.changes(after: .zero, limit: 10_000).compactMap(\.record)
            .filter { $0.kind == AuditRecord.recordKind }.map { try Stored<AuditRecord>($0).document }
        func shown(_ text: String?) throws -> String? {
            try text.map { try JSONValue(reading: Array($0.utf8)) }?.object?["traffic_policy"]?.string
        }
        let marks = try events.map { [try shown($0.before), try shown($0.after)] }
        try #require(marks.count == 3)
        // It can be told whether a policy changed.
        #expect(marks[0][0] == nil && marks[0][1]?.hasPrefix("[redacted] ") == true)
        #expect(marks[1][0] == marks[0][1] && marks[1][1] != marks[1][0])
        #expect(marks[2][0] == marks[1][1] && marks[2][1] == marks[1][1])
    }

    @Test func `The policy of one endpoint does not open in the place of another's`() async throws {
        let test = try await self.make()
        var stored: [Stored<CloudEndpointRecord>] = []
        for (url, secret) in [("https://a.internal", "first-secret"), ("https://b.internal", "second-secret")] {
            let id = try await self.create(test, url, secret)
            stored.append(try await test.store.get(#require(ResourceID<EndpointKind>(id)), in: .platform))
        }
        #expect(try stored[0].document.policy(of: stored[0].id, test.keys) == Self.policy("first-secret"))
        #expect(await code { try stored[0].document.policy(of: stored[1].id, test.keys) } == 100_217)
        var document = stored[0].document
        #expect(throws: SealError.forged) { try document.reseal(stored[1].seals(test.keys)) }
    }

    @Test func `A policy that no key opens keeps no list from being shown, and can be given anew`() async throws {
        let test = try await self.make()
        let id = try #require(ResourceID<EndpointKind>(try await self.create(test, "https://app.internal", "lost-key")))
        var stored: Stored<CloudEndpointRecord> = try await test.store.get(id, in: .platform)
        stored.document.setPolicy(Self.policy("lost-key"), of: id, SealingKeyring(.random()))
        try await test.store.commit([.update(stored)])
        let list = try await self.endpoints(test).list(ListQuery(), by: test.caller)
        #expect(list.items.map { $0["traffic_policy"] } == [.null])
        let renamed = try self.body(["url": "https://new.internal"], .update)
        #expect(await code { try await self.endpoints(test).update(id.text, renamed, by: test.caller) } == 100_516)
        let change = try self.body(["traffic_policy": .string(Self.policy("new-secret"))], .update)
        let after = try await self.endpoints(test).update(id.text, change, by: test.caller)
        #expect(after["traffic_policy"]?.string == Self.policy("new-secret"))
        #expect(await test.routed("https://app.internal")?.policy?.text == Self.policy("new-secret"))
    }
}
