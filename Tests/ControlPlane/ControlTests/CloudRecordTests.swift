import APITypes
import Addressing
import EdgeLink
import Foundation
import JSON
import Model
import SQLiteStore
import Secrets
import Store
import Testing
import TrafficPolicy

@testable import Control

/// How cloud endpoints come into force.
@Suite struct CloudRecordTests {
    private static let deny = "on_http_request: [{actions: [{type: deny}]}]"
    private static let answer = "on_http_request: [{actions: [{type: custom-response, config: {status_code: 200}}]}]"

    private static func make(_ store: (any RecordStore)? = nil) async throws -> ControlUnderTest {
        try await ControlUnderTest(store: store) { $0.runnableActions = Set(ActionType.allCases) }
    }

    private func create(
        _ test: ControlUnderTest,
        _ url: String = "https://app.internal",
        policy: String = deny,
        pooled: Bool = false
    ) async throws -> ResourceID<EndpointKind> {
        let made = try await Endpoints(control: test.control).create(
            try CheckedBody(
                ["url": .string(url), "traffic_policy": .string(policy), "pooling_enabled": .bool(pooled)],
                of: ResourceShape.endpoints.fields,
                for: .create
            ),
            by: test.caller
        )
        return try #require(ResourceID(made["id"]?.string ?? ""))
    }

    private func patch(
        _ test: ControlUnderTest,
        _ id: ResourceID<EndpointKind>,
        _ body: JSONObject
    ) async throws {
        let body = try CheckedBody(body, of: ResourceShape.endpoints.fields, for: .update)
        _ = try await Endpoints(control: test.control).update(id.text, body, by: test.caller)
    }

    private func record(_ test: ControlUnderTest, _ id: ResourceID<EndpointKind>) async throws -> CloudEndpointRecord {
        try await test.store.get(id, as: CloudEndpointRecord.self, in: .platform).document
    }

    @Test func `A change is in force when it is answered`() async throws {
        let test = try await Self.make()
        let id = try await self.create(test)
        let first = try #require(await test.routed("https://app.internal"))
        #expect(first.id == id)
        #expect(first.account == test.first.account)
        #expect(first.binding == .internal)
        #expect(first.policy?.text == Self.deny)
        guard case .cloud = first.target else {
            Issue.record("the target is \(first.target)")
            return
        }
        try await self.patch(test, id, ["traffic_policy": .string(Self.answer)])
        #expect(await test.routed("https://app.internal")?.policy?.text == Self.answer)
        try await self.patch(test, id, ["url": "https://new.internal"])
        #expect(await test.table.urls == ["https://new.internal"])
        try await self.patch(test, id, ["pooling_enabled": true])
        #expect(await test.routed("https://new.internal")?.isPooled == true)
        let other = try await self.create(test, "https://new.internal", pooled: true)
        #expect(await test.table.urls == ["https://new.internal", "https://new.internal"])
        for id in [id, other] { try await Endpoints(control: test.control).delete(id.text, by: test.caller) }
        #expect(await test.table.urls == [])
    }

    @Test func `Agents and cloud endpoints contend for the same names`() async throws {
        let test = try await Self.make()
        try await test.open(on: 1)
        try await test.bind("https://agent.internal")
        try await test.bind("https://pool.internal", pooled: true)
        #expect(await code { try await self.create(test, "https://agent.internal") } == 18009)
        #expect(await code { try await self.create(test, "https://agent.internal", pooled: true) } == 18016)
        #expect(await code { try await self.create(test, "https://pool.internal") } == 18017)
        let id = try await self.create(test, "https://pool.internal", pooled: true)
        #expect(await code { try await self.patch(test, id, ["pooling_enabled": false]) } == 18017)
        #expect(await code { try await self.patch(test, id, ["url": "https://agent.internal"]) } == 18016)
        #expect(await test.table.urls.count == 3)
        _ = try await self.create(test, "https://cloud.internal")
        #expect(await code { try await test.bind("https://cloud.internal") } == 334)
    }

    @Test func `What the edge cannot serve is taken back`() async throws {
        let test = try await Self.make()
        let address = ReservedAddressRecord(host: "portico.test", port: 20_001, region: "local", created: Date())
        let second = ReservedAddressRecord(host: "portico.test", port: 20_002, region: "local", created: Date())
        try await test.store.commit([
            .create(address, .new(at: 0), owner: test.first.account),
            .create(second, .new(at: 0), owner: test.first.account),
        ])
        let policy = "on_tcp_connect: [{actions: [{type: deny}]}]"
        await test.edge.takePorts([20_001])
        #expect(await code { try await self.create(test, "tcp://portico.test:20001", policy: policy) } == 100_103)
        #expect(try await test.store.list(CloudEndpointRecord.self, in: .platform).isEmpty)
        #expect(await test.table.urls == [])

        let id = try await self.create(test, "tcp://portico.test:20002", policy: policy)
        #expect(await code { try await self.patch(test, id, ["url": "tcp://portico.test:20001"]) } == 100_103)
        #expect(try await self.record(test, id).url == "tcp://portico.test:20002")
        #expect(await test.table.urls == ["tcp://portico.test:20002"])
    }

