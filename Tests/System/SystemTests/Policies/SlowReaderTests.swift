import Edge
import EdgeTestSupport
import NIOCore
import Portico
import Proxy
import Synchronization
import TestSupport
import Testing

/// Policies that change bodies as they pass hold no more of them than what passes without.
@Suite(.timeLimit(.minutes(1))) struct SlowReaderTests {
    /// Between the service and a visitor who reads nothing: sockets, windows and what is being compressed.
    private static let mostBytes = 48 << 20

    private final class Service: Sendable {
        let sent = Atomic(0)
        let end = Promise()
    }

    /// Is fulfilled once.
    private final class Promise: Sendable {
        private let stream = AsyncStream.makeStream(of: Void.self)

        func fulfil() { self.stream.continuation.finish() }
        func wait() async { for await _ in self.stream.stream {} }
    }

    private static let policy =
        "on_http_response: [{actions: [{type: compress-response, config: {algorithms: [gzip]}}]}]"

    @Test func `A visitor who reads nothing stops the service`() async throws {
        let service = Service()
        var random = SeededGenerator(seed: 1)
        // More than the algorithm looks back, so that it finds nothing to leave out.
        let line =
            "data: "
            + (0..<49_152).map { _ in String(UInt8.random(in: 0x61...0x7A, using: &random), radix: 16) }.joined()
        let message = ByteBuffer(string: line + "\n\n")
        try await TestUpstream.with { connection in
            _ = try await connection.read(until: "\r\n\r\n")
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            defer { service.end.fulfil() }
            while true {
                try await connection.write(message)
                service.sent.add(message.readableBytes, ordering: .relaxed)
            }
        } _: { upstream in
            try await TestEdge.with {
                $0.edge.proxy.limits.slowReaderMilliseconds = 1_000
            } _: { edge in
                let agent = try await edge.connectAgent()
                var options = EndpointOptions(scheme: .http, url: "http://app.edge.test")
                options.trafficPolicy = Self.policy
                _ = try await agent.forward(to: "\(upstream.port)", options: options)
                let visitor = try await edge.visit(receiveBufferBytes: 16 * 1024)
                try await visitor.write(request("GET /", "Accept-Encoding: gzip\r\n"))
                await service.end.wait()
                let sent = service.sent.load(ordering: .relaxed)
                #expect(sent > 0 && sent < Self.mostBytes, "\(sent)")
                await visitor.close()
                await agent.close()
            }
        }
    }
}
