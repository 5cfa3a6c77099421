import Addressing
import EdgeLink
import Model
import NIOCore
import NIOEmbedded
import PolicyEngine
import Routing
import Testing
import TrafficPolicy

@testable import Proxy

/// One event loop's data plane without sockets: a visitor's channel in memory, and upstreams that write down what they
/// get and say what the test lets them.
final class LoopUnderTest {
    let channel = EmbeddedChannel()
    let loop: ProxyLoop
    let upstreams = FakeUpstreams()
    private var planner = RoutingPlanner(loops: 1)
    private var revision: UInt64 = 1

    /// Serves `hosts`, each of the account that stands with it, under one scheme and one policy.
    init(
        hosts: [(name: String, account: String)] = [("a.test", "ac_1")],
        scheme: String = "http",
        policy: PolicyProgram? = nil,
        upstreamProtocol: UpstreamProtocol = .http1,
        configuration: ProxyConfiguration = ProxyConfiguration()
    ) throws {
        self.loop = ProxyLoop(
            eventLoop: self.channel.embeddedEventLoop,
            configuration: configuration,
            agents: self.upstreams
        )
        let endpoints = try hosts.enumerated().map { index, host in
            RoutedEndpoint(
                id: try #require(ResourceID("ep_\(index)")),
                account: try #require(ResourceID(host.account)),
                url: try EndpointURL(parsing: "\(scheme)://\(host.name)"),
                isPooled: false,
                target: .agent(
                    AgentTarget(
                        connections: [ConnectionID(1)],
                        bindID: host.name,
                        proxyProtocol: nil,
                        upstreamProtocol: upstreamProtocol,
                        mayShareStreams: true
                    )
                )
            )
        }
        var gates = EndpointGates()
        if let policy { for endpoint in endpoints { gates[endpoint.id] = EndpointGate(policy, for: endpoint) } }
        _ = self.loop.publish(self.planner.change(put: endpoints, removed: [], revision: 1)[0], gates: gates)
    }

    /// Serves these endpoints, each with its own policy.
    init(endpoints: [TestEndpoint], environment: PolicyEnvironment = PolicyEnvironment()) throws {
        var configuration = ProxyConfiguration()
        configuration.policy = environment
        self.loop = ProxyLoop(
            eventLoop: self.channel.embeddedEventLoop,
            configuration: configuration,
            agents: self.upstreams
        )
        try self.serve(endpoints)
    }

    /// Makes these the endpoints that are served, whatever was served before. Those of the same number are the same.
    func serve(_ endpoints: [TestEndpoint]) throws {
        var gates = EndpointGates()
        var routed: [RoutedEndpoint] = []
        for (number, endpoint) in endpoints.enumerated() {
            let made = try endpoint.routed(number)
            routed.append(made)
            gates[made.id] = try endpoint.policy.map { policy in
                EndpointGate(try PolicyProgram(Policy(parsing: policy, for: made.url.scheme)), for: made)
            }
        }
        let gone = self.planner.ids.filter { id in !routed.contains { $0.id == id } }
        self.revision += 1
        let update = self.planner.change(put: routed, removed: gone, revision: self.revision)[0]
        _ = self.loop.publish(update, gates: gates)
    }

    static let plain = Visitor(address: nil, local: nil, isSecure: false)
    static let secure = Visitor(address: nil, local: nil, isSecure: true)

    func connectHTTP1() throws {
        try self.channel.pipeline.syncOperations.addHandler(HTTP1VisitorHandler(loop: self.loop, visitor: Self.plain))
        try self.channel.connect(to: SocketAddress(unixDomainSocketPath: "/visitor")).wait()
    }

    func receive(_ text: String) throws {
        try self.channel.writeInbound(ByteBuffer(string: text))
    }

    /// All that the visitor has got since the last call.
    func sent() throws -> ByteBuffer {
        self.channel.embeddedEventLoop.run()
        var all = ByteBuffer()
        while let bytes = try self.channel.readOutbound(as: ByteBuffer.self) { all.writeImmutableBuffer(bytes) }
        return all
    }

    /// Whether the visitor's connection is read from.
    var readsFromVisitor: Bool {
        let option = self.channel.options.first { $0.option is ChannelOptions.Types.AutoReadOption }
        return option?.value as? Bool ?? true
    }

    func sentText() throws -> String { String(buffer: try self.sent()) }

