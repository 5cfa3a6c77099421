import Edge
import EdgeTestSupport
import Foundation
import NIOCore
import Portico
import Proxy
import TestSupport
import Testing

/// What a visitor sees, and an upstream, when something goes wrong.
@Suite(.timeLimit(.minutes(1))) struct FailureTests {
    @Test(arguments: Way.allCases)
    func `A service that closes without an answer is 502`(way: Way) async throws {
        try await way.with { upstream in
            _ = try await upstream.read(until: "\r\n\r\n")
        } _: { edge in
            let visitor = try await edge.visit()
            try await visitor.write(request("POST /", "Content-Length: 1\r\n", body: "x"))
            let head = try await visitor.read(until: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 502 "))
            #expect(head.contains("ngrok-error-code: ERR_NGROK_3004\r\n"))
            await visitor.close()
        }
    }

    @Test(arguments: Way.allCases)
    func `A service that answers something else than HTTP is 502`(way: Way) async throws {
        try await way.with { upstream in
            _ = try await upstream.read(until: "\r\n\r\n")
            try await upstream.write("220 mail.example ESMTP\r\n")
            _ = try await upstream.readToEnd()
        } _: { edge in
            let visitor = try await edge.visit()
            try await visitor.write(request("GET /"))
            #expect(try await visitor.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 502 "))
            await visitor.close()
        }
    }

    @Test(arguments: Way.allCases, [100, 101])
    func `A service may say a hundred times that it takes longer, and then no more`(way: Way, times: Int) async throws {
        try await way.with { upstream in
            _ = try await upstream.read(until: "\r\n\r\n")
            let interim = String(repeating: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", count: times)
            try await upstream.write(interim + "HTTP/1.1 204 No Content\r\n\r\n")
            _ = try await upstream.readToEnd()
        } _: { edge in
            let visitor = try await edge.visit()
            try await visitor.write(request("GET /", "Connection: close\r\n"))
            let answer = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
            #expect(answer.components(separatedBy: "HTTP/1.1 103 ").count == 101)
            #expect(answer.contains(times == 100 ? "HTTP/1.1 204 " : "HTTP/1.1 502 "))
        }
    }

    @Test(arguments: Way.allCases)
    func `An answer that breaks off is never taken for whole`(way: Way) async throws {
        try await way.with { upstream in
            _ = try await upstream.read(until: "\r\n\r\n")
            try await upstream.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        } _: { edge in
            let visitor = try await edge.visit()
            try await visitor.write(request("GET /"))
            #expect(try await visitor.read(until: "\r\n\r\n").contains("Content-Length: 10\r\n"))
            #expect(try await visitor.readToEnd().count < 10)
        }
    }

    @Test(arguments: Way.allCases)
    func `A kept connection that the service has closed costs a repeatable request nothing`(way: Way) async throws {
        try await way.with { upstream in
            _ = try await upstream.read(until: "\r\n\r\n")
            try await upstream.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        } _: { edge in
            let visitor = try await edge.visit()
            for _ in 0..<20 {
                try await visitor.write(request("GET /"))
                #expect(try await visitor.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
            await visitor.close()
        }
    }

    @Test(arguments: Way.allCases)
    func `A visitor that goes away takes its upstream connection with it`(way: Way) async throws {
        let (ends, ended) = AsyncStream<Int>.makeStream()
        try await way.with { upstream in
            _ = try await upstream.read(until: "\r\n\r\n")
            try await upstream.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nbeginning")
            ended.yield(try await upstream.readToEnd().count)
        } _: { edge in
            let visitor = try await edge.visit()
            try await visitor.write(request("GET /"))
            _ = try await visitor.read(count: 40)
            await visitor.close()
            var iterator = ends.makeAsyncIterator()
            #expect(await iterator.next() == 0)
        }
    }

    @Test func `A service that cannot be reached is 502, from the edge and from the agent`() async throws {
        // Held, so that no other test's service gets it while nobody listens on it here.
        let held = try #require(HeldPort(0))
        let port = held.port
        try await TestEdge.with {
            try $0.addStatic("http://static.edge.test", port: port)
        } _: { edge in
            let agent = try await edge.connectAgent()
            _ = try await agent.forward(
                to: "\(port)",
                options: EndpointOptions(scheme: .http, url: "http://agent.edge.test")
            )
            for host in ["static.edge.test", "agent.edge.test"] {
                let visitor = try await edge.visit()
                try await visitor.write(request("GET /", host: host))
                #expect(try await visitor.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 502 "))
                await visitor.close()
            }
            await agent.close()
        }
        withExtendedLifetime(held) {}
    }

    @Test(arguments: [
        ("no host", 400), ("HTTP/2.0", 505), ("long target", 414), ("two framings", 400), ("CONNECT", 501),
    ])
    func `Bad requests get their status, and the connection closes`(kind: String, status: Int) async throws {
        let bytes =
            switch kind {
            case "no host": "GET / HTTP/1.1\r\n\r\n"
            case "HTTP/2.0": "GET / HTTP/2.0\r\nHost: a\r\n\r\n"
            case "long target": "GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\nHost: a\r\n\r\n"
            case "two framings": request("POST /", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")
            default: "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"
            }
        try await TestEdge.with { edge in
            let visitor = try await edge.visit()
            try await visitor.write(bytes)
            let answer = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains("Connection: close\r\n"))
        }
    }

    @Test func `A WebSocket of a version that is not served is told which one is`() async throws {
        try await TestEdge.with { edge in
            let visitor = try await edge.visit()
            let fields = """
                Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                Sec-WebSocket-Version: 8\r\n
                """
            try await visitor.write(request("GET /", fields))
            let answer = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 426 Upgrade Required\r\n"))
            #expect(answer.contains("Sec-WebSocket-Version: 13\r\n"))
        }
    }

    @Test func `What the edge itself answers is dated, and so is the word to plain HTTP on a TLS port`() async throws {
        try await TestEdge.with { edge in
            for port in [edge.httpPort, edge.httpsPort] {
                let before = Int64(Date.now.timeIntervalSince1970)
                let visitor = try await TestConnection.open(port: port)
                try await visitor.write(request("GET /"))
                let head = try await visitor.read(until: "\r\n\r\n")
                let line = try #require(head.components(separatedBy: "\r\n").first { $0.hasPrefix("Date: ") })
                let date = try #require(HTTPDateText.seconds(String(line.dropFirst(6))))
                #expect((before...Int64(Date.now.timeIntervalSince1970)).contains(date))
                await visitor.close()
            }
        }
    }

    @Test func `A head that does not end is refused at its deadline`() async throws {
        try await TestEdge.with {
            $0.edge.proxy.limits.headMilliseconds = 250
        } _: { edge in
            let visitor = try await edge.visit()
            try await visitor.write("GET / HTTP/1.1\r\nHost:")
            let answer = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func `An idle connection is closed after its time`() async throws {
        try await TestEdge.with {
            $0.edge.proxy.limits.keepAliveMilliseconds = 250
        } _: { edge in
            let visitor = try await edge.visit()
            #expect(try await visitor.readToEnd().isEmpty)
        }
    }
}
