import Foundation
import JSON
import Model
import SQLiteStore
import Secrets
import Store
import Testing

@testable import Control

/// The chain of audit events, and who looks whether it holds.
@Suite struct AuditChainTests {
    private let store: any RecordStore
    private let keys = SealingKeyring(.random())
    private let account = ResourceID<AccountKind>.new(at: 0)

    init() throws {
        self.store = try SQLiteStore.inMemory()
    }

    @discardableResult
    private func write(_ number: Int) async throws -> ResourceID<EventKind> {
        let actor = AuditActor(principal: "usr_1", subject: "a@b.test", source: .api)
        let time = Date(timeIntervalSince1970: Double(number))
        let record = AuditRecord("vault_created.v0", by: actor, at: time, of: "vault_\(number)", ["n": .integer(1)])
        let id = ResourceID<EventKind>.new(at: 1_800_000_000 + Int64(number))
        try await self.store.commit([.create(record, id, owner: self.account)])
        return id
    }

    /// Chains what there is, a few events a link.
    private func chain() async throws {
        var chain = try await AuditChain(self.store)
        try await chain.extend(self.store, self.keys, at: Date())
    }

    private func verify(_ head: String? = nil) async throws(Failure) -> AuditVerification.Report {
        try await AuditVerification(self.store, self.keys).report(expecting: head)
    }

    private func change<Document: StoredDocument>(
        _ id: ResourceID<Document.Kind>,
        _ change: (inout Document) -> Void
    ) async throws {
        var stored: Stored<Document> = try await self.store.get(id, in: .platform)
        change(&stored.document)
        try await self.store.commit([.update(stored)])
    }

    @Test func `Events are chained in their order, each once, also by who comes later`() async throws {
        #expect(try await self.verify() == .init())
        for round in 0..<3 {
            for number in 0..<4 { try await self.write(round * 4 + number) }
            try await self.chain()
            try await self.chain()
        }
        try await self.write(12)
        let report = try await self.verify()
        #expect(report.links == 3 && report.events == 12 && report.pending == 1)
        #expect(report.head.count == 64)
        try await self.chain()
        // The head of then is still in the chain.
        #expect(try await self.verify(report.head).events == 13)
    }

    @Test func `Two who chain at once write each link once`() async throws {
        for number in 0..<5 { try await self.write(number) }
        var one = try await AuditChain(self.store)
        var other = try await AuditChain(self.store)
        try await one.extend(self.store, self.keys, at: Date())
        await #expect(throws: StoreError.self) { try await other.extend(self.store, self.keys, at: Date()) }
        #expect(try await self.verify().links == 1)
    }

    @Test func `An event that was changed is named, and the first link that does not hold`() async throws {
        try await self.write(0)
        try await self.chain()
        let id = try await self.write(1)
        try await self.chain()
        let later = try await self.write(2)
        try await self.chain()
        try await self.change(later) { (record: inout AuditRecord) in record.principal = "usr_2" }
        try await self.change(id) { (record: inout AuditRecord) in record.after = "{\"n\":2}" }
        let failure = try await #require(throws: Failure.self) { try await self.verify() }
        #expect(failure.code == .auditChainBroken)
        #expect(failure.message.contains("Link 2") && failure.message.contains("\(id) was changed"))
    }

    @Test func `An event that was removed is named`() async throws {
        let id = try await self.write(0)
        try await self.write(1)
        try await self.chain()
        try await self.store.commit([.delete(AuditRecord.recordKind, id: id.text, in: .platform, revision: nil)])
        let failure = try await #require(throws: Failure.self) { try await self.verify() }
        #expect(failure.message.contains("Link 1") && failure.message.contains("\(id) was removed"))
    }

