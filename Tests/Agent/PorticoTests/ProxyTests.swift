import Foundation
import Model
import NIOCore
import TestSupport
import Testing

@testable import Portico

/// The session by way of a proxy.
@Suite(.timeLimit(.minutes(1)))
struct ProxyTests {
    @Test(
        arguments: [
            ("http://proxy.example", "http://proxy.example:80", nil),
            ("https://proxy.example", "https://proxy.example:443", nil),
            ("socks5://127.0.0.1", "socks5://127.0.0.1:1080", nil),
            ("HTTP://ada:s%3Acret%40@[::1]:3128/", "http://[::1]:3128", "ada:s:cret@"),
            ("socks5://ada@proxy.example:9", "socks5://proxy.example:9", "ada:"),
        ] as [(String, String, String?)]
    )
    func `A proxy is read`(text: String, shown: String, credentials: String?) throws {
        let proxy = try SessionProxy(text)
        #expect("\(proxy)" == shown)
        #expect(proxy.credentials.map { "\($0.user):\($0.password.reveal())" } == credentials)
    }

    @Test(arguments: [
        "", "proxy:80", "ftp://proxy", "http://", "http://a b", "http://@proxy", "http://a:@proxy",
        "http://a:b%zz@proxy",
        "http://a:b%0d%0a@proxy", "http://proxy/path", "socks5://a:\(String(repeating: "x", count: 256))@proxy",
    ])
    func `What is no proxy is refused, and its password not repeated`(text: String) throws {
        let error = #expect(throws: PorticoError.self) { try SessionProxy(text) }
        #expect(error?.code == ErrorCode.proxyAddressInvalid.name)
        #expect(error?.message.contains("b%") == false)
    }

    @Test(arguments: ["http", "socks5"], [false, true])
    func `A session comes about by way of a proxy, and serves`(scheme: String, hasPassword: Bool) async throws {
        try await TestServer.run { server in
            try await TestProxy.with(password: hasPassword ? "ada:s:cret" : nil) { proxy in
                var configuration = try AgentTests.configuration(server)
                let user = hasPassword ? "ada:s%3Acret@" : ""
                configuration.proxy = try SessionProxy("\(scheme)://\(user)127.0.0.1:\(proxy.port)")
                // The certificate is one of the name, and of the address: neither is the proxy's.
                for host in ["localhost", "127.0.0.1"] {
                    configuration.server = try ServerAddress("\(host):\(server.port)")
                    let agent = try await Agent.connect(configuration)
                    #expect(agent.status == .online)
                    await agent.close()
                    #expect(proxy.targets.last == "\(host):\(server.port)")
                }
            }
        }
    }

    @Test func `The certificate must be the edge's, not one of the address of the proxy`() async throws {
        try await TestServer.run(named: []) { server in
            try await TestProxy.with { proxy in
                var configuration = try AgentTests.configuration(server)
                configuration.proxy = try SessionProxy("http://127.0.0.1:\(proxy.port)")
                // The proxy leads to the server whatever is asked for.
                proxy.redirect(to: server.port)
                configuration.server = try ServerAddress("10.1.2.3:443")
                let error = try await ConnectTests.failure(configuration)
                #expect(error.code == ErrorCode.edgeNameMismatch.name, "\(error)")
            }
        }
    }

    @Test(arguments: ["http", "socks5"])
    func `A proxy that wants a password, or refuses one, is told so`(scheme: String) async throws {
        try await TestServer.run { server in
            try await TestProxy.with(password: "ada:secret") { proxy in
                var configuration = try AgentTests.configuration(server)
                configuration.proxy = try SessionProxy("\(scheme)://127.0.0.1:\(proxy.port)")
                let missing = try await ConnectTests.failure(configuration)
                #expect(missing.code == ErrorCode.proxyRefused.name)
                #expect(missing.message.contains("wants a user and a password"), "\(missing)")
                configuration.proxy = try SessionProxy("\(scheme)://ada:wrong@127.0.0.1:\(proxy.port)")
                let wrong = try await ConnectTests.failure(configuration)
                #expect(wrong.message.contains("refuses user or password"), "\(wrong)")
                #expect(!wrong.description.contains("wrong@"))
            }
        }
    }

    @Test(arguments: ["http", "socks5"])
    func `A proxy that cannot reach the edge, and one that is not there, are told apart`(scheme: String) async throws {
        try await TestServer.run { server in
            let held = try #require(HeldPort(0))
            var configuration = try AgentTests.configuration(server)
            configuration.proxy = try SessionProxy("\(scheme)://127.0.0.1:\(held.port)")
            let absent = try await ConnectTests.failure(configuration)
            #expect(absent.code == ErrorCode.proxyUnreachable.name, "\(absent)")
            try await TestProxy.with { proxy in
                configuration.proxy = try SessionProxy("\(scheme)://127.0.0.1:\(proxy.port)")
                configuration.server = try ServerAddress("127.0.0.1:\(held.port)")
                let refused = try await ConnectTests.failure(configuration)
                #expect(refused.code == ErrorCode.proxyRefused.name, "\(refused)")
                let reason = scheme == "http" ? "it answered with status 502" : "the connection was refused"
                #expect(refused.message.contains(reason), "\(refused)")
            }
            withExtendedLifetime(held) {}
        }
    }

