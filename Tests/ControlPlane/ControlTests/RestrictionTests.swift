import Addressing
import EdgeLink
import Foundation
import Model
import SQLiteStore
import Secrets
import Store
import Testing

@testable import Control

/// IP restrictions as agents and the edge meet them.
@Suite struct RestrictionTests {
    /// An IP policy with rules, and a restriction that uses it, written as another node would.
    private struct Written {
        let policy = ResourceID<IPPolicyKind>.new(at: 0)
        let restriction = ResourceID<IPRestrictionKind>.new(at: 0)
        let rules: [(id: ResourceID<IPPolicyRuleKind>, record: IPPolicyRuleRecord)]
        let part: IPRestrictionRecord.Part
        let account: ResourceID<AccountKind>

        init(
            _ part: IPRestrictionRecord.Part,
            of account: ResourceID<AccountKind>,
            _ rules: [(IPPolicyRuleRecord.Action, String)]
        ) {
            let policy = self.policy
            self.part = part
            self.account = account
            self.rules = rules.map { action, range in
                let record = IPPolicyRuleRecord(
                    policy: policy.text,
                    range: range,
                    normalized: range,
                    action: action,
                    created: Date(timeIntervalSince1970: 0)
                )
                return (.new(at: 0), record)
            }
        }

        func write(to store: any RecordStore, isEnforced: Bool = true) async throws {
            let restriction = IPRestrictionRecord(
                part: self.part,
                isEnforced: isEnforced,
                policies: [self.policy.text],
                created: Date(timeIntervalSince1970: 0),
                account: self.account.text
            )
            let policy = IPPolicyRecord(created: Date(timeIntervalSince1970: 0))
            var writes: [RecordWrite] = [
                try .create(policy, self.policy, owner: self.account),
                try .create(restriction, self.restriction, owner: self.account),
            ]
            for rule in self.rules { writes.append(try .create(rule.record, rule.id, owner: self.account)) }
            try await store.commit(writes)
        }
    }

    private static func open(_ test: ControlUnderTest, on connection: UInt64 = 1, from address: String?) async -> Int? {
        await code {
            try await test.open(on: connection) { request in
                request.remoteAddress = address.flatMap { IPAddress(textBytes: $0.utf8) }
                    .map { NetworkAddress(ip: $0, port: 4321) }
            }
        }
    }

    @Test(
        arguments: [
            ([], "192.0.2.7", 115), ([(.allow, "192.0.2.0/24")], "192.0.2.7", nil),
            ([(.allow, "192.0.2.0/24")], "192.0.3.7", 115), ([(.allow, "192.0.2.0/24")], nil, 115),
            ([(.allow, "192.0.2.0/24"), (.deny, "192.0.2.7/32")], "192.0.2.7", 115),
            ([(.allow, "192.0.2.0/24"), (.deny, "192.0.2.7/32")], "192.0.2.8", nil),
            ([(.deny, "192.0.2.7/32")], "192.0.2.8", 115),
            ([(.allow, "2001:db8::/32")], "2001:db8::1", nil), ([(.allow, "2001:db8::/32")], "192.0.2.7", 115),
            ([(.allow, "0.0.0.0/0")], "2001:db8::1", 115),
        ] as [([(IPPolicyRuleRecord.Action, String)], String?, Int?)]
    )
    func `Agents come from where the rules allow and do not deny it`(
        rules: [(IPPolicyRuleRecord.Action, String)],
        address: String?,
        expected: Int?
    ) async throws {
        let test = try await ControlUnderTest()
        try await Written(.agent, of: test.first.account, rules).write(to: test.store)
        await test.control.restrict([test.first.account])
        #expect(await Self.open(test, from: address) == expected)
    }

    @Test func `A restriction that is not enforced, or another's, or of another part, stops no agent`() async throws {
        let test = try await ControlUnderTest()
        let other = try await test.otherAccount()
        try await Written(.agent, of: test.first.account, []).write(to: test.store, isEnforced: false)
        try await Written(.api, of: test.first.account, []).write(to: test.store)
        try await Written(.endpoints, of: test.first.account, []).write(to: test.store)
        try await Written(.agent, of: other.account, []).write(to: test.store)
        await test.control.restrict([test.first.account, other.account])
        #expect(await Self.open(test, from: "192.0.2.7") == nil)
        #expect(test.log.all.contains { $0.contains("an IP restriction does not allow the address") })
        #expect(await code { try await test.open(on: 2, token: other.token) } == 115)
    }

