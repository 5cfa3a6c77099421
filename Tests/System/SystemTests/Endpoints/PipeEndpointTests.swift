import Addressing
import Control
import EdgeTestSupport
import NIOCore
import NIOSSL
import Portico
import Testing

/// TCP endpoints, and TLS endpoints that the edge does not end.
@Suite(.timeLimit(.minutes(1))) struct PipeEndpointTests {
    /// Sends back what it gets, and says at the visitor's end how much that was.
    private static func countingEcho(_ upstream: TestConnection) async throws {
        var count = 0
        try await upstream.write("hi\n")
        while let bytes = try await upstream.next() {
            count += bytes.readableBytes
            try await upstream.write(bytes)
        }
        try await upstream.write("bye \(count)")
        try await upstream.finish()
    }

    private func withTCPEndpoint(
        legs: Int,
        _ options: (inout EndpointOptions) -> Void = { _ in },
        serve: @escaping @Sendable (TestConnection) async throws -> Void,
        _ body: (UInt16) async throws -> Void
    ) async throws {
        try await TestUpstream.with(serve) { upstream in
            // Ports of the system's own range would collide with those of other tests' connections.
            try await TestEdge.with {
                $0.control.tcpPorts = 20_000...24_999
            } _: { edge in
                let agent = try await edge.connectAgent(maximumLegs: legs)
                var wish = EndpointOptions(scheme: .tcp)
                options(&wish)
                let endpoint = try await agent.forward(to: "\(upstream.port)", options: wish)
                let port = try #require(endpoint.url.split(separator: ":").last.flatMap { UInt16($0) })
                try await body(port)
                await agent.close()
            }
        }
    }

    @Test(arguments: [1, 2])
    func `A TCP endpoint carries bytes both ways, and each side ends by itself`(legs: Int) async throws {
        try await self.withTCPEndpoint(legs: legs, serve: Self.countingEcho) { port in
            for size in [0, 1, 100_000, 1_000_000] {
                let visitor = try await TestConnection.open(port: port)
                #expect(try await visitor.read(until: "\n") == "hi\n")
                let bytes = [UInt8](repeating: 7, count: size)
                if size > 0 { try await visitor.write(ByteBuffer(bytes: bytes)) }
                try await visitor.finish()
                let all = try await visitor.readToEnd()
                #expect(all.count == size + "bye \(size)".utf8.count)
                #expect(all.suffix(4 + "\(size)".utf8.count).elementsEqual("bye \(size)".utf8))
                await visitor.close()
            }
        }
    }

    @Test(arguments: [EndpointOptions.ProxyProtocol.v1, .v2])
    func `The PROXY header comes first, and once`(version: EndpointOptions.ProxyProtocol) async throws {
        try await self.withTCPEndpoint(legs: 2) {
            $0.proxyProtocol = version
        } serve: {
            try await TestUpstream.echo($0)
        } _: { port in
            let visitor = try await TestConnection.open(port: port)
            try await visitor.write("payload")
            try await visitor.finish()
            let all = try await visitor.readToEnd()
            switch version {
            case .v1:
                let text = String(decoding: all, as: UTF8.self)
                #expect(text.hasPrefix("PROXY TCP4 127.0.0.1 127.0.0.1 "))
                #expect(text.hasSuffix(" \(port)\r\npayload"))
            case .v2:
                #expect(all.starts(with: [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]))
                #expect(all.count == 28 + 7)
                #expect(all.suffix(7).elementsEqual("payload".utf8))
            }
        }
    }

    @Test func `A port whose endpoint is closed listens no more`() async throws {
        try await TestEdge.with {
            $0.control.tcpPorts = 20_000...24_999
        } _: { edge in
            let agent = try await edge.connectAgent()
            let endpoint = try await agent.forward(to: "1", options: EndpointOptions(scheme: .tcp))
            let port = try #require(endpoint.url.split(separator: ":").last.flatMap { UInt16($0) })
            await endpoint.close()
            await #expect(throws: (any Error).self) { try await TestConnection.open(port: port) }
            await agent.close()
        }
    }

    @Test func `A TLS endpoint passes the visitor's own handshake through, beside HTTPS on one port`() async throws {
        try await TestUpstream.with { upstream in
            let hello = try await upstream.read(count: 3)
            try await upstream.write("saw \(hello[0]) \(hello[1])")
            try await upstream.finish()
        } _: { upstream in
            try await TestEdge.with { edge in
                let agent = try await edge.connectAgent()
                let options = EndpointOptions(scheme: .tls, url: "tls://own.edge.test")
                _ = try await agent.forward(to: "tcp://127.0.0.1:\(upstream.port)", options: options)
                let visitor = try await TestConnection.open(port: edge.httpsPort)
                try await visitor.write(ByteBuffer(bytes: try clientHello(for: "own.edge.test")))
                // A handshake record of TLS: type 22, version 3.
                #expect(String(decoding: try await visitor.readToEnd(), as: UTF8.self) == "saw 22 3")
                await agent.close()
            }
        }
    }
}
