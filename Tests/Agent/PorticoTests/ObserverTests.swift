import Inspection
import NIOCore
import Portico
import TestSupport
import Testing

/// What an observer is told of the traffic.
@Suite(.timeLimit(.minutes(1)))
struct ObserverTests {
    private enum Told: Sendable, Equatable {
        case opened(visitor: String, upstream: String)
        case exchange(String, Int)
        case failed(String)
        case closed
    }

    private struct Observer: TrafficObserver {
        let watchesExchanges: Bool
        let told: AsyncStream<Told>.Continuation

        func connectionOpened(_ connection: ObservedConnection) {
            self.told.yield(.opened(visitor: connection.visitor, upstream: connection.upstream))
        }

        func connectionClosed(_ connection: ObservedConnection, after duration: TimeAmount) {
            self.told.yield(.closed)
            self.told.finish()
        }

        func upstreamFailed(_ connection: ObservedConnection, reason: String) {
            self.told.yield(.failed(reason))
        }

        func exchangeAnswered(_ exchange: ObservedExchange, on connection: ObservedConnection) {
            self.told.yield(.exchange("\(exchange.method) \(exchange.target)", exchange.status))
        }
    }

    @Test(arguments: [true, false])
    func `A connection is told of from beginning to end, its exchanges where they are wanted`(watches: Bool)
        async throws
    {
        let (told, continuation) = AsyncStream.makeStream(of: Told.self)
        let observer = Observer(watchesExchanges: watches, told: continuation)
        try await AgentTests.withAgent({ $0.trafficObserver = observer }) { agent, server in
            try await TestUpstream.run { upstream in
                _ = try await agent.forward(to: "127.0.0.1:\(upstream.port)")
                let visitor = try await server.visit(server.lastBindID(), first: "GET /a HTTP/1.1\r\n\r\n")
                let peer = try await upstream.accept()
                _ = await peer.read(19)
                try await peer.write("HTTP/1.1 204 No Content\r\n\r\n")
                #expect(await visitor.read(27) == "HTTP/1.1 204 No Content\r\n\r\n")
                visitor.finish()
                try await peer.finish()
                var all: [Told] = []
                for await event in told { all.append(event) }
                let exchanges: [Told] = watches ? [.exchange("GET /a", 204)] : []
                let opened = Told.opened(visitor: "192.0.2.7:4711", upstream: "127.0.0.1:\(upstream.port)")
                #expect(all == [opened] + exchanges + [.closed])
            }
        }
    }

    @Test func `An upstream that is not there is told of with the reason`() async throws {
        let (told, continuation) = AsyncStream.makeStream(of: Told.self)
        let observer = Observer(watchesExchanges: true, told: continuation)
        try await AgentTests.withAgent({ $0.trafficObserver = observer }) { agent, server in
            let held = try #require(HeldPort(0))
            _ = try await agent.forward(to: "127.0.0.1:\(held.port)", options: EndpointOptions(scheme: .tcp))
            _ = try await server.visit(server.lastBindID(), first: "x").readAll()
            var all: [Told] = []
            for await event in told { all.append(event) }
            #expect(all.dropFirst() == [.failed("connection refused"), .closed])
            withExtendedLifetime(held) {}
        }
    }

    // MARK: - What is kept

    /// Keeps exchanges.
    private struct Keeper: TrafficObserver {
        let capture: CaptureWish?
        let finished: AsyncStream<TappedExchange>.Continuation

        var watchesExchanges: Bool { true }

        func connectionOpened(_ connection: ObservedConnection) {}
        func connectionClosed(_ connection: ObservedConnection, after duration: TimeAmount) { self.finished.finish() }
        func upstreamFailed(_ connection: ObservedConnection, reason: String) {}
        func exchangeAnswered(_ exchange: ObservedExchange, on connection: ObservedConnection) {}
        func exchangeFinished(_ exchange: TappedExchange, on connection: ObservedConnection) {
            self.finished.yield(exchange)
        }
    }

    private static let request = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
    private static let response = "HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nyes"

    /// A frame of HTTP/2.
    private static func frame(_ kind: UInt8, flags: UInt8, stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [0, 0, UInt8(payload.count), kind, flags, 0, 0, 0, stream] + payload
    }

