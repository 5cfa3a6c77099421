import Addressing
import EdgeLink
import Model
import NIOCore
import NIOPosix
import Proxy
import Routing

/// Times how endpoints come into force on the event loops of an edge: as a table of the control plane arrives, is
/// planned, and is swapped in on each loop. Prints a line for each figure.
@main enum PlannerTimes {
    static func main() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let first = try await Self.best { try await Self.start(10_000, on: group).time }
        Self.say("start, 10,000 endpoints", [first])
        let large = try await Self.best { try await Self.start(100_000, on: group).time }
        Self.say("start, 100,000 endpoints", [large])
        for count in [1_000, 10_000, 100_000] { try await Self.change(count, on: group) }
        try await group.shutdownGracefully()
    }

    private static func change(_ count: Int, on group: MultiThreadedEventLoopGroup) async throws {
        let start = try await Self.start(count, on: group)
        var node = start.node
        var times: [Duration] = []
        var pauses: [Duration] = []
        for number in 0..<300 {
            let changed = try Self.endpoint(Int.random(in: 0..<count), port: UInt16(1000 + number))
            let new = try Self.endpoint(count + number, port: 80)
            let gone = number > 0 ? [try Self.endpoint(count + number - 1, port: 80).id] : []
            let (time, pause) = try await Self.time { try await node.apply(put: [changed, new], removed: gone) }
            times.append(time)
            pauses.append(pause)
        }
        Self.say("change among \(count)", times)
        Self.say("pause of a loop, among \(count)", pauses)
    }

    private static func start(
        _ count: Int,
        on group: MultiThreadedEventLoopGroup
    ) async throws -> (node: Node, time: Duration) {
        let endpoints = try (0..<count).map { try Self.endpoint($0, port: 80) }
        var node = try await Node(group)
        let (time, _) = try await Self.time { try await node.apply(put: endpoints, removed: []) }
        return (node, time)
    }

    private static func time<Value>(_ body: () async throws -> Value) async rethrows -> (Duration, Value) {
        let begun = ContinuousClock.now
        let value = try await body()
        return (ContinuousClock.now - begun, value)
    }

    private static func best(_ body: @Sendable () async throws -> Duration) async rethrows -> Duration {
        var times: [Duration] = []
        for _ in 0..<5 { times.append(try await body()) }
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

    private static func endpoint(_ number: Int, port: UInt16) throws -> RoutedEndpoint {
        guard let id = ResourceID<EndpointKind>("ep_\(number)"), let account = ResourceID<AccountKind>("ac_1") else {
            throw BadBenchmark()
        }
        return RoutedEndpoint(
            id: id,
            account: account,
            url: try EndpointURL(parsing: "https://host-\(number).team-\(number % 100).portico.example"),
            isPooled: false,
            target: .address(host: "127.0.0.1", port: port)
        )
    }
}

/// The event loops of an edge, without its listeners.
private struct Node {
    private let loops: [NIOLoopBound<ProxyLoop>]
    private var planner: RoutingPlanner
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
        let updates = self.planner.change(put: put, removed: removed, revision: self.revision)
        let told = zip(self.loops, updates).map { loop, update in
            loop.eventLoop.submit {
                let begun = ContinuousClock.now
                let old = loop.value.publish(update)
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
