import Control
import Edge
import EdgeTestSupport
import JSON
import NIOCore
import SSHKeys
import TestSupport
import Testing

/// OpenSSH's client in an agent's place.
@Suite(.timeLimit(.minutes(5))) struct SSHEndpointTests {
    @Test func `ssh -R serves a random http endpoint with a registered key, until it is interrupted`() async throws {
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key")
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                let client = try ssh.connect(["-R", "0:127.0.0.1:\(upstream.port)"])
                let host = try await client.host()
                #expect(host.hasSuffix(".edge.test"))
                let visitor = try await ssh.edge.visitSecurely(host)
                for number in 0..<3 {
                    try await visitor.write("GET /\(number) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                    let answer = try await visitor.read(until: "\r\n\r\n")
                    #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
                    #expect(try await visitor.read(until: "\r\n\r\n").hasPrefix("GET /\(number) HTTP/1.1"))
                }
                await visitor.close()
                client.interrupt()
                _ = await client.status()
            }
        }
    }

    /// Asks once over plain HTTP, and returns the answer's head and body.
    private func ask(_ ssh: TestSSH, _ host: String, path: String = "/") async throws -> String {
        let visitor = try await ssh.edge.visit()
        try await visitor.write("GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
        let answer = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
        await visitor.close()
        return answer
    }

    @Test(arguments: ["mine.edge.test", "mine"]) func `A name that was asked for is served`(name: String) async throws {
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key")
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                let client = try ssh.connect(["-R", "\(name):80:127.0.0.1:\(upstream.port)"])
                #expect(try await client.host() == "mine.edge.test")
                #expect(try await self.ask(ssh, "mine.edge.test").hasPrefix("HTTP/1.1 200 OK"))
            }
        }
    }

    @Test func `A wildcard serves every name below it`() async throws {
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key")
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                let client = try ssh.connect(["-R", "*.mine.edge.test:80:127.0.0.1:\(upstream.port)"])
                _ = try await client.url()
                #expect(try await self.ask(ssh, "a.mine.edge.test").hasPrefix("HTTP/1.1 200 OK"))
                #expect(try await self.ask(ssh, "b.mine.edge.test").hasPrefix("HTTP/1.1 200 OK"))
            }
        }
    }

    @Test func `A tcp endpoint passes bytes both ways, and ends as its visitor does`() async throws {
        try await TestSSH.with {
            $0.control.tcpPorts = 20_100...20_199
        } _: { ssh in
            try await ssh.makeKey("key")
            try await TestUpstream.with(TestUpstream.echo) { upstream in
                let client = try ssh.connect(["-R", "0:127.0.0.1:\(upstream.port)"], "tcp")
                let url = try await client.url()
                let port = try #require(UInt16(url.split(separator: ":").last ?? ""))
                let visitor = try await TestConnection.open(port: port)
                try await visitor.write("hello")
                #expect(try await visitor.read(count: 5) == Array("hello".utf8))
                try await visitor.write("more")
                try await visitor.finish()
                #expect(String(decoding: try await visitor.readToEnd(), as: UTF8.self) == "more")
                await visitor.close()
            }
        }
    }

    @Test func `A tls endpoint passes the handshake to the service`() async throws {
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key")
            try await TestUpstream.with { connection in
                // A handshake record, whose bytes it answers with something else than TLS.
                let start = try await connection.read(count: 3)
                try await connection.write("seen \(start[0]) \(start[1])")
            } _: { upstream in
                let client = try ssh.connect(["-R", "mine.edge.test:443:127.0.0.1:\(upstream.port)"], "tls")
                #expect(try await client.url().hasPrefix("tls://mine.edge.test"))
                let visitor = try await TestConnection.open(port: ssh.edge.httpsPort)
                try await visitor.write(ByteBuffer(bytes: try clientHello(for: "mine.edge.test")))
                #expect(String(decoding: try await visitor.readToEnd(), as: UTF8.self) == "seen 22 3")
                await visitor.close()
            }
        }
    }

    @Test func `Two sessions share a URL where both say so`() async throws {
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key")
            let serve: @Sendable (String) -> @Sendable (TestConnection) async throws -> Void = { name in
                { connection in
                    _ = try await connection.read(until: "\r\n\r\n")
                    try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(name)")
                }
            }
            try await TestUpstream.with(serve("a")) { first in
                try await TestUpstream.with(serve("b")) { second in
                    let options = { (port: UInt16) in ["-R", "pool.edge.test:80:127.0.0.1:\(port)"] }
                    let one = try ssh.connect(options(first.port), "http --pooling-enabled")
                    let two = try ssh.connect(options(second.port), "http --pooling-enabled")
                    _ = try await one.url()
                    _ = try await two.url()
                    var seen: Set<Character> = []
                    for _ in 0..<200 where seen.count < 2 {
                        seen.insert(try #require(try await self.ask(ssh, "pool.edge.test").last))
                    }
                    #expect(seen == ["a", "b"])
                    let third = try ssh.connect(options(first.port))
                    #expect(await third.status() == 1)
                    #expect(third.text.contains("ERR_PORTICO_334:"), "\(third.text)")
                    one.interrupt()
                    _ = await one.status()
                    while try await ssh.api.call("GET", "/tunnel_sessions").object["tunnel_sessions"]?.array?.count != 1
                    {}
                    for _ in 0..<20 { #expect(try await self.ask(ssh, "pool.edge.test").last == "b") }
                }
            }
        }
    }

    @Test func `Ctrl-C ends the endpoint at once`() async throws {
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key")
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                let client = try ssh.connect(["-R", "mine.edge.test:80:127.0.0.1:\(upstream.port)"])
                _ = try await client.url()
                client.interrupt()
                _ = await client.status()
                while try await ssh.api.call("GET", "/tunnel_sessions").object["tunnel_sessions"]?.array?.isEmpty
                    == false
                {}
                #expect(try await self.ask(ssh, "mine.edge.test").contains("ERR_NGROK_3200"))
            }
        }
    }

    @Test func `64 visitors at once get each their own answer`() async throws {
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key")
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                let client = try ssh.connect(["-R", "mine.edge.test:80:127.0.0.1:\(upstream.port)"])
                _ = try await client.url()
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 0..<64 {
                        group.addTask {
                            let answer = try await self.ask(ssh, "mine.edge.test", path: "/visitor-\(number)")
                            return answer.hasPrefix("HTTP/1.1 200 OK") && answer.contains("/visitor-\(number) ")
                        }
                    }
                    var right = 0
                    for try await isRight in group where isRight { right += 1 }
                    #expect(right == 64)
                }
            }
        }
    }

    @Test func `A visitor who reads nothing keeps no other waiting, and gets every byte in the end`() async throws {
        let bytes = 16 << 20
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key")
            try await TestUpstream.with { connection in
                let head = try await connection.read(until: "\r\n\r\n")
                guard head.contains("/large") else {
                    return try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                }
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(bytes)\r\n\r\n")
                let part = ByteBuffer(repeating: 7, count: 1 << 16)
                for _ in 0..<(bytes >> 16) { try await connection.write(part) }
            } _: { upstream in
                let client = try ssh.connect(["-R", "mine.edge.test:80:127.0.0.1:\(upstream.port)"])
                _ = try await client.url()
                let slow = try await ssh.edge.visit(receiveBufferBytes: 4096)
                try await slow.write("GET /large HTTP/1.1\r\nHost: mine.edge.test\r\nConnection: close\r\n\r\n")
                _ = try await slow.read(until: "\r\n\r\n")
                for _ in 0..<10 { #expect(try await self.ask(ssh, "mine.edge.test").hasSuffix("ok")) }
                #expect(try await slow.readToEnd().count == bytes)
                await slow.close()
            }
        }
    }

    @Test func `A large body goes up, at the pace of the service`() async throws {
        let bytes = 8 << 20
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key")
            try await TestUpstream.with { connection in
                _ = try await connection.read(until: "\r\n\r\n")
                let body = try await connection.read(count: bytes)
                let isRight = body.allSatisfy { $0 == 7 }
                try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\(isRight)")
            } _: { upstream in
                let client = try ssh.connect(["-R", "mine.edge.test:80:127.0.0.1:\(upstream.port)"])
                _ = try await client.url()
                let visitor = try await ssh.edge.visit()
                try await visitor.write(
                    "POST / HTTP/1.1\r\nHost: mine.edge.test\r\nConnection: close\r\nContent-Length: \(bytes)\r\n\r\n"
                )
                let part = ByteBuffer(repeating: 7, count: 1 << 16)
                for _ in 0..<(bytes >> 16) { try await visitor.write(part) }
                #expect(String(decoding: try await visitor.readToEnd(), as: UTF8.self).hasSuffix("true"))
                await visitor.close()
            }
        }
    }

    @Test func `A service that is not there is the service's failure`() async throws {
        let held = try #require(HeldPort(0))
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key")
            let client = try ssh.connect(["-R", "mine.edge.test:80:127.0.0.1:\(held.port)"])
            _ = try await client.url()
            #expect(try await self.ask(ssh, "mine.edge.test").hasPrefix("HTTP/1.1 502 "))
        }
        withExtendedLifetime(held) {}
    }

    @Test func `A traffic policy is in force`() async throws {
        try await TestSSH.with { ssh in
            try await ssh.makeKey("key")
            let policy = "on_http_request: [{actions: [{type: custom-response, config: {status_code: 418}}]}]"
            let client = try ssh.connect(
                ["-R", "mine.edge.test:80:127.0.0.1:9"],
                "http --traffic-policy '\(policy)'"
            )
            _ = try await client.url()
            #expect(try await self.ask(ssh, "mine.edge.test").hasPrefix("HTTP/1.1 418 "))
        }
    }

    @Test func `An edge that starts again is known by its key, and serves the same name`() async throws {
        let key = try SSHHostKey()
        for _ in 0..<2 {
            try await TestSSH.with(hostKey: key) { ssh in
                try await ssh.makeKey("key")
                try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                    let client = try ssh.connect(["-R", "mine.edge.test:80:127.0.0.1:\(upstream.port)"])
                    _ = try await client.url()
                    #expect(try await self.ask(ssh, "mine.edge.test").hasPrefix("HTTP/1.1 200 OK"))
                    await ssh.edge.edge.drain()
                    #expect(await client.status() == 1)
                    #expect(client.text.contains("ERR_PORTICO_100104:"), "\(client.text)")
                }
            }
        }
    }
}