    @Test(arguments: ["lo", "no-such-interface"])
    func `The interface that connections leave by can be chosen, where there is one`(name: String) async throws {
        try await TestServer.run { server in
            var configuration = try AgentTests.configuration(server)
            configuration.interface = name
            if name == "lo" {
                let agent = try await Agent.connect(configuration)
                #expect(agent.status == .online)
                await agent.close()
            } else {
                let error = try await ConnectTests.failure(configuration)
                #expect(error.code == ErrorCode.interfaceUnusable.name)
            }
        }
    }
}

/// What is said to proxies, byte by byte.
struct ProxyHandshakeTests {
    private static func handshake(_ url: String, _ server: String = "edge.example:443") throws -> ProxyHandshake {
        ProxyHandshake(try SessionProxy(url), to: try ServerAddress(server))
    }

    @Test func `CONNECT names the edge, and the credentials`() throws {
        let text = String(buffer: try Self.handshake("http://a:b@p").opening)
        #expect(text.hasPrefix("CONNECT edge.example:443 HTTP/1.1\r\nHost: edge.example:443\r\n"))
        #expect(text.contains("\r\nProxy-Authorization: Basic YTpi\r\n") && text.hasSuffix("\r\n\r\n"))
        #expect(String(buffer: try Self.handshake("http://p", "[::1]:1").opening).hasPrefix("CONNECT [::1]:1 "))
    }

    @Test(
        arguments: [
            ("HTTP/1.1 200 OK\r\n\r\n", nil), ("HTTP/1.0 200 \r\nA: b\r\n\r\n", nil), ("HTTP/1.1 200\r\n\r\n", nil),
            ("HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", nil),
            ("HTTP/1.1 407 No\r\n\r\n", "wants a user"), ("HTTP/1.0 401 No\r\n\r\n", "wants a user"),
            ("HTTP/1.1 503 No\r\n\r\n", "status 503"),
            ("HTTP/1.1 20 OK\r\n\r\n", "does not speak HTTP"), ("SSH-2.0-x\r\n\r\n", "does not speak HTTP"),
            ("HTTP/1.1 2000 OK\r\n\r\n", "does not speak HTTP"),
            (String(repeating: "x", count: 20_000), "not speak HTTP"),
        ] as [(String, String?)]
    )
    func `An answer to CONNECT is understood, in one piece and byte by byte`(text: String, refusal: String?) throws {
        for size in [text.utf8.count, 1] {
            var handshake = try Self.handshake("http://p")
            var bytes = ByteBuffer()
            var step = ProxyHandshake.Step.wait
            var failure: ProxyHandshake.Failure?
            var rest = ByteBuffer(string: text)
            while step == .wait, failure == nil, let piece = rest.readSlice(length: min(size, rest.readableBytes)),
                piece.readableBytes > 0
            {
                bytes.writeImmutableBuffer(piece)
                do { step = try handshake.received(&bytes) } catch { failure = error }
            }
            if let refusal {
                #expect(failure?.words.contains(refusal) == true)
            } else {
                #expect(step == .done && bytes.readableBytes == 0 && rest.readableBytes == 0)
            }
        }
    }

    @Test func `SOCKS leaves the name to the proxy, and logs in where it is asked to`() throws {
        var handshake = try Self.handshake("socks5://ada:pw@p")
        #expect(handshake.opening == ByteBuffer(bytes: [5, 2, 0, 2]))
        var answer = ByteBuffer(bytes: [5, 2])
        #expect(try handshake.received(&answer) == .send(ByteBuffer(bytes: [1, 3, 0x61, 0x64, 0x61, 2, 0x70, 0x77])))
        answer = ByteBuffer(bytes: [1, 0])
        let request = ByteBuffer(bytes: [5, 1, 0, 3, 12] + Array("edge.example".utf8) + [1, 0xBB])
        #expect(try handshake.received(&answer) == .send(request))
        answer = ByteBuffer(bytes: [5, 0, 0, 3, 1, 0x61, 0])
        #expect(try handshake.received(&answer) == .wait)
        answer.writeInteger(UInt8(80))
        #expect(try handshake.received(&answer) == .done)
        #expect(answer.readableBytes == 0)
    }

    @Test(
        arguments: [
            [4, 0], [5, 0xFF], [5, 3], [5, 2], [5, 0, 5, 1, 0, 1], [5, 0, 5, 9, 0, 1], [5, 0, 5, 0, 0, 7],
            [5, 0, 4, 0, 0, 1],
        ] as [[UInt8]]
    )
    func `An answer of SOCKS that leads nowhere ends it`(bytes: [UInt8]) throws {
        var handshake = try Self.handshake("socks5://p")
        var answer = ByteBuffer(bytes: bytes)
        #expect(throws: ProxyHandshake.Failure.self) {
            while try handshake.received(&answer) != .wait {}
        }
    }
}
