import Addressing
import EdgeLink
import Foundation
import Model
import SQLiteStore
import Secrets
import Store
import Testing

@testable import Control

@Suite struct RevocationTests {
    @Test func `Revoking closes the sessions of a credential, at once, and no others`() async throws {
        let test = try await ControlUnderTest()
        let token = try await test.authtoken(rules: [])
        try await test.open(on: 1)
        try await test.open(on: 2, token: token)
        let gone = try await test.bind("gone.portico.test", on: 1)
        let stays = try await test.bind("stays.portico.test", on: 2)
        try await test.control.revoke(test.first.authtoken.credential)
        #expect(await test.edge.view.closings.map(\.connection.value) == [1])
        #expect(await test.edge.view.closings.map(\.code) == [300])
        #expect(await test.routed(gone.url) == nil)
        #expect(await test.routed(stays.url)?.connections == [2])
        #expect(await code { try await test.bind("", on: 1) } == 100_311)
    }

    @Test func `What another process revokes is revoked here too`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("control-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/portico.db"
        _ = try SQLiteStore.create(at: path)
        let test = try await ControlUnderTest(store: SQLiteStore.open(at: path, lookInterval: .milliseconds(5)))
        try await test.open(on: 1)
        let following = Task { await test.control.run() }
        defer { following.cancel() }
        try await Provisioning(store: SQLiteStore.open(at: path)).revoke(test.first.authtoken.credential)
        await test.edge.wait { !$0.closings.isEmpty }
        #expect(await test.edge.view.closings.map(\.code) == [300])
    }

    @Test func `A suspended account loses its sessions`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let following = Task { await test.control.run() }
        defer { following.cancel() }
        var account = try await test.store.get(test.first.account, as: AccountRecord.self, in: .platform)
        account.document.isSuspended = true
        try await test.store.commit([.update(account)])
        await test.edge.wait { !$0.closings.isEmpty }
        #expect(await test.edge.view.closings.map(\.code) == [103])
    }

    @Test func `New rules of a credential count from the next bind on`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let bind = try await test.bind("old.portico.test")
        let following = Task { await test.control.run() }
        var credential = try await test.store.get(
            test.first.authtoken.credential,
            as: CredentialRecord.self,
            in: .platform
        )
        credential.document.rules = ["bind:new.portico.test"]
        try await test.store.commit([.update(credential)])
        // Changes are taken in order: when this later one has arrived, so have the rules.
        let other = try await test.otherAccount()
        try await test.open(on: 2, token: other.token)
        var account = try await test.store.get(other.account, as: AccountRecord.self, in: .platform)
        account.document.isSuspended = true
        try await test.store.commit([.update(account)])
        await test.edge.wait { !$0.closings.isEmpty }
        following.cancel()

        #expect(await test.routed(bind.url)?.connections == [1])
        #expect(await code { try await test.bind("other.portico.test") } == 316)
        try await test.bind("new.portico.test")
    }
}

@Suite struct ProvisioningTests {
    @Test func `The first account has a user and an authtoken that binds everything`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        try await test.bind("anything.example.test")
        let user = try await test.store.get(test.first.user, as: UserRecord.self, in: .platform)
        #expect(user.document.email == "tester@example.test")
        #expect(user.document.accounts == [test.first.account.text])
    }

    @Test func `There is one first account`() async throws {
        let test = try await ControlUnderTest()
        let again = await code {
            try await test.provisioning.createFirstAccount(named: "B", user: "B", email: "b@example.test")
        }
        #expect(again == 100_205)
    }

    @Test func `A store holds no authtoken in the clear`() async throws {
        let test = try await ControlUnderTest()
        let token = try await test.authtoken(rules: ["bind:a.test"])
        for kind in [CredentialRecord.recordKind, AccountRecord.recordKind, UserRecord.recordKind] {
            for record in try await test.store.list(kind, in: .platform, Page()) {
                let text = String(decoding: record.document, as: UTF8.self)
                for secret in [token, test.first.authtoken.token] {
                    #expect(!text.contains(secret.reveal().suffix(21)))
                }
            }
        }
    }

    @Test func `A log holds no authtoken, cookie or bind token`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1) { $0.userAgent = "evil\r\nfake line\u{1B}[31m" }
        let bind = try await test.bind()
        await test.end(1, .lost)
        let lines = test.log.all
        #expect(lines.count >= 3)
        for line in lines {
            #expect(!line.contains(test.first.authtoken.token.reveal().suffix(21)))
            #expect(!line.contains(grant.cookie) && !line.contains(bind.token))
            #expect(!line.contains("\n") && !line.contains("\r") && !line.contains("\u{1B}"))
        }
    }

    @Test func `An authtoken is made with rules that can be read, for a member`() async throws {
        let test = try await ControlUnderTest()
        #expect(await code { try await test.authtoken(rules: ["bind:a..b"]) } == 600)
        #expect(await code { try await test.authtoken(rules: ["bend:a.test"]) } == 619)
        let stranger = ResourceID<UserKind>.new(at: 0)
        let refused = await code {
            try await test.provisioning.createAuthtoken(account: test.first.account, user: stranger)
        }
        #expect(refused == 107)
    }

    @Test func `An authtoken that is not there cannot be revoked, one that is can be twice`() async throws {
        let test = try await ControlUnderTest()
        #expect(await code { try await test.provisioning.revoke(.new(at: 0)) } == 107)
        try await test.provisioning.revoke(test.first.authtoken.credential)
        try await test.provisioning.revoke(test.first.authtoken.credential)
        let other = try await test.otherAccount()
        let foreign = await code {
            try await test.provisioning.revoke(test.first.authtoken.credential, in: .account(other.account))
        }
        #expect(foreign == 107)
    }
}
