import Addressing
import EdgeLink
import Model
import NIOCore
import NIOPosix
import Proxy
import Routing
import TrafficPolicy

/// Times how endpoints come into force on the event loops of an edge: as records are read, their policies parsed, checked
/// and compiled, and a table is planned and swapped in on each loop. Prints a line for each figure.
@main enum PlannerTimes {
    static func main() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        for policies in Policies.allCases {
            let first = try await Self.best { try await Self.start(10_000, policies, on: group).time }
            Self.say("start, 10,000 endpoints, \(policies.rawValue)", [first])
        }
        let large = try await Self.best(2) { try await Self.start(100_000, .different, on: group).time }
        Self.say("start, 100,000 endpoints, \(Policies.different.rawValue)", [large])
        for count in [1_000, 10_000, 100_000] { try await Self.change(count, on: group) }
        try await group.shutdownGracefully()
    }

    private static func change(_ count: Int, on group: MultiThreadedEventLoopGroup) async throws {
        let start = try await Self.start(count, .different, on: group)
        var node = start.node
        var times: [Duration] = []
        var pauses: [Duration] = []
        for number in 0..<300 {
            // Another policy for one of them, and one that is new.
            let changed = Record(Int.random(in: 0..<count), .different, version: number + 1)
            let new = Record(count + number, .different)
            let gone = number > 0 ? [try Record(count + number - 1, .none).id] : []
            let (time, pause) = try await Self.time {
                try await node.apply(put: Record.read([changed, new]), removed: gone)
            }
            times.append(time)
            pauses.append(pause)
        }
        Self.say("change among \(count)", times)
        Self.say("pause of a loop, among \(count)", pauses)
    }

    private static func start(
        _ count: Int,
        _ policies: Policies,
        on group: MultiThreadedEventLoopGroup
    ) async throws -> (node: Node, time: Duration) {
        let records = (0..<count).map { Record($0, policies) }
        var node = try await Node(group)
        let (time, _) = try await Self.time {
            try await node.apply(put: Record.read(records), removed: [])
        }
        return (node, time)
    }

    private static func time<Value>(_ body: () async throws -> Value) async rethrows -> (Duration, Value) {
        let begun = ContinuousClock.now
        let value = try await body()
        return (ContinuousClock.now - begun, value)
    }

    private static func best(
        _ rounds: Int = 5,
        _ body: @Sendable () async throws -> Duration
    ) async rethrows -> Duration {
        var times: [Duration] = []
        for _ in 0..<rounds { times.append(try await body()) }
        return times.min() ?? .zero
    }

    private static func say(_ what: String, _ times: [Duration]) {
        let sorted = times.sorted().map {
            Double($0.components.attoseconds) / 1e15 + Double($0.components.seconds) * 1e3
        }
        let figures = [
            ("median", sorted[sorted.count / 2]), ("p99", sorted[sorted.count * 99 / 100]), ("most", sorted.last ?? 0),
        ]
        let text = figures.map { name, value in "\(name) \((value * 1000).rounded() / 1000) ms" }.joined(
            separator: ", "
        )
        print("\(what): \(sorted.count == 1 ? "\((sorted[0] * 1000).rounded() / 1000) ms" : text)")
    }
}

/// Which policies the endpoints have.
private enum Policies: String, CaseIterable {
    case none = "without policies"
    case shared = "with one of ten policies each"
    case different = "with a policy of its own each"
}

/// An endpoint as the store has it.
private struct Record {
    /// What reads documents, as the control plane does.
    private static let checks = CompiledExpressions()

    private let number: Int
    private let policies: Policies
    private let version: Int

    init(_ number: Int, _ policies: Policies, version: Int = 0) {
        self.number = number
        self.policies = policies
        self.version = version
    }

    var id: ResourceID<EndpointKind> {
        get throws {
            guard let id = ResourceID<EndpointKind>("ep_\(self.number)") else { throw BadBenchmark() }
            return id
        }
    }

