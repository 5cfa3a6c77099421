import Foundation
import Model
import NIOConcurrencyHelpers
import SQLiteStore
import Secrets
import Store
import Testing

@testable import Control

/// People who come in at the dashboard, over a real store, with a clock that the test turns.
@Suite struct SignInTests {
    private static let browser = SignIns.Browser(address: nil, userAgent: "test")
    private static let password = Secret("a long password")

    private final class Clock: Sendable {
        private let time = NIOLockedValueBox(Date(timeIntervalSince1970: 1_800_000_000))
        var now: Date { self.time.withLockedValue { $0 } }
        func pass(_ seconds: TimeInterval) { self.time.withLockedValue { $0 += seconds } }
    }

    private struct Setup {
        let signIns: SignIns
        let members: Members
        let store: any RecordStore
        let first: Provisioning.FirstAccount
        let clock: Clock

        func caller(_ token: Secret) async throws -> Caller {
            let session = try await self.signIns.session(token)
            return Caller(
                principal: session.principal,
                operation: .new(at: 0),
                address: nil,
                apiURL: ""
            )
        }

        /// Somebody who has come in by a link.
        func enter(_ link: Secret, password: Secret = SignInTests.password) async throws -> Secret {
            try await self.signIns.redeem(link, name: "", password: password, from: SignInTests.browser).token
        }

        func enterFirst() async throws -> Secret {
            try await self.enter(try await self.signIns.makeLink(for: self.first.user, in: self.first.account))
        }
    }

    private func setUp() async throws -> Setup {
        let store = try SQLiteStore.inMemory()
        let clock = Clock()
        let first = try await Provisioning(store: store).createFirstAccount(
            named: "One",
            user: "Ines",
            email: "ines@example.test"
        )
        let signIns = SignIns(
            store: store,
            keys: SealingKeyring(.random()),
            workshop: KeyWorkshop(),
            now: { clock.now }
        )
        return Setup(signIns: signIns, members: Members(signIns), store: store, first: first, clock: clock)
    }

    private func expect(_ code: ErrorCode, _ body: () async throws -> Void) async {
        let failure = await #expect(throws: Failure.self) { try await body() }
        #expect(failure?.code == code)
    }

    @Test func `A link lets somebody in once, who signs in with the password from then on`() async throws {
        let it = try await self.setUp()
        let link = try await it.signIns.makeLink(for: it.first.user, in: it.first.account)
        let token = try await it.enter(link)
        #expect(try await it.signIns.session(token).email == "ines@example.test")
        await self.expect(.doorLinkSpent) { _ = try await it.enter(link) }
        let entry = try await it.signIns.enter(email: "Ines@Example.test", password: Self.password, from: Self.browser)
        #expect(!entry.wantsCode)
        await self.expect(.signInRefused) {
            _ = try await it.signIns.enter(email: "ines@example.test", password: Secret("another"), from: Self.browser)
        }
        await self.expect(.signInRefused) {
            _ = try await it.signIns.enter(email: "who@example.test", password: Self.password, from: Self.browser)
        }
    }

    @Test func `A link ends after three days, a session after a day without use`() async throws {
        let it = try await self.setUp()
        let link = try await it.signIns.makeLink(for: it.first.user, in: it.first.account)
        let token = try await it.enterFirst()
        it.clock.pass(23 * 3600)
        _ = try await it.signIns.session(token)
        it.clock.pass(23 * 3600)
        _ = try await it.signIns.session(token)
        it.clock.pass(25 * 3600)
        await self.expect(.signedOut) { _ = try await it.signIns.session(token) }
        it.clock.pass(3 * 3600)
        await self.expect(.doorLinkSpent) { _ = try await it.enter(link) }
    }

    @Test func `A second factor is asked for, each code is taken once, and recovery codes too`() async throws {
        let it = try await self.setUp()
        let token = try await it.enterFirst()
        let user = it.first.user
        try await it.signIns.beginFactor(of: user, password: Self.password)
        let factor = try #require(try await it.signIns.own(user).newFactor)
        func code() -> Secret { Secret(factor.code(at: Int64(it.clock.now.timeIntervalSince1970))) }
        let codes = try await it.signIns.confirmFactor(of: user, code: code())
        #expect(codes.count == 10)
        _ = try await it.signIns.session(token)

        it.clock.pass(60)
        let entry = try await it.signIns.enter(email: "ines@example.test", password: Self.password, from: Self.browser)
        #expect(entry.wantsCode)
        await self.expect(.signedOut) { _ = try await it.signIns.session(entry.token) }
        await self.expect(.secondFactorWrong) {
            _ = try await it.signIns.complete(entry.token, code: Secret("000000x"))
        }
        let now = code()
        let whole = try await it.signIns.complete(entry.token, code: now)
        _ = try await it.signIns.session(whole)
        await self.expect(.signedOut) { _ = try await it.signIns.complete(entry.token, code: now) }

        for (round, recovery) in [codes[3], codes[3]].enumerated() {
            let again = try await it.signIns.enter(
                email: "ines@example.test",
                password: Self.password,
                from: Self.browser
            )
            await self.expect(.secondFactorWrong) { _ = try await it.signIns.complete(again.token, code: now) }
            if round == 0 {
                _ = try await it.signIns.complete(again.token, code: recovery)
            } else {
                await self.expect(.secondFactorWrong) { _ = try await it.signIns.complete(again.token, code: recovery) }
            }
        }
        #expect(try await it.signIns.own(user).recoveryCodesLeft == 9)
    }

