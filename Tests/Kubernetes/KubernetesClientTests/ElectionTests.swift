import Foundation
import Testing

@testable import KubernetesClient

@Suite struct ElectionTests {
    private let date = Date(timeIntervalSince1970: 0)

    private func lease(_ holder: String?, renewed: String = "1", seconds: Int? = 15, transitions: Int = 3)
        -> LeaseRecord.Spec
    {
        LeaseRecord.Spec(
            holderIdentity: holder,
            leaseDurationSeconds: seconds,
            acquireTime: "0",
            renewTime: renewed,
            leaseTransitions: transitions
        )
    }

    private func election() -> Election { Election(identity: "me", times: .init()) }

    @Test func `Without a lease one is made, and we lead once it is written`() {
        var election = self.election()
        guard case .create(let spec) = election.look(at: nil, now: .zero, date: self.date) else {
            Issue.record("not made")
            return
        }
        #expect(spec.holderIdentity == "me")
        #expect(spec.renewTime == "1970-01-01T00:00:00.000000Z")
        #expect(!election.isLeading(at: .zero))
        election.wrote(asked: .zero)
        #expect(election.isLeading(at: .seconds(9)))
    }

    @Test func `Who cannot renew stops before others may begin`() {
        var election = self.election()
        _ = election.look(at: nil, now: .zero, date: self.date)
        election.wrote(asked: .zero)
        #expect(!election.isLeading(at: .seconds(10)))
    }

    @Test func `Another's lease is followed until we have seen it unchanged for its whole duration`() {
        var election = self.election()
        #expect(election.look(at: self.lease("other"), now: .seconds(100), date: self.date) == .follow)
        #expect(election.look(at: self.lease("other"), now: .seconds(114), date: self.date) == .follow)
        #expect(election.look(at: self.lease("other", renewed: "2"), now: .seconds(115), date: self.date) == .follow)
        #expect(election.look(at: self.lease("other", renewed: "2"), now: .seconds(129), date: self.date) == .follow)
        guard
            case .replace(let spec) = election.look(
                at: self.lease("other", renewed: "2"),
                now: .seconds(130),
                date: self.date
            )
        else {
            Issue.record("not taken")
            return
        }
        #expect(spec.holderIdentity == "me")
        #expect(spec.leaseTransitions == 4)
    }

    @Test func `A lease that was given back is taken at once`() {
        var election = self.election()
        guard case .replace = election.look(at: self.lease("", seconds: 1), now: .zero, date: self.date) else {
            Issue.record("not taken")
            return
        }
        guard case .replace = election.look(at: self.lease(nil), now: .zero, date: self.date) else {
            Issue.record("not taken")
            return
        }
    }

    @Test func `Our own lease is renewed, and keeps when it was taken`() {
        var election = self.election()
        guard case .replace(let spec) = election.look(at: self.lease("me"), now: .zero, date: self.date) else {
            Issue.record("not renewed")
            return
        }
        #expect(spec.acquireTime == "0")
        #expect(spec.leaseTransitions == 3)
    }

    @Test func `Who sees that another leads does not lead`() {
        var election = self.election()
        _ = election.look(at: nil, now: .zero, date: self.date)
        election.wrote(asked: .zero)
        #expect(election.look(at: self.lease("other"), now: .seconds(1), date: self.date) == .follow)
        #expect(!election.isLeading(at: .seconds(1)))
    }

    @Test(arguments: UInt64(0)..<50)
    func `Of two with the same lease never two lead, whatever the order and the failures`(seed: UInt64) {
        var random = SeededRandom(seed)
        var lease: LeaseRecord.Spec?
        var elections = ["a", "b"].map { Election(identity: $0, times: .init()) }
        var now = Duration.zero
        for _ in 0..<400 {
            now += .milliseconds(Int.random(in: 0...4000, using: &random))
            let index = Int.random(in: 0..<2, using: &random)
            let action = elections[index].look(at: lease, now: now, date: self.date + Double(now.components.seconds))
            // A write may fail: nothing is written then.
            let isWritten = Int.random(in: 0..<4, using: &random) > 0
            switch action {
            case .follow: break
            case .create(let spec), .replace(let spec):
                guard isWritten else { continue }
                lease = spec
                elections[index].wrote(asked: now)
            }
            #expect(elections.count { $0.isLeading(at: now) } <= 1)
        }
    }
}

private struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { self.state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        self.state ^= self.state << 13
        self.state ^= self.state >> 7
        self.state ^= self.state << 17
        return self.state
    }
}
