import NIOCore
import Testing

@testable import Firewall

/// Whose turn it is.
@Suite struct FairLineTests {
    private static func party(_ visitor: String, at endpoint: String = "a") -> FirewallParty {
        FirewallParty(endpoint: endpoint, visitor: visitor)
    }

    /// Takes `count` jobs, each of which takes as long as its party's do, and tells whose they were.
    private static func turns(
        _ count: Int,
        of line: inout FairLine<Int>,
        _ cost: (FirewallParty) -> Int64
    ) -> [FirewallParty] {
        var turns: [FirewallParty] = []
        for _ in 0..<count {
            guard let (_, party) = line.next() else { break }
            line.charge(party, nanoseconds: cost(party))
            turns.append(party)
        }
        return turns
    }

    @Test func `One party's jobs come in the order in which they were given`() {
        var line = FairLine<Int>()
        for number in 1...3 { line.append(number, of: Self.party("x"), until: .distantFuture) }
        #expect((1...3).map { _ in line.next()?.job } == [1, 2, 3])
        #expect(line.next() == nil)
        #expect(line.count == 0)
    }

    @Test func `Time is shared out, not turns`() {
        var line = FairLine<Int>()
        let (slow, quick) = (Self.party("slow"), Self.party("quick"))
        for number in 1...100 {
            line.append(number, of: slow, until: .distantFuture)
            line.append(number, of: quick, until: .distantFuture)
        }
        let turns = Self.turns(84, of: &line) { $0 == slow ? 40 : 2 }
        #expect(turns.count { $0 == slow } == 4)
    }

    @Test func `An endpoint with many visitors gets as much as one with a single one`() {
        var line = FairLine<Int>()
        for number in 1...50 {
            line.append(number, of: Self.party("v\(number)", at: "busy"), until: .distantFuture)
            line.append(number, of: Self.party("v", at: "calm"), until: .distantFuture)
        }
        let turns = Self.turns(20, of: &line) { _ in 1 }
        #expect(turns.count { $0.endpoint == "calm" } == 10)
    }

    @Test func `Who was away has saved nothing up`() {
        var line = FairLine<Int>()
        let (old, new) = (Self.party("old"), Self.party("new"))
        for number in 1...200 { line.append(number, of: old, until: .distantFuture) }
        _ = Self.turns(100, of: &line) { _ in 10 }
        for number in 1...100 { line.append(number, of: new, until: .distantFuture) }
        let turns = Self.turns(20, of: &line) { _ in 10 }
        #expect((9...11).contains(turns.count { $0 == new }))
    }

    @Test func `What is too late is taken out, and the rest stays`() {
        var line = FairLine<Int>()
        let start = NIODeadline.uptimeNanoseconds(1000)
        line.append(1, of: Self.party("x"), until: start)
        line.append(2, of: Self.party("x"), until: start + .nanoseconds(5))
        line.append(3, of: Self.party("y"), until: start + .nanoseconds(1))
        #expect(line.removeLate(at: start).isEmpty)
        #expect(line.removeLate(at: start + .nanoseconds(2)).sorted() == [1, 3])
        #expect(line.count == 1)
        #expect(line.next()?.job == 2)
    }

    @Test func `Room is made by who has most, and not for who would have as much`() {
        var line = FairLine<Int>()
        for number in 1...3 { line.append(number, of: Self.party("x"), until: .distantFuture) }
        #expect(line.makeRoom(for: Self.party("x")) == nil)
        #expect(line.makeRoom(for: Self.party("y")) == 3)
        line.append(4, of: Self.party("y"), until: .distantFuture)
        #expect(line.makeRoom(for: Self.party("y")) == nil)
        #expect(line.count == 3)
    }

    @Test func `Thousands of parties are forgotten in time`() {
        var line = FairLine<Int>()
        for number in 1...20_000 {
            let party = Self.party("\(number)", at: "\(number % 7)")
            line.append(number, of: party, until: .distantFuture)
            #expect(line.next()?.job == number)
            line.charge(party, nanoseconds: 5)
        }
        #expect(line.count == 0)
    }
}