    @Test func `An edge that starts serves what is stored`() async throws {
        let store = try SQLiteStore.inMemory()
        let test = try await Self.make(store)
        _ = try await self.create(test, "https://a.internal")
        _ = try await self.create(test, "https://b.internal")
        let edge = FakeEdge()
        let other = Control(
            store: store,
            configuration: await test.control.configuration,
            sealingKeys: test.keys,
            logger: test.log.logger
        )
        await other.attach(edge)
        #expect(await edge.view.table?.urls == ["https://a.internal", "https://b.internal"])
    }

    @Test func `What another node changes comes into force here`() async throws {
        let store = try SQLiteStore.inMemory()
        let test = try await Self.make(store)
        let edge = FakeEdge()
        let other = Control(
            store: store,
            configuration: await test.control.configuration,
            sealingKeys: test.keys,
            logger: test.log.logger
        )
        await other.attach(edge)
        let following = Task { await other.run() }
        defer { following.cancel() }
        let id = try await self.create(test)
        await edge.wait { $0.table?.urls == ["https://app.internal"] }
        try await self.patch(test, id, ["traffic_policy": .string(Self.answer)])
        await edge.wait { $0.table?.endpoints.first?.policy?.text == Self.answer }
        try await Endpoints(control: test.control).delete(id.text, by: test.caller)
        await edge.wait { $0.table?.urls == [] }
    }

    @Test func `What comes late and is older changes nothing`() async throws {
        let test = try await Self.make()
        let id = try await self.create(test)
        let old = try await test.store.get(CloudEndpointRecord.recordKind, id.text, in: .platform)
        let change = RecordChange(revision: old.revision, kind: old.kind, id: old.id, record: old)
        try await self.patch(test, id, ["traffic_policy": .string(Self.answer)])
        await test.control.followEndpoints([change])
        #expect(await test.routed("https://app.internal")?.policy?.text == Self.answer)
        try await Endpoints(control: test.control).delete(id.text, by: test.caller)
        await test.control.followEndpoints([change])
        #expect(await test.table.urls == [])
    }

    @Test func `What others keep from being served is served when they go`() async throws {
        let store = try SQLiteStore.inMemory()
        let test = try await Self.make(store)
        // Another node does not know of this one's agents.
        let other = Control(
            store: store,
            configuration: await test.control.configuration,
            sealingKeys: test.keys,
            logger: test.log.logger
        )
        try await test.open(on: 1)
        let bind = try await test.bind("https://app.internal")
        let body = try CheckedBody(
            ["url": "https://app.internal", "traffic_policy": .string(Self.deny)],
            of: ResourceShape.endpoints.fields,
            for: .create
        )
        _ = try await Endpoints(control: other).create(body, by: test.caller)
        let changes = try await store.changes(after: .zero, limit: 500)
        await test.control.followEndpoints(changes)
        #expect(await test.table.endpoints.map(\.connections) == [[1]])
        #expect(test.log.all.contains { $0.contains("cloud endpoint is not served") })
        try await test.control.unbind(bind.bindID, on: ConnectionID(1))
        #expect(await test.routed("https://app.internal")?.policy?.text == Self.deny)
    }

    @Test func `A suspended account serves nothing, until it may again`() async throws {
        let test = try await Self.make()
        _ = try await self.create(test)
        let following = Task { await test.control.run() }
        defer { following.cancel() }
        for isSuspended in [true, false] {
            var account = try await test.store.get(test.first.account, as: AccountRecord.self, in: .platform)
            account.document.isSuspended = isSuspended
            try await test.store.commit([.update(account)])
            await test.edge.wait { $0.table?.endpoints.isEmpty == isSuspended }
        }
        #expect(await test.table.urls == ["https://app.internal"])
    }
}

extension ControlUnderTest {
    /// The first account's user, by a key that nobody checks.
    var caller: Caller {
        Caller(
            principal: Principal(
                account: self.first.account,
                owner: .user(self.first.user),
                subject: "tester@example.test",
                credential: .apiKey(.new(at: 0)),
                rights: .administrator
            ),
            operation: .new(at: 0),
            address: nil,
            apiURL: "https://api.portico.test"
        )
    }
}