    /// The endpoints as the data plane gets them; their policies are read on as many threads as there are, each document
    /// once.
    static func read(_ records: [Record]) async throws -> [RoutedEndpoint] {
        let texts = Set(records.compactMap(\.text))
        let policies = try await withThrowingTaskGroup(of: (String, EndpointPolicy).self) { group in
            for text in texts {
                group.addTask {
                    let policy = try Policy(parsing: text, for: .https, limits: PolicyLimits(), checking: Self.checks)
                    return (text, EndpointPolicy(text: text, policy: policy))
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return try records.map { try $0.endpoint($0.text.flatMap { policies[$0] }) }
    }

    private func endpoint(_ policy: EndpointPolicy?) throws -> RoutedEndpoint {
        guard let account = ResourceID<AccountKind>("ac_1") else { throw BadBenchmark() }
        return RoutedEndpoint(
            id: try self.id,
            account: account,
            url: try EndpointURL(parsing: "https://host-\(self.number).team-\(self.number % 100).portico.example"),
            isPooled: false,
            policy: policy,
            target: .address(host: "127.0.0.1", port: 80)
        )
    }

    /// A policy as people write them: who may come, and two headers.
    private var text: String? {
        let name: String
        switch self.policies {
        case .none: return nil
        case .shared: name = "group-\(self.number % 10)"
        case .different: name = "host-\(self.number)-\(self.version)"
        }
        return """
            on_http_request:
              - name: keep others out
                expressions:
                  - "!conn.client_ip.startsWith('10.') && req.url.path.startsWith('/\(name)')"
                actions:
                  - type: deny
                    config: {status_code: 403}
              - actions:
                  - type: add-headers
                    config:
                      headers:
                        x-served-by: \(name)
                        x-visitor: ${conn.client_ip}
            on_http_response:
              - actions:
                  - type: remove-headers
                    config: {headers: [server]}
            """
    }
}

/// The event loops of an edge, without its listeners.
private struct Node {
    private let loops: [NIOLoopBound<ProxyLoop>]
    private var planner: RoutingPlanner
    private var policies = PolicyShelf()
    private var revision: UInt64 = 0

    init(_ group: MultiThreadedEventLoopGroup) async throws {
        var loops: [NIOLoopBound<ProxyLoop>] = []
        for eventLoop in group.makeIterator() {
            loops.append(
                try await eventLoop.submit {
                    let loop = ProxyLoop(
                        eventLoop: eventLoop,
                        configuration: ProxyConfiguration(),
                        agents: NoAgents.all
                    )
                    return NIOLoopBound(loop, eventLoop: eventLoop)
                }.get()
            )
        }
        self.loops = loops
        self.planner = RoutingPlanner(loops: loops.count)
    }

    /// - Returns: the longest time that a loop did nothing else.
    mutating func apply(put: [RoutedEndpoint], removed: [ResourceID<EndpointKind>]) async throws -> Duration {
        self.revision += 1
        let made = await PolicyShelf.compile(self.policies.jobs(for: put))
        guard self.policies.put(made).isEmpty else { throw BadBenchmark() }
        for id in removed { self.policies.remove(id) }
        var gates = EndpointGates()
        for endpoint in put { gates[endpoint.id] = self.policies.gates[endpoint.id] }
        let updates = self.planner.change(put: put, removed: removed, revision: self.revision)
        let told = zip(self.loops, updates).map { loop, update in
            loop.eventLoop.submit { [gates] in
                let begun = ContinuousClock.now
                let old = loop.value.publish(update, gates: gates)
                return (old, ContinuousClock.now - begun)
            }
        }
        var longest = Duration.zero
        for loop in told { longest = max(longest, try await loop.get().1) }
        return longest
    }
}

private final class NoAgents: AgentPorts, Sendable {
    static let all = NoAgents()

    func port(for connection: ConnectionID) -> (any AgentPort)? { nil }
}

private struct BadBenchmark: Error {}