    @Test func `The address is looked at after the token, and before what the agent says`() async throws {
        let test = try await ControlUnderTest()
        try await Written(.agent, of: test.first.account, []).write(to: test.store)
        await test.control.restrict([test.first.account])
        #expect(await code { try await test.open(on: 1, token: Secret("")) } == 4018)
        #expect(
            await code { try await test.open(on: 1) { $0.metadata = String(repeating: "a", count: 5000) } } == 115
        )
    }

    @Test func `What was there before the edge is in force when it is attached`() async throws {
        let store = try SQLiteStore.inMemory()
        let test = try await ControlUnderTest(store: store)
        let written = Written(.endpoints, of: test.first.account, [(.allow, "192.0.2.0/24")])
        try await written.write(to: store)
        let edge = FakeEdge()
        let restarted = Control(
            store: store,
            configuration: Control.Configuration(
                baseDomains: [try HostName(parsing: "portico.test")],
                connectAddress: "connect.portico.test:443"
            ),
            sealingKeys: test.keys,
            logger: test.log.logger
        )
        await restarted.attach(edge)
        let range = try IPPrefix(parsing: "192.0.2.0/24")
        let list = IPAccessList(allowed: [range], otherwise: .deny)
        #expect(await edge.view.restrictions == [test.first.account: list])
        // Nothing was to be told of it here yet: only what is in force tells an edge.
        #expect(await test.edge.view.restrictions.isEmpty)
    }

    @Test func `What another process writes and deletes is followed`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("control-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/portico.db"
        _ = try SQLiteStore.create(at: path)
        let test = try await ControlUnderTest(store: SQLiteStore.open(at: path, lookInterval: .milliseconds(5)))
        let account = test.first.account
        let following = Task { await test.control.run() }
        defer { following.cancel() }

        let other = try SQLiteStore.open(at: path)
        let written = Written(.endpoints, of: account, [(.allow, "192.0.2.0/24"), (.deny, "192.0.2.7/32")])
        try await written.write(to: other)
        await test.edge.wait { $0.restrictions[account]?.denied.count == 1 }
        try await other.commit([
            .delete(IPPolicyRuleRecord.recordKind, id: written.rules[1].id.text, in: .account(account), revision: nil)
        ])
        await test.edge.wait { $0.restrictions[account]?.denied.isEmpty ?? false }
        var restriction = try await other.get(written.restriction, as: IPRestrictionRecord.self, in: .platform)
        restriction.document.isEnforced = false
        try await other.commit([.update(restriction)])
        await test.edge.wait { $0.restrictions.isEmpty }
        restriction = try await other.get(written.restriction, as: IPRestrictionRecord.self, in: .platform)
        restriction.document.isEnforced = true
        try await other.commit([.update(restriction)])
        await test.edge.wait { !$0.restrictions.isEmpty }
        try await other.commit([
            .delete(
                IPRestrictionRecord.recordKind,
                id: written.restriction.text,
                in: .account(account),
                revision: nil
            )
        ])
        await test.edge.wait { $0.restrictions.isEmpty }
    }

    @Test func `A reading that was overtaken changes nothing`() {
        var restrictions = IPRestrictions()
        let account = ResourceID<AccountKind>.new(at: 0)
        let closed = IPRestrictions.OfAccount(
            parts: [.agent: IPRestrictions.Restriction(list: IPAccessList(otherwise: .deny), isEnforced: true)],
            sources: ["ipx_1"]
        )
        let (first, second) = (restrictions.beginReading(), restrictions.beginReading())
        let isRestricted = restrictions.take(closed, for: account, reading: second)
        let wasRestricted = restrictions.take(IPRestrictions.OfAccount(), for: account, reading: first)
        #expect(isRestricted && wasRestricted)
        #expect(restrictions.accounts[account] == closed)
        #expect(restrictions.accounts(using: "ipx_1") == [account])
        #expect(restrictions.accounts(using: "ipx_2").isEmpty)
    }
}