    /// The stream to the service that was opened as the `index`-th.
    func upstream(_ index: Int = 0) throws -> FakeTransport {
        try #require(self.upstreams.opened.dropFirst(index).first)
    }

    func tick(_ count: Int) {
        for _ in 0..<count { self.loop.tick() }
    }
}

/// An endpoint of a loop under test. A host that ends in `.internal` makes it internal.
struct TestEndpoint {
    enum Kind { case agent, cloud, held }

    var url: String
    var kind = Kind.agent
    var account = "ac_1"
    /// In YAML.
    var policy: String?
    var upstreamProtocol = UpstreamProtocol.http1

    init(_ url: String, _ kind: Kind, _ policy: String? = nil, account: String = "ac_1") {
        self.url = url
        self.kind = kind
        self.policy = policy
        self.account = account
    }

    init(_ url: String, _ policy: String? = nil, account: String = "ac_1") {
        self.init(url, .agent, policy, account: account)
    }

    fileprivate func routed(_ number: Int) throws -> RoutedEndpoint {
        let url = try EndpointURL(parsing: self.url)
        return RoutedEndpoint(
            id: try #require(ResourceID("ep_\(number)")),
            account: try #require(ResourceID(self.account)),
            url: url,
            binding: url.host.isInternal ? .internal : .public,
            isPooled: true,
            target: self.target(url)
        )
    }

    private func target(_ url: EndpointURL) -> RoutedEndpoint.Target {
        switch self.kind {
        case .cloud: return .cloud
        case .held: return .held
        case .agent:
            return .agent(
                AgentTarget(
                    connections: [ConnectionID(1)],
                    bindID: "\(url.host)",
                    proxyProtocol: nil,
                    upstreamProtocol: self.upstreamProtocol,
                    mayShareStreams: true
                )
            )
        }
    }
}

/// Stands for the agents: every stream that is opened is kept.
final class FakeUpstreams: AgentPorts, AgentPort {
    private(set) var opened: [FakeTransport] = []

    var isOnThisLoop: Bool { true }

    func port(for connection: ConnectionID) -> (any AgentPort)? { self }

    func open(_ request: AgentStreamRequest, receiver: any UpstreamTransportReceiver) -> (any UpstreamTransport)? {
        let transport = FakeTransport(request, receiver: receiver)
        self.opened.append(transport)
        return transport
    }
}

final class FakeTransport: UpstreamTransport {
    let bindID: String
    let isPassthroughTLS: Bool
    var receiver: (any UpstreamTransportReceiver)?
    var isWritable = true
    private(set) var written = ByteBuffer()
    private(set) var hasFinished = false
    private(set) var isAborted = false
    private(set) var isReading = true
    private(set) var flushes = 0

    init(_ request: AgentStreamRequest, receiver: any UpstreamTransportReceiver) {
        self.bindID = request.bindID
        self.isPassthroughTLS = request.isPassthroughTLS
        self.receiver = receiver
    }

    func write(_ bytes: ByteBuffer) { self.written.writeImmutableBuffer(bytes) }
    func flush() { self.flushes += 1 }
    func finish() { self.hasFinished = true }
    func abort() {
        self.isAborted = true
        self.receiver = nil
    }
    func setReading(_ isReading: Bool) { self.isReading = isReading }

    /// What was written since the last call.
    func takeText() -> String { String(buffer: self.takeBytes()) }

    func takeBytes() -> ByteBuffer {
        defer { self.written = ByteBuffer() }
        return self.written
    }

    func answer(_ text: String) {
        self.receiver?.transportReceived(ByteBuffer(string: text))
        self.receiver?.transportReadComplete()
    }

    func setWritable(_ isWritable: Bool) {
        self.isWritable = isWritable
        self.receiver?.transportWritabilityChanged()
    }
}

extension LoopUnderTest {
    /// Puts another policy before all endpoints.
    func serve(_ policy: PolicyProgram?) {
        let endpoints = self.loop.table.pools.flatMap(\.members).map(\.endpoint)
        var gates = EndpointGates()
        if let policy { for endpoint in endpoints { gates[endpoint.id] = EndpointGate(policy, for: endpoint) } }
        let update = RoutingUpdate(table: self.loop.table, changes: endpoints.map { .put($0) })
        _ = self.loop.publish(update, gates: gates)
    }
}
