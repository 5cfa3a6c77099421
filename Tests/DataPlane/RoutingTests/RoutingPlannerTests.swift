import Addressing
import EdgeLink
import Model
import TestSupport
import Testing

@testable import Routing

@Suite struct RoutingPlannerTests {
    /// Hosts that touch each other: exact, wildcards above each other, any host, one name with two ports, TCP.
    private static let urls = [
        "https://a.example.com", "https://b.example.com", "https://*.example.com", "https://*.b.example.com",
        "http://a.example.com", "tls://a.example.com", "tcp://h.example.com:5000",
        "tcp://h.example.com:5001", "tcp://h.example.com:16705", "https://x.y.example.com",
    ]
    private static let hosts = [
        "a.example.com", "A.Example.Com.", "b.example.com", "c.example.com", "q.b.example.com", "x.y.example.com",
        "example.com", "other.test", "",
    ]

    /// What a table says, as text.
    private static func answers(_ table: RoutingTable) -> [String] {
        var answers: [String] = []
        func note(_ pool: EndpointPool?) {
            let members = pool?.members.map { "\($0.endpoint.id) \($0.endpoint.target)" } ?? []
            answers.append("\(pool?.url.description ?? "nothing"): \(members.sorted())")
        }
        for scheme in [EndpointScheme.http, .https, .tls] {
            for host in Self.hosts { Array(host.utf8).withUnsafeBytes { note(table.pool(for: scheme, host: $0)) } }
        }
        for port in [5000, 5001, 5002, 16_705, 16_737] as [UInt16] { note(table.pool(forPort: port)) }
        return answers
    }

    @Test(arguments: UInt64(0)..<60)
    func `After any changes each loop's table answers as one that is made anew`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var planner = RoutingPlanner(loops: 2, seed: seed)
        var endpoints: [ResourceID<EndpointKind>: RoutedEndpoint] = [:]
        var slots: [ResourceID<EndpointKind>: Int] = [:]
        for revision in 1...40 as ClosedRange<UInt64> {
            var put: [RoutedEndpoint] = []
            var removed: [ResourceID<EndpointKind>] = []
            for number in Set((0..<3).map { _ in Int.random(in: 0..<20, using: &random) }).sorted() {
                let url = Self.urls[Int.random(in: 0..<Self.urls.count, using: &random)]
                let endpoint = try TableBuilder.endpoint(number, url, isHeld: Bool.random(using: &random))
                if Int.random(in: 0..<3, using: &random) == 0 {
                    removed.append(endpoint.id)
                    endpoints[endpoint.id] = nil
                    slots[endpoint.id] = nil
                } else {
                    put.append(endpoint)
                    endpoints[endpoint.id] = endpoint
                }
            }
            let updates = planner.change(put: put, removed: removed, revision: revision)
            let whole = RoutingTable(EndpointTable(revision: revision, endpoints: Array(endpoints.values)))
            for update in updates {
                #expect(Self.answers(update.table) == Self.answers(whole))
                #expect(update.table.revision == revision)
                for (id, endpoint) in endpoints {
                    let member = try #require(update.table.member(endpoint))
                    #expect(member.endpoint.id == id && member.slot < update.table.slotLimit)
                    // A slot is an endpoint's as long as it is served.
                    #expect(slots[id, default: member.slot] == member.slot)
                    slots[id] = member.slot
                }
                #expect(Set(slots.values).count == slots.count)
                #expect(update.table.slotLimit <= 20)
            }
            #expect(planner.serves(port: 5000) == endpoints.values.contains { $0.url.port == 5000 })
        }
    }

    @Test func `A change leaves all shards but its own as they are, and loops share none`() throws {
        var planner = RoutingPlanner(loops: 2)
        let endpoints = try (0..<5000).map { try TableBuilder.endpoint($0, "https://n\($0).example.com") }
        let before = planner.change(put: endpoints, removed: [], revision: 1).map(\.table)
        let after = planner.change(
            put: [try TableBuilder.endpoint(7, "https://n7.example.com", isHeld: true)],
            removed: [],
            revision: 2
        ).map(\.table)
        for (old, new) in zip(before, after) {
            #expect(zip(old.shards, new.shards).count { $0 !== $1 } == 1)
        }
        #expect(zip(after[0].shards, after[1].shards).allSatisfy { $0 !== $1 })
        #expect(after[0].find(.https, "n4711.example.com") == "https://n4711.example.com")
    }

    @Test func `Changes are told in order: what is removed, then what takes its slot`() throws {
        var planner = RoutingPlanner(loops: 1)
        let first = try TableBuilder.endpoint(1, "https://a.example.com")
        let second = try TableBuilder.endpoint(2, "https://b.example.com")
        _ = planner.change(put: [first], removed: [], revision: 1)
        let update = planner.change(put: [second], removed: [first.id, second.id], revision: 2)[0]
        guard update.changes.count == 2, case .removed(first.id, slot: 0) = update.changes[0],
            case .put = update.changes[1]
        else {
            Issue.record("got \(update.changes)")
            return
        }
        #expect(update.table.member(second)?.slot == 0)
        #expect(update.table.member(first) == nil)
    }
}
