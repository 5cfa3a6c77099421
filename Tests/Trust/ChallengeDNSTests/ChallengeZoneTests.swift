import Addressing
import TestSupport
import Testing

@testable import ChallengeDNS

/// Questions and answers in bytes.
@Suite struct ChallengeZoneTests {
    private static func zone(_ values: String...) throws -> ChallengeZone {
        let zone = ChallengeZone(
            name: try HostName(parsing: "acme.edge.test"),
            servers: [try HostName(parsing: "ns1.edge.test"), try HostName(parsing: "ns2.edge.test")]
        )
        for value in values { #expect(zone.add(value, at: try HostName(parsing: "one.acme.edge.test"))) }
        return zone
    }

    /// A query as a resolver sends it.
    private static func query(
        _ name: String,
        _ type: UInt16 = 16,
        recordClass: UInt8 = 1,
        flags: [UInt8] = [0x01, 0],
        additional: [UInt8] = []
    ) -> [UInt8] {
        [0xAB, 0xCD] + flags + [0, 1, 0, 0, 0, 0, 0, additional.isEmpty ? 0 : 1]
            + DNSResponse.name(name) + [UInt8(type >> 8), UInt8(type & 255), 0, recordClass] + additional
    }

    private static func extensions(size: UInt16 = 4096, version: UInt8 = 0) -> [UInt8] {
        [0, 0, 41, UInt8(size >> 8), UInt8(size & 255), 0, version, 0, 0, 0, 0]
    }

    /// Code, and counts of answers and authorities.
    private static func outcome(_ answer: [UInt8]?) -> [Int]? {
        answer.map { [Int($0[3] & 15), Int($0[7]), Int($0[9])] }
    }

    @Test(
        arguments: [
            ("one.acme.edge.test", 16, [0, 1, 0]), ("ONE.acme.Edge.test", 16, [0, 1, 0]),
            ("one.acme.edge.test", 255, [0, 1, 0]), ("one.acme.edge.test", 1, [0, 0, 1]),
            ("two.acme.edge.test", 16, [3, 0, 1]), ("acme.edge.test", 16, [0, 0, 1]), ("acme.edge.test", 6, [0, 1, 0]),
            ("acme.edge.test", 2, [0, 2, 0]), ("one.acme.edge.test", 2, [0, 0, 1]), ("edge.test", 16, [5, 0, 0]),
            ("notacme.edge.test", 16, [5, 0, 0]), ("", 16, [5, 0, 0]),
        ] as [(String, UInt16, [Int])]
    )
    func `What stands in the zone is told, what does not is denied, and nothing else is answered`(
        name: String,
        type: UInt16,
        expected: [Int]
    ) throws {
        let answer = try Self.zone("value").answer(to: Self.query(name, type), isDatagram: true)
        #expect(Self.outcome(answer) == expected)
        // The name comes back as it was sent.
        #expect(answer?.dropFirst(12).starts(with: DNSResponse.name(name)) ?? false)
        #expect(answer?.prefix(2).elementsEqual([0xAB, 0xCD]) ?? false)
        #expect(answer.map { $0[2] & 0x04 != 0 } == (expected[0] != 5))
    }

    @Test func `A value is taken back, and there are so many at a name`() throws {
        let zone = try Self.zone()
        let name = try HostName(parsing: "one.acme.edge.test")
        for number in 0..<ChallengeZone.valueLimit { #expect(zone.add("\(number)", at: name)) }
        #expect(!zone.add("more", at: name))
        #expect(zone.add("0", at: name))
        zone.remove("0", at: name)
        #expect(zone.add("more", at: name))
        for number in 1..<ChallengeZone.valueLimit { zone.remove("\(number)", at: name) }
        zone.remove("more", at: name)
        #expect(Self.outcome(zone.answer(to: Self.query("\(name)"), isDatagram: true)) == [3, 0, 1])
    }

    @Test func `What does not fit into a datagram is cut, and whole over a stream`() throws {
        let zone = try Self.zone()
        let name = try HostName(parsing: "one.acme.edge.test")
        for number in 0..<8 { #expect(zone.add("\(number)" + String(repeating: "x", count: 100), at: name)) }
        let short = try #require(zone.answer(to: Self.query("\(name)"), isDatagram: true))
        #expect(short[2] & 0x02 != 0 && short.count <= 512 && Self.outcome(short) == [0, 0, 0])
        let wide = zone.answer(to: Self.query("\(name)", additional: Self.extensions()), isDatagram: true)
        #expect(Self.outcome(wide) == [0, 8, 0])
        #expect(wide?.suffix(11).elementsEqual([0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]) ?? false)
        #expect(Self.outcome(zone.answer(to: Self.query("\(name)"), isDatagram: false)) == [0, 8, 0])
    }

    @Test func `What is no question is refused, or not answered at all`() throws {
        let zone = try Self.zone("value")
        let name = "one.acme.edge.test"
        // An answer, and what is too short for one: nobody is sent anything.
        #expect(zone.answer(to: Self.query(name, flags: [0x81, 0]), isDatagram: true) == nil)
        #expect(zone.answer(to: [0xAB, 0xCD, 1], isDatagram: true) == nil)
        // A transfer, an update, a class that is none, an extension of later days.
        let update = zone.answer(to: Self.query(name, flags: [0x28, 0]), isDatagram: true)
        #expect(Self.outcome(update) == [4, 0, 0])
        #expect(Self.outcome(zone.answer(to: Self.query(name, recordClass: 3), isDatagram: true)) == [5, 0, 0])
        #expect(Self.outcome(zone.answer(to: Self.query(name, 252), isDatagram: true)) == [0, 0, 1])
        let later = zone.answer(to: Self.query(name, additional: Self.extensions(version: 1)), isDatagram: true)
        #expect(later?.suffix(11).elementsEqual([0, 0, 41, 4, 208, 1, 0, 0, 0, 0, 0]) ?? false)
        // Two questions, a pointer in place of a name, a label that is too long.
        var two = Self.query(name)
        two[5] = 2
        #expect(Self.outcome(zone.answer(to: two, isDatagram: true)) == [1, 0, 0])
        var pointer = Self.query(name)
        pointer[12] = 0xC0
        #expect(Self.outcome(zone.answer(to: pointer, isDatagram: true)) == [1, 0, 0])
    }

    @Test(arguments: UInt64(0)..<200)
    func `Whatever comes is survived, and answers are not much longer than questions`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let zone = try Self.zone("value")
        var message = Self.query("one.acme.edge.test", additional: Self.extensions())
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            let index = Int.random(in: message.indices, using: &generator)
            switch Int.random(in: 0...2, using: &generator) {
            case 0: message[index] = UInt8.random(in: 0...255, using: &generator)
            case 1: message.remove(at: index)
            default: message.insert(UInt8.random(in: 0...255, using: &generator), at: index)
            }
        }
        let answer = zone.answer(to: message, isDatagram: true) ?? []
        #expect(answer.count <= message.count + 150)
    }
}
