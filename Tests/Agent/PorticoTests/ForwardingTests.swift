import Addressing
import Certificates
import Model
import NIOCore
import NIOSSL
import Portico
import Testing

/// Upstreams of all kinds, and how fast bytes are taken for them.
@Suite(.timeLimit(.minutes(1)))
struct ForwardingTests {
    /// An authority, and a service's TLS by it.
    private static func upstreamTLS(
        for names: [String] = ["localhost"],
        addresses: [String] = []
    ) throws -> (authority: String, context: NIOSSLContext) {
        let authority = try LocalAuthority.create()
        let issued = try authority.issue(for: names, addresses: addresses.map { try IPAddress(parsing: $0) })
        let configuration = try TLSConfiguration.makeServerConfiguration(
            certificateChain: NIOSSLCertificate.fromPEMBytes(Array(issued.certificatePEM.utf8)).map {
                .certificate($0)
            },
            privateKey: .privateKey(NIOSSLPrivateKey(bytes: Array(issued.keyPEM.reveal().utf8), format: .pem))
        )
        return (try authority.certificatePEM, try NIOSSLContext(configuration: configuration))
    }

    @Test(arguments: [false, true])
    func `An upstream that speaks TLS is spoken to by TLS, verified where it is asked for`(isVerified: Bool)
        async throws
    {
        let (authority, tls) = try Self.upstreamTLS()
        try await AgentTests.withAgent { agent, server in
            try await TestUpstream.run(tls: tls) { upstream in
                var options = EndpointOptions(scheme: .tls)
                if isVerified { options.upstreamTrust = .pem(Array(authority.utf8)) }
                _ = try await agent.forward(to: "tls://localhost:\(upstream.port)", options: options)
                let visitor = try await server.visit(server.lastBindID(), first: "hello")
                let peer = try await upstream.accept()
                #expect(await peer.read(5) == "hello")
                try await peer.write("good")
                try await peer.finish()
                let (text, end) = await visitor.readAll()
                #expect(text == "good")
                #expect(end == .end)
                visitor.finish()
                await peer.closed()
            }
        }
    }

    @Test func `An upstream whose certificate nobody vouches for is not spoken to`() async throws {
        let (_, tls) = try Self.upstreamTLS()
        let (other, _) = try Self.upstreamTLS()
        try await AgentTests.withAgent { agent, server in
            try await TestUpstream.run(tls: tls) { upstream in
                let options = EndpointOptions(upstreamTrust: .pem(Array(other.utf8)))
                _ = try await agent.forward(to: "https://localhost:\(upstream.port)", options: options)
                let visitor = try await server.visit(server.lastBindID(), first: "GET / HTTP/1.1\r\n\r\n")
                let text = await visitor.readAll().text
                #expect(text.hasPrefix("HTTP/1.1 502 "))
                #expect(text.contains("its certificate is not trusted"))
            }
        }
    }

    @Test func `An upstream that is asked for by name must show the name, and not its address`() async throws {
        let (authority, tls) = try Self.upstreamTLS(for: [], addresses: ["127.0.0.1", "::1"])
        try await AgentTests.withAgent { agent, server in
            try await TestUpstream.run(tls: tls) { upstream in
                let options = EndpointOptions(upstreamTrust: .pem(Array(authority.utf8)))
                _ = try await agent.forward(to: "https://localhost:\(upstream.port)", options: options)
                let visitor = try await server.visit(server.lastBindID(), first: "GET / HTTP/1.1\r\n\r\n")
                let text = await visitor.readAll().text
                #expect(text.hasPrefix("HTTP/1.1 502 "))
                #expect(text.contains("its certificate is for another name"))
            }
        }
    }

    @Test func `The PROXY header goes ahead of the TLS handshake`() async throws {
        try await AgentTests.withAgent { agent, server in
            try await TestUpstream.run { upstream in
                let options = EndpointOptions(scheme: .tls, proxyProtocol: .v1)
                _ = try await agent.forward(to: "tls://localhost:\(upstream.port)", options: options)
                let header = "PROXY TCP4 192.0.2.7 192.0.2.1 4711 443\r\n"
                let visitor = try await server.visit(server.lastBindID(), first: header + "hello")
                let peer = try await upstream.accept()
                let bytes = await peer.readBytes(header.utf8.count + 3)
                #expect(bytes.starts(with: header.utf8))
                // A TLS record of a handshake follows, and nothing of the visitor in clear.
                #expect(bytes[header.utf8.count...].starts(with: [0x16, 0x03]))
                visitor.abort()
                await peer.closed()
            }
        }
    }

    @Test func `A plain upstream gets the PROXY header as the visitor's first bytes`() async throws {
        try await AgentTests.withAgent { agent, server in
            try await TestUpstream.run { upstream in
                let options = EndpointOptions(scheme: .tcp, proxyProtocol: .v1)
                _ = try await agent.forward(to: "\(upstream.port)", options: options)
                let first = "PROXY TCP4 192.0.2.7 192.0.2.1 4711 22\r\nhello"
                let visitor = try await server.visit(server.lastBindID(), first: first)
                let peer = try await upstream.accept()
                #expect(await peer.read(first.utf8.count) == first)
                visitor.abort()
            }
        }
    }

    @Test func `An upstream that reads nothing stops the visitor within a window`() async throws {
        try await AgentTests.withAgent { agent, server in
            try await TestUpstream.run(isReading: false) { upstream in
                _ = try await agent.forward(to: "\(upstream.port)", options: EndpointOptions(scheme: .tcp))
                let visitor = try await server.visit(server.lastBindID(), first: "x")
                let peer = try await upstream.accept()
                let total = 64 << 20
                for _ in 0..<64 { visitor.write(ByteBuffer(repeating: 0x78, count: 1 << 20)) }
                visitor.finish()
                // What the kernel's buffers and one window hold has gone; the rest waits at the edge.
                var queued = try await visitor.queued()
                for _ in 0..<50 {
                    try await server.beat()
                    queued = try await visitor.queued()
                }
                #expect(queued > total / 4)
                try await peer.resume()
                #expect(await peer.countAll() == total + 1)
            }
        }
    }

    @Test func `A visitor that takes nothing stops the upstream within a window`() async throws {
        try await AgentTests.withAgent { agent, server in
            try await TestUpstream.run { upstream in
                _ = try await agent.forward(to: "\(upstream.port)", options: EndpointOptions(scheme: .tcp))
                let visitor = try await server.visit(server.lastBindID(), first: "x")
                let peer = try await upstream.accept()
                let chunk = ByteBuffer(repeating: 0x78, count: 1 << 20)
                let writer = Task {
                    for _ in 0..<64 { try await peer.channel.writeAndFlush(chunk) }
                    try await peer.finish()
                }
                let received = try await visitor.receiveWithoutCredit(262_144)
                #expect(received == 262_144)
                visitor.consume(received)
                let count = await visitor.countAll()
                try await writer.value
                #expect(count == (64 << 20) - received)
            }
        }
    }
}