    @Test func `Exchanges over HTTP/2 are kept, as people read them, and are not sent again`() async throws {
        let (finished, continuation) = AsyncStream.makeStream(of: TappedExchange.self)
        let keeper = Keeper(
            capture: CaptureWish(limit: 1000, budget: CaptureBudget(limit: 10_000)),
            finished: continuation
        )
        try await AgentTests.withAgent({ $0.trafficObserver = keeper }) { agent, server in
            try await TestUpstream.run { upstream in
                let options = EndpointOptions(upstreamProtocol: .http2)
                let endpoint = try await agent.forward(to: "127.0.0.1:\(upstream.port)", options: options)
                // The static table has GET, http and "/"; the authority is written out.
                let fields: [UInt8] = [0x82, 0x86, 0x84, 0x41, 3] + Array("a.b".utf8)
                let request =
                    Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + Self.frame(4, flags: 0, stream: 0, [])
                    + Self.frame(1, flags: 5, stream: 1, fields)
                let visitor = try await server.visit(server.lastBindID(), firstBytes: request)
                let peer = try await upstream.accept()
                #expect(await peer.readBytes(request.count) == request)
                let response =
                    Self.frame(4, flags: 0, stream: 0, []) + Self.frame(1, flags: 4, stream: 1, [0x88])
                    + Self.frame(0, flags: 1, stream: 1, Array("yes".utf8))
                try await peer.channel.writeAndFlush(ByteBuffer(bytes: response))
                var kept: [TappedExchange] = []
                for await exchange in finished {
                    kept.append(exchange)
                    break
                }
                #expect(String(decoding: kept[0].request.bytes, as: UTF8.self) == "GET / HTTP/2\r\nhost: a.b\r\n\r\n")
                #expect(String(decoding: kept[0].response?.bytes ?? [], as: UTF8.self) == "HTTP/2 200 \r\n\r\nyes")
                await #expect(throws: PorticoError.self) {
                    _ = try await agent.replay(kept[0].request.bytes, to: endpoint.id)
                }
                visitor.finish()
                try await peer.finish()
            }
        }
    }

    @Test(arguments: [true, false])
    func `Exchanges are kept as they were, unless the endpoint is not to be inspected`(isInspected: Bool) async throws {
        let (finished, continuation) = AsyncStream.makeStream(of: TappedExchange.self)
        let keeper = Keeper(
            capture: CaptureWish(limit: 1000, budget: CaptureBudget(limit: 10_000)),
            finished: continuation
        )
        try await AgentTests.withAgent({ $0.trafficObserver = keeper }) { agent, server in
            try await TestUpstream.run { upstream in
                var options = EndpointOptions()
                options.isInspected = isInspected
                _ = try await agent.forward(to: "127.0.0.1:\(upstream.port)", options: options)
                let visitor = try await server.visit(server.lastBindID(), first: Self.request)
                let peer = try await upstream.accept()
                _ = await peer.read(Self.request.utf8.count)
                try await peer.write(Self.response)
                #expect(await visitor.read(Self.response.utf8.count) == Self.response)
                visitor.finish()
                try await peer.finish()
                var kept: [String] = []
                for await exchange in finished {
                    kept.append(
                        String(decoding: exchange.request.bytes + (exchange.response?.bytes ?? []), as: UTF8.self)
                    )
                }
                #expect(kept == (isInspected ? [Self.request + Self.response] : []))
            }
        }
    }

    @Test func `A request is sent again without the edge`() async throws {
        try await AgentTests.withAgent { agent, _ in
            try await TestUpstream.run { upstream in
                let endpoint = try await agent.forward(to: "127.0.0.1:\(upstream.port)")
                async let replayed = agent.replay(Array(Self.request.utf8), to: endpoint.id)
                let peer = try await upstream.accept()
                #expect(await peer.read(Self.request.utf8.count) == Self.request)
                try await peer.write(Self.response)
                let exchange = try await replayed
                #expect(exchange.response?.bytes == Array(Self.response.utf8))
                #expect(exchange.request.bytes == Array(Self.request.utf8))
            }
        }
    }

    @Test func `What cannot be sent again is answered as the agent answers visitors`() async throws {
        try await AgentTests.withAgent { agent, _ in
            let held = try #require(HeldPort(0))
            let endpoint = try await agent.forward(to: "127.0.0.1:\(held.port)")
            let exchange = try await agent.replay(Array(Self.request.utf8), to: endpoint.id)
            #expect(exchange.response?.head.startLine.1 == "502")
            withExtendedLifetime(held) {}
            await endpoint.close()
            await #expect(throws: PorticoError.self) { try await agent.replay([], to: endpoint.id) }
        }
    }
}
