import Events
import Foundation
import Model
import Secrets
import Store
import func TestSupport.pause
import Testing

@testable import Control
@testable import EdgeProgram
@testable import EventDelivery

/// Several edges with one database: one takes the audit events to destinations.
@Suite(.timeLimit(.minutes(1))) struct SharedDeliveryTests {
    private static func http(_ port: Int) -> EventTarget {
        .http(.init(url: "http://127.0.0.1:\(port)/in", headers: [:]))
    }

    private static func edge(
        _ name: String,
        _ test: DeliveryUnderTest,
        patience: Duration = .seconds(50)
    ) throws -> EventDelivery {
        try test.delivery {
            $0.folder = "\(test.folder)/\(name)"
            $0.isShared = true
            $0.leaseBeat = .milliseconds(20)
            $0.leasePatience = patience
        }
    }

    /// Waits until there is one.
    private static func lease(_ test: DeliveryUnderTest) async throws -> Stored<AuditLeaseRecord> {
        let key = AuditLeaseRecord.key
        while true {
            let found = try? await test.store.find(AuditLeaseRecord.self, key, key, in: .platform)
            if let found { return found }
            await pause()
        }
    }

    @Test func `Of two edges one sends the audit events, and when it ends the other goes on`() async throws {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            try await HTTPReceiver.run { receiver, port in
                let destination = try await test.subscribe(Self.http(port), to: ["vault_created.v0"])
                let (first, second) = (try Self.edge("first", test), try Self.edge("second", test))
                var audits: [String] = []
                try await test.run(first) {
                    let held = try await Self.lease(test)
                    #expect(held.document.isHeld)
                    try await test.run(second) {
                        for number in 0..<20 { audits.append(try await test.audit(number)) }
                        try await receiver.wait { try Set(audits).isSubset(of: $0.ids) }
                        #expect(try receiver.requests.ids == audits)
                        #expect(await second.status(of: destination.id).delivered == 0)
                        // What has arrived is noted for whoever comes next.
                        while try await Self.lease(test).document.arrived[destination.id.text]?.event != audits.last {
                            await pause()
                        }
                    }
                }
                #expect(try await !Self.lease(test).document.isHeld)
                try await test.run(second) {
                    for number in 20..<30 { audits.append(try await test.audit(number)) }
                    try await receiver.wait { try Set(audits).isSubset(of: $0.ids) }
                    #expect(try receiver.requests.ids == audits)
                    // It is counted when the answer has come.
                    while await second.status(of: destination.id).delivered < 10 { await pause() }
                }
            }
        }
    }

    @Test func `Where nothing is seen of an edge another goes on behind what had arrived`() async throws {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            try await HTTPReceiver.run { receiver, port in
                let destination = try await test.subscribe(Self.http(port), to: ["vault_created.v0"])
                var audits: [String] = []
                for number in 0..<10 { audits.append(try await test.audit(number)) }
                let fourth = try await test.store.get(AuditRecord.recordKind, audits[3], in: .platform).revision
                let place = AuditPlace(revision: fourth.number, event: audits[3])
                let gone = AuditLeaseRecord(edge: "gone", isHeld: true, beat: 7, arrived: [destination.id.text: place])
                try await test.store.commit([.create(gone, .new(at: 0), owner: nil)])
                try await test.run(try Self.edge("second", test, patience: .milliseconds(300))) {
                    try await receiver.wait { try $0.ids.count >= 6 }
                    #expect(try receiver.requests.ids == Array(audits[4...]))
                    let held = try await Self.lease(test)
                    #expect(held.document.edge != "gone" && held.document.isHeld)
                }
            }
        }
    }

    @Test func `An edge that is begun again goes on at once with what it knows`() async throws {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            try await HTTPReceiver.run { receiver, port in
                try await test.subscribe(Self.http(port), to: ["vault_created.v0"])
                var audits: [String] = []
                for round in 0..<3 {
                    try await test.run(try Self.edge("first", test)) {
                        for number in 0..<5 { audits.append(try await test.audit(round * 5 + number)) }
                        try await receiver.wait { try Set(audits).isSubset(of: $0.ids) }
                    }
                    // As after a kill, which releases nothing.
                    var lease = try await Self.lease(test)
                    lease.document.isHeld = true
                    try await test.store.commit([.update(lease)])
                }
                #expect(try Set(receiver.requests.ids).count == 15)
            }
        }
    }

    @Test(arguments: [0, 40]) func `In a store that was filled from a backup the place is found, or all is sent again`(
        more: Int
    ) async throws {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            try await HTTPReceiver.run { receiver, port in
                let destination = try await test.subscribe(Self.http(port), to: ["vault_created.v0"])
                let delivery = try test.delivery()
                // Of a store with revisions that this one has not reached, or is far beyond.
                try await delivery.outbox.open()
                for number in 0..<more { try await test.audit(number, type: "vault_deleted.v0") }
                let last = try await test.audit(0)
                let place = AuditPlace(revision: more == 0 ? 10_000 : 3, event: last)
                await delivery.outbox.setAuditPlace(place, of: destination.id.text)
                try await test.run(delivery) {
                    let next = try await test.audit(1)
                    try await receiver.wait { try $0.ids.contains(next) }
                }
            }
        }
    }
}