    @Test func `A link that was changed, and one that was removed, are named`() async throws {
        for number in 0..<3 {
            try await self.write(number)
            try await self.chain()
        }
        let stored: Stored<AuditLink> = try await self.store.get(AuditLink.id(2), in: .platform)
        try await self.change(AuditLink.id(2)) { (link: inout AuditLink) in link.entries = [] }
        var failure = try await #require(throws: Failure.self) { try await self.verify() }
        #expect(failure.message.contains("Link 2 is not what was written"))
        // With a hash that fits, the next one does not.
        try await self.change(AuditLink.id(2)) { (link: inout AuditLink) in
            link = AuditLink(number: 2, time: Date(), entries: [], previous: stored.document.previous)
        }
        failure = try await #require(throws: Failure.self) { try await self.verify() }
        #expect(failure.message.contains("Link 3 is not what was written"))
        try await self.store.commit([
            .delete(AuditLink.recordKind, id: AuditLink.id(2).text, in: .platform, revision: nil)
        ])
        failure = try await #require(throws: Failure.self) { try await self.verify() }
        #expect(failure.message.contains("Link 2 is not there"))
    }

    @Test func `A chain that was made anew does not have the head that was noted`() async throws {
        let id = try await self.write(0)
        try await self.write(1)
        try await self.chain()
        let head = try await self.verify().head
        try await self.change(id) { (record: inout AuditRecord) in record.subject = "c@d.test" }
        try await self.store.commit([
            .delete(AuditLink.recordKind, id: AuditLink.id(1).text, in: .platform, revision: nil)
        ])
        try await self.chain()
        #expect(try await self.verify().events == 2)
        let failure = try await #require(throws: Failure.self) { try await self.verify(head) }
        #expect(failure.message.contains("made anew"))
    }

    @Test func `Events that were written again as they are stay in the chain`() async throws {
        let id = try await self.write(0)
        try await self.write(1)
        try await self.chain()
        // As sealing anew does.
        try await self.change(id) { (_: inout AuditRecord) in }
        try await self.chain()
        #expect(try await self.verify().events == 2)
    }

    @Test func `A store that was filled from another goes on with its chain`() async throws {
        for number in 0..<6 { try await self.write(number) }
        try await self.chain()
        for number in 6..<9 { try await self.write(number) }
        try await self.chain()
        try await self.write(9)
        let other = try SQLiteStore.inMemory()
        // In the order of the feed, with revisions of its own.
        try await other.commit([.put(Record(kind: .init("x"), id: "x_1", owner: nil, document: Data("{}".utf8)))])
        for change in try await self.store.changes(after: .zero, limit: 1000) {
            let record = try #require(change.record)
            try await other.commit([
                .put(Record(kind: record.kind, id: record.id, owner: record.owner, document: record.document))
            ])
        }
        var chain = try await AuditChain(other)
        try await chain.extend(other, self.keys, at: Date())
        let report = try await AuditVerification(other, self.keys).report()
        #expect(report.events == 10 && report.links == 3 && report.pending == 0)
    }

    @Test func `Events are listed by account, the newest first, in pages`() async throws {
        let control = try await ControlUnderTest(store: self.store)
        var ids: [String] = []
        for number in 0..<7 { ids.append(try await self.write(number).text) }
        var query = AuditQuery()
        query.limit = 3
        var found: [String] = []
        repeat {
            let page = try await control.control.auditEvents(of: self.account, query)
            #expect(page.events.count <= 3)
            found += page.events.map(\.id.text)
            query.before = page.next
        } while query.before != nil
        #expect(found == ids.reversed())
        query.object = "vault_3"
        let one = try await control.control.auditEvents(of: self.account, query)
        #expect(one.events.map(\.id.text) == [ids[3]] && one.next == nil)
        #expect(one.events.first?.after == ["n": 1])
        #expect(try await control.control.auditEvents(of: .new(at: 0)).events.isEmpty)
        try await control.control.noteLogin(of: .new(at: 0), email: "e@f.test", in: self.account, from: "192.0.2.1")
        query = AuditQuery()
        query.type = "user_login"
        let login = try #require(try await control.control.auditEvents(of: self.account, query).events.first)
        #expect(login.source == .dashboard && login.subject == "e@f.test" && login.address == "192.0.2.1")
    }
}
