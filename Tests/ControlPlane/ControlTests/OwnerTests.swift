import EdgeLink
import Foundation
import Model
import Secrets
import Store
import Testing

@testable import Control

/// Whose credentials agents come with: personal access tokens, and owners who are not active any more.
@Suite struct OwnerTests {
    /// A personal access token of the first account's user.
    private static func personalToken(
        _ test: ControlUnderTest,
        expires: Date? = nil
    ) async throws -> (id: ResourceID<PersonalAccessTokenKind>, secret: Secret) {
        let token = BearerToken<PersonalAccessTokenKind>.new(at: 0)
        let record = PersonalAccessTokenRecord(
            hash: TokenHash(of: token.secret),
            owner: test.first.user.text,
            expires: expires,
            created: test.timeOfDay.now
        )
        try await test.store.commit([.create(record, token.id, owner: test.first.account)])
        return (token.id, token.secret)
    }

    private static func change(_ test: ControlUnderTest, _ body: (inout UserRecord) -> Void) async throws {
        var user = try await test.store.get(test.first.user, as: UserRecord.self, in: .platform)
        body(&user.document)
        try await test.store.commit([.update(user)])
    }

    @Test func `An agent may come with a personal access token, which binds what its user may`() async throws {
        let test = try await ControlUnderTest()
        let token = try await Self.personalToken(test, expires: test.timeOfDay.now.addingTimeInterval(60))
        try await test.open(on: 1, token: token.secret)
        let grant = try await test.bind("mine.portico.test", on: 1)
        #expect(await test.routed(grant.url)?.account == test.first.account)
        let forged = String(token.secret.reveal().dropLast()) + (token.secret.reveal().hasSuffix("a") ? "b" : "a")
        #expect(await code { try await test.open(on: 2, token: Secret(forged)) } == 107)
        test.timeOfDay.advance(by: 60)
        #expect(await code { try await test.open(on: 3, token: token.secret) } == 300)
    }

    @Test func `A personal access token that is revoked, or deleted, ends its sessions`() async throws {
        let test = try await ControlUnderTest()
        let revoked = try await Self.personalToken(test)
        let deleted = try await Self.personalToken(test)
        try await test.open(on: 1, token: revoked.secret)
        try await test.open(on: 2, token: deleted.secret)
        try await test.open(on: 3)
        let following = Task { await test.control.run() }
        defer { following.cancel() }
        var stored = try await test.store.get(revoked.id, as: PersonalAccessTokenRecord.self, in: .platform)
        stored.document.revoked = test.timeOfDay.now
        try await test.store.commit([.update(stored)])
        await test.edge.wait { $0.closings.count == 1 }
        try await test.store.commit([
            .delete(try await test.store.get(deleted.id, as: PersonalAccessTokenRecord.self, in: .platform))
        ])
        await test.edge.wait { $0.closings.count == 2 }
        #expect(await test.edge.view.closings.map(\.connection.value) == [1, 2])
        #expect(await test.edge.view.closings.map(\.code) == [300, 300])
        #expect(await code { try await test.open(on: 4, token: revoked.secret) } == 300)
        #expect(await code { try await test.open(on: 5, token: deleted.secret) } == 107)
    }

    @Test func `A member who is disabled, or is one no more, has no agents`() async throws {
        let test = try await ControlUnderTest()
        let account = test.first.account
        try await test.open(on: 1)
        let following = Task { await test.control.run() }
        defer { following.cancel() }
        try await Self.change(test) { $0.disabledIn = [account.text] }
        await test.edge.wait { $0.closings.count == 1 }
        #expect(await test.edge.view.closings.map(\.code) == [636])
        #expect(await code { try await test.open(on: 2) } == 636)
        try await Self.change(test) { $0.disabledIn = nil }
        try await test.open(on: 3)
        try await Self.change(test) { $0.accounts = [] }
        await test.edge.wait { $0.closings.count == 2 }
        #expect(await code { try await test.open(on: 4) } == 636)
    }

    @Test func `The authtokens of a service user are good while it is active`() async throws {
        let test = try await ControlUnderTest()
        let account = test.first.account
        let user = ResourceID<ServiceUserKind>.new(at: 0)
        let token = Authtoken.new(at: 0)
        let record = ServiceUserRecord(
            name: "deploy",
            isActive: true,
            created: test.timeOfDay.now,
            account: account.text
        )
        let credential = CredentialRecord(
            hash: TokenHash(of: token.secret),
            ownerID: user.text,
            rules: [],
            created: test.timeOfDay.now
        )
        try await test.store.commit([
            .create(record, user, owner: account), .create(credential, token.credential, owner: account),
        ])
        try await test.open(on: 1, token: token.secret)
        try await test.open(on: 2)
        let following = Task { await test.control.run() }
        defer { following.cancel() }
        var stored = try await test.store.get(user, as: ServiceUserRecord.self, in: .platform)
        stored.document.isActive = false
        try await test.store.commit([.update(stored)])
        await test.edge.wait { $0.closings.count == 1 }
        #expect(await test.edge.view.closings.map(\.connection.value) == [1])
        #expect(await code { try await test.open(on: 3, token: token.secret) } == 636)
        stored = try await test.store.get(user, as: ServiceUserRecord.self, in: .platform)
        stored.document.isActive = true
        try await test.store.commit([.update(stored)])
        try await test.open(on: 4, token: token.secret)
    }

    @Test func `An owner who is disabled while a session is opened gets none`() async {
        var sessions = SessionRegistry()
        let connection = ConnectionID(1)
        let account = ResourceID<AccountKind>.new(at: 0)
        let credential = AgentCredential.authtoken(.new(at: 0))
        let isOpening = sessions.beginOpening(on: connection)
        #expect(isOpening)
        for (accounts, owner, expected) in [([account], "usr_1", nil), ([], "usr_1", 636), ([], "usr_2", nil)]
            as [(Set<ResourceID<AccountKind>>, String, Int?)]
        {
            _ = sessions.setActive("usr_1", in: accounts)
            let now = sessions
            #expect(await code { try now.mayOpen(on: connection, credential, of: owner, in: account) } == expected)
        }
    }
}
