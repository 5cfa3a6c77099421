import Addressing
import AgentProtocol
import EdgeLink
import Logging
import Model
import Mux
import NIOCore
import NIOEmbedded
import TestSupport

@testable import Proxy
@testable import Sessions

/// One event loop of an edge, with its agents. What lives on it is touched inside `perform`.
final class EdgeLoop: Sendable {
    final class Parts {
        let agents: LoopAgents
        let proxyLoop: ProxyLoop
        /// The streams that a test has opened.
        var transports: [any UpstreamTransport] = []

        init(agents: LoopAgents, proxyLoop: ProxyLoop) {
            self.agents = agents
            self.proxyLoop = proxyLoop
        }
    }

    let loop: NIOAsyncTestingEventLoop
    let parts: NIOLoopBound<Parts>

    private init(loop: NIOAsyncTestingEventLoop, parts: NIOLoopBound<Parts>) {
        self.loop = loop
        self.parts = parts
    }

    /// So many loops that know each other, and the directory that they share.
    static func make(
        _ count: Int = 1,
        configuration: ProxyConfiguration = ProxyConfiguration()
    ) async throws -> (loops: [EdgeLoop], directory: SessionDirectory) {
        let directory = SessionDirectory()
        var loops: [EdgeLoop] = []
        for index in 0..<count {
            let loop = NIOAsyncTestingEventLoop()
            let parts = try await loop.executeInContext {
                let agents = LoopAgents(directory: directory, eventLoop: loop, index: index)
                let proxyLoop = ProxyLoop(eventLoop: loop, configuration: configuration, agents: agents)
                return NIOLoopBound(Parts(agents: agents, proxyLoop: proxyLoop), eventLoop: loop)
            }
            loops.append(EdgeLoop(loop: loop, parts: parts))
        }
        var bound: [NIOLoopBound<LoopAgents>] = []
        for loop in loops {
            bound.append(try await loop.perform { NIOLoopBound($0.agents, eventLoop: $0.proxyLoop.eventLoop) })
        }
        try await LoopAgents.connect(bound).get()
        return (loops, directory)
    }

    /// Runs `body` on the loop, and then what that has put there.
    func perform<Result: Sendable>(_ body: @escaping @Sendable (Parts) throws -> Result) async throws -> Result {
        let result = try await self.loop.executeInContext { try body(self.parts.value) }
        await self.loop.run()
        return result
    }

    /// Opens a stream to `agent` and writes `first`.
    ///
    /// - Returns: its place among the transports; nil where the loop knows no way to the agent.
    func open(
        to agent: ConnectionID,
        _ request: AgentStreamRequest = .visit(),
        for visitor: VisitorSide,
        first: String = ""
    ) async throws -> Int? {
        try await self.perform { parts in
            guard let port = parts.agents.port(for: agent), let transport = port.open(request, receiver: visitor) else {
                return nil
            }
            parts.transports.append(transport)
            transport.write(ByteBuffer(string: first))
            transport.flush()
            return parts.transports.count - 1
        }
    }
}

extension AgentStreamRequest {
    /// What a visit to the endpoint of `bindID` asks for.
    static func visit(
        _ bindID: String = "b1",
        proxyProtocol: ProxyProtocolVersion? = nil
    ) -> AgentStreamRequest {
        AgentStreamRequest(
            bindID: bindID,
            scheme: .https,
            visitor: Visitor(address: .documentation(1, port: 5), local: .documentation(7, port: 443), isSecure: true),
            isPassthroughTLS: false,
            proxyProtocol: proxyProtocol
        )
    }
}

extension NetworkAddress {
    /// An address of the network that RFC 5737 keeps for documentation.
    static func documentation(_ host: UInt8, port: UInt16) -> NetworkAddress? {
        try? NetworkAddress(parsing: "192.0.2.\(host):\(port)")
    }
}

/// The edge's side of a visit: what a transport tells its receiver, in order.
final class VisitorSide: UpstreamTransportReceiver, Sendable {
    enum Event: Sendable, Equatable {
        case received([UInt8])
        case receivedEnd
        case writability
        case over(TransportEnd)
    }

    private let events: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation

    init() {
        (self.events, self.continuation) = AsyncStream.makeStream()
    }

    /// The next event; nil when there is no more.
    func next() async -> Event? {
        for await event in self.events { return event }
        return nil
    }

    /// The next `count` bytes, whatever else is told meanwhile; fewer where the stream ends before.
    func bytes(_ count: Int) async -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            switch await self.next() {
            case .received(let more): bytes += more
            case .over, nil: return bytes
            case .receivedEnd, .writability: continue
            }
        }
        return bytes
    }

    func text(_ count: Int) async -> String { String(decoding: await self.bytes(count), as: UTF8.self) }

    /// Waits until the transport tells of a change, whatever is told before.
    func writabilityChange() async -> Bool {
        while let event = await self.next() {
            if event == .writability { return true }
        }
        return false
    }

    /// How the stream ends, whatever is told before.
    func end() async -> TransportEnd? {
        while let event = await self.next() {
            if case .over(let end) = event { return end }
        }
        return nil
    }

    func transportReceived(_ bytes: ByteBuffer) { self.continuation.yield(.received(Array(bytes.readableBytesView))) }
    func transportReadComplete() {}
    func transportReceivedEnd() { self.continuation.yield(.receivedEnd) }
    func transportWritabilityChanged() { self.continuation.yield(.writability) }

    func transportEnded(_ end: TransportEnd) {
        self.continuation.yield(.over(end))
        self.continuation.finish()
    }
}
