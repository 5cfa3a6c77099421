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

        func exchangeAnswered(_ exchange: ObservedExchange) {
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
}