    @Test func `A sign-in that waits for a code ends after five minutes`() async throws {
        let it = try await self.setUp()
        _ = try await it.enterFirst()
        let user = it.first.user
        try await it.signIns.beginFactor(of: user, password: Self.password)
        let factor = try #require(try await it.signIns.own(user).newFactor)
        let codes = try await it.signIns.confirmFactor(
            of: user,
            code: Secret(factor.code(at: Int64(it.clock.now.timeIntervalSince1970)))
        )
        let entry = try await it.signIns.enter(email: "ines@example.test", password: Self.password, from: Self.browser)
        it.clock.pass(301)
        await self.expect(.signedOut) { _ = try await it.signIns.complete(entry.token, code: codes[0]) }
    }

    @Test func `A new password ends the other sessions, and so does a link for one`() async throws {
        let it = try await self.setUp()
        let one = try await it.enterFirst()
        let two = try await it.signIns.enter(email: "ines@example.test", password: Self.password, from: Self.browser)
        let session = try await it.signIns.session(two.token)
        try await it.signIns.changePassword(
            of: it.first.user,
            from: Self.password,
            to: Secret("another password"),
            in: session.id
        )
        await self.expect(.signedOut) { _ = try await it.signIns.session(one) }
        _ = try await it.signIns.session(two.token)
        _ = try await it.enterFirst()
        await self.expect(.signedOut) { _ = try await it.signIns.session(two.token) }
        await self.expect(.passwordUnfit) {
            let link = try await it.signIns.makeLink(for: it.first.user, in: it.first.account)
            _ = try await it.enter(link, password: Secret("short"))
        }
    }

    @Test func `Members come by invitation, and administrators alone change them`() async throws {
        let it = try await self.setUp()
        let admin = try await it.caller(try await it.enterFirst())
        let link = try await it.members.invite(email: "dev@example.test", rights: .developer, by: admin)
        await self.expect(.userEmailInvalid) { _ = try await it.members.invite(email: "x", rights: .reader, by: admin) }
        let developer = try await it.caller(try await it.enter(link))
        #expect(developer.principal.rights == .developer)
        await self.expect(.userExists) {
            _ = try await it.members.invite(email: "dev@example.test", rights: .reader, by: admin)
        }
        let id = developer.principal.owner.id
        await self.expect(.roleMissing) {
            _ = try await it.members.invite(email: "c@example.test", rights: .reader, by: developer)
        }
        await self.expect(.roleMissing) {
            try await it.members.setRights(.administrator, of: id, by: developer)
        }
        await self.expect(.lastAdministrator) {
            try await it.members.setRights(.developer, of: it.first.user.text, by: admin)
        }
        try await it.members.setRights(.administrator, of: id, by: admin)
        try await it.members.setRights(.developer, of: it.first.user.text, by: admin)
        #expect(try await it.members.list(for: admin).count == 2)
    }

    @Test func `Who is disabled or removed is out at once`() async throws {
        let it = try await self.setUp()
        let admin = try await it.caller(try await it.enterFirst())
        let link = try await it.members.invite(email: "dev@example.test", rights: .developer, by: admin)
        let token = try await it.enter(link)
        let id = try await it.caller(token).principal.owner.id
        await self.expect(.memberSelf) { try await it.members.setDisabled(true, of: it.first.user.text, by: admin) }
        try await it.members.setDisabled(true, of: id, by: admin)
        await self.expect(.signedOut) { _ = try await it.signIns.session(token) }
        await self.expect(.signInRefused) {
            _ = try await it.signIns.enter(email: "dev@example.test", password: Self.password, from: Self.browser)
        }
        try await it.members.setDisabled(false, of: id, by: admin)
        let again = try await it.signIns.enter(email: "dev@example.test", password: Self.password, from: Self.browser)
        try await it.members.remove(id, by: admin)
        await self.expect(.signedOut) { _ = try await it.signIns.session(again.token) }
        #expect(try await it.members.list(for: admin).count == 1)
    }

