import Addressing
import EdgeLink
import Model
import Secrets
import TestSupport
import Testing

@testable import Control

/// Whatever agents do, in whatever order, what the registry promises holds.
@Suite struct EndpointRegistryTests {
    private static let urls = [
        "https://a.test", "tls://a.test", "http://a.test", "https://*.a.test", "tcp://a.test:1", "tcp://a.test:2",
        "https://a.internal", "tls://a.internal", "tcp://a.internal:1", "tcp://b.internal:1",
    ]

    @Test(arguments: UInt64(0)..<100)
    func `Endpoints of one place share it, and every index tells the same`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var registry = EndpointRegistry()
        let accounts = [ResourceID<AccountKind>.new(at: 0), .new(at: 0)]
        for _ in 0..<200 {
            try self.step(&registry, accounts, &random)
            try self.check(registry)
        }
    }

    private func step(
        _ registry: inout EndpointRegistry,
        _ accounts: [ResourceID<AccountKind>],
        _ random: inout SeededGenerator
    ) throws {
        let connection = ConnectionID(UInt64.random(in: 1...6, using: &random))
        switch Int.random(in: 0..<13, using: &random) {
        case 0..<6:
            // Connections 1 to 3 are legs of one client, 4 to 6 of the other.
            let client = connection.value <= 3 ? 0 : 1
            let url = try EndpointURL(parsing: Self.urls[Int.random(in: Self.urls.indices, using: &random)])
            let key = BindKey(clientID: "client\(client)", bindID: "b\(Int.random(in: 0..<4, using: &random))")
            let candidate = LiveEndpoint(
                id: .new(at: 0),
                account: accounts[client],
                url: url,
                binding: url.host.isInternal ? .internal : .public,
                isPooled: .random(using: &random),
                source: .agent(self.binding(key, on: connection))
            )
            self.admit(candidate, to: &registry)
        case 10, 11, 12: try self.stepCloud(&registry, accounts, &random)
        case 6, 7:
            for left in registry.detach(connection) where Bool.random(using: &random) { registry.remove(left.id) }
        case 8:
            if let some = registry.all.randomElement(using: &random) { registry.remove(some.id) }
        default:
            guard var some = registry.all.filter({ !$0.isCloud }).randomElement(using: &random) else { return }
            some.isPooled.toggle()
            // Refused is fine: then nothing changes.
            try? registry.patch(some)
        }
    }

    /// A cloud endpoint comes, or moves to another URL; refused is fine: then nothing changes.
    private func stepCloud(
        _ registry: inout EndpointRegistry,
        _ accounts: [ResourceID<AccountKind>],
        _ random: inout SeededGenerator
    ) throws {
        let url = try EndpointURL(parsing: Self.urls[Int.random(in: Self.urls.indices, using: &random)])
        let old = registry.all.filter(\.isCloud).randomElement(using: &random)
        let endpoint = LiveEndpoint(
            id: old?.id ?? .new(at: 0),
            account: old?.account ?? accounts[Int.random(in: 0..<2, using: &random)],
            url: url,
            binding: url.host.isInternal ? .internal : .public,
            isPooled: .random(using: &random),
            source: .cloud
        )
        let before = Set(registry.all.map { "\($0.id) \($0.url)" })
        do {
            if old == nil { try registry.admit(cloud: endpoint) } else { try registry.update(cloud: endpoint) }
            #expect(registry[endpoint.id]?.url == url)
        } catch {
            #expect([.cloudURLTaken, .poolNotShared, .poolNotJoined].contains(error.code))
            #expect(Set(registry.all.map { "\($0.id) \($0.url)" }) == before)
        }
    }

    private func binding(_ key: BindKey, on connection: ConnectionID) -> AgentBinding {
        AgentBinding(
            key: key,
            connections: [connection],
            traffic: AgentTraffic(proxyProtocol: nil, upstreamProtocol: .http1, mayShareStreams: false),
            name: "",
            description: "",
            metadata: "",
            forwardsTo: ""
        )
    }

    private func admit(_ candidate: LiveEndpoint, to registry: inout EndpointRegistry) {
        let before = Set(registry.all.map(\.id))
        do {
            let admission = try registry.admit(candidate)
            #expect(registry[admission.endpoint.id]?.url == candidate.url)
            for id in before.subtracting(registry.all.map(\.id)) { #expect(admission.ended.contains(id)) }
        } catch {
            #expect(error.code == .urlTaken)
            #expect(Set(registry.all.map(\.id)) == before)
        }
    }

    private func check(_ registry: EndpointRegistry) throws {
        let all = Array(registry.all)
        for (index, endpoint) in all.enumerated() {
            for other in all[(index + 1)...] where self.contend(endpoint, other) {
                #expect(endpoint.url == other.url && endpoint.account == other.account)
                #expect(endpoint.isPooled && other.isPooled)
            }
            guard let agent = endpoint.agent else { continue }
            #expect(registry[agent.key]?.id == endpoint.id)
            #expect(Set(agent.connections).count == agent.connections.count)
        }
        for connection in (1...6).map({ ConnectionID($0) }) {
            let count = all.count { $0.agent?.connections.contains(connection) ?? false }
            #expect(registry.count(on: connection) == count)
        }
        for port in UInt16(1)...2 {
            let isTaken = all.contains { $0.binding == .public && $0.url.scheme == .tcp && $0.url.port == port }
            #expect(registry.isTCPPortFree(port) == !isTaken)
        }
    }

    private func contend(_ one: LiveEndpoint, _ other: LiveEndpoint) -> Bool {
        guard one.binding == other.binding else { return false }
        guard one.binding == .public else { return one.account == other.account && one.url == other.url }
        return self.contend(one.url, other.url)
    }

    private func contend(_ one: EndpointURL, _ other: EndpointURL) -> Bool {
        let isTLS = [one, other].allSatisfy { $0.scheme == .https || $0.scheme == .tls }
        return (one.scheme == other.scheme || isTLS) && one.port == other.port
            && (one.scheme == .tcp || one.host == other.host)
    }
}