    @Test func `An invitation to a second account wants the password that the user has`() async throws {
        let it = try await self.setUp()
        _ = try await it.enterFirst()
        let other = try await PeopleProvisioning(store: it.store).add(
            email: "other@example.test",
            name: "",
            to: .newAccount("Two"),
            rights: .administrator
        )
        let theirs = try await it.caller(
            try await it.enter(try await it.signIns.makeLink(for: other.user, in: other.account))
        )
        let link = try await it.members.invite(email: "ines@example.test", rights: .reader, by: theirs)
        #expect(try await it.signIns.link(link).hasPassword)
        await self.expect(.signInRefused) { _ = try await it.enter(link, password: Secret("not hers at all")) }
        let token = try await it.enter(link)
        let session = try await it.signIns.session(token)
        #expect(session.accountName == "Two" && session.principal.rights == .reader)
        #expect(session.otherAccounts.map(\.name) == ["One"])
        let back = try await it.signIns.change(token, to: it.first.account)
        #expect(try await it.signIns.session(back).accountName == "One")
        // Who is a member of two accounts is taken over by no administrator of one.
        await self.expect(.roleMissing) { _ = try await it.members.makeLink(for: it.first.user.text, by: theirs) }
    }

    @Test func `Nothing that lets somebody in stands in the store in the clear`() async throws {
        let it = try await self.setUp()
        let token = try await it.enterFirst()
        try await it.signIns.beginFactor(of: it.first.user, password: Self.password)
        let factor = try #require(try await it.signIns.own(it.first.user).newFactor)
        let codes = try await it.signIns.confirmFactor(
            of: it.first.user,
            code: Secret(factor.code(at: Int64(it.clock.now.timeIntervalSince1970)))
        )
        let secrets = [
            token.reveal(), Self.password.reveal(), factor.base32.reveal(), codes[0].reveal(),
            codes[0].reveal().replacing("-", with: ""),
        ]
        for kind in [
            LoginRecord.recordKind, DashboardSessionRecord.recordKind, DoorLinkRecord.recordKind,
            AuditRecord.recordKind,
        ] {
            for record in try await it.store.list(kind, in: .platform, Page()) {
                let text = String(decoding: record.document, as: UTF8.self)
                for secret in secrets { #expect(!text.contains(secret)) }
            }
        }
    }

    // MARK: - Identity providers

    private func person(
        _ email: String,
        _ subject: String = "1",
        rights: MemberRights? = nil
    ) -> ProvenPerson {
        ProvenPerson(
            issuer: "https://id.example.test",
            subject: subject,
            email: email,
            name: "Someone",
            rights: rights,
            account: nil
        )
    }

    @Test func `A provider lets in members, those who were invited, and no others`() async throws {
        let it = try await self.setUp()
        await self.expect(.signInUninvited) {
            _ = try await it.signIns.enter(self.person("new@example.test"), from: Self.browser)
        }
        let owner = try await it.caller(try await it.enterFirst())
        _ = try await it.members.invite(email: "new@example.test", rights: .reader, by: owner)
        let entry = try await it.signIns.enter(self.person("New@Example.test"), from: Self.browser)
        let session = try await it.signIns.session(entry.token)
        #expect(session.principal.rights == .reader && session.name == "Someone")
        #expect(try await it.members.invitations(for: owner).isEmpty)
        let own = try await it.signIns.enter(self.person("ines@example.test", "2"), from: Self.browser)
        #expect(try await it.signIns.session(own.token).principal.rights.isAdministrator)
    }

    @Test func `An address that goes to another person of the provider lets that one not in`() async throws {
        let it = try await self.setUp()
        _ = try await it.signIns.enter(self.person("ines@example.test", "1"), from: Self.browser)
        await self.expect(.signInRefused) {
            _ = try await it.signIns.enter(self.person("ines@example.test", "2"), from: Self.browser)
        }
    }

    @Test func `Groups make members and change roles, and leave the last administrator`() async throws {
        let it = try await self.setUp()
        let new = self.person("new@example.test", rights: .developer)
        let first = try await it.signIns.enter(new, from: Self.browser)
        #expect(try await it.signIns.session(first.token).principal.rights == .developer)
        let ines = self.person("ines@example.test", "2", rights: .reader)
        let kept = try await it.signIns.enter(ines, from: Self.browser)
        #expect(try await it.signIns.session(kept.token).principal.rights == .administrator)
        let raised = self.person("new@example.test", rights: .administrator)
        _ = try await it.signIns.enter(raised, from: Self.browser)
        let lowered = try await it.signIns.enter(ines, from: Self.browser)
        #expect(try await it.signIns.session(lowered.token).principal.rights == .reader)
    }
}
