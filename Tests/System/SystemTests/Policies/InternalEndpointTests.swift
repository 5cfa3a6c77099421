import Control
import EdgeTestSupport
import JSON
import NIOCore
import Portico
import Testing

/// Cloud endpoints, internal endpoints, and the policies between them: made over the API, met over real sockets.
@Suite(.timeLimit(.minutes(2))) struct InternalEndpointTests {
    private struct Stage: Sendable {
        let edge: TestEdge
        let api: TestAPI
        let agent: Agent
        /// Where the agent's service listens.
        let port: UInt16

        /// Has the agent serve an internal endpoint.
        func forward(_ url: String, policy: String? = nil, isPooled: Bool = false) async throws {
            var options = EndpointOptions(url: url)
            if url.hasPrefix("tcp") { options.scheme = .tcp }
            if url.hasPrefix("tls") { options.scheme = .tls }
            options.trafficPolicy = policy
            options.isPooled = isPooled
            let isPipe = options.scheme == .tcp || options.scheme == .tls
            _ = try await self.agent.forward(
                to: isPipe ? "tcp://127.0.0.1:\(self.port)" : "\(self.port)",
                options: options
            )
        }

        /// Makes a cloud endpoint, and what it needs reserved.
        func serve(_ url: String, policy: String, isPooled: Bool = false) async throws {
            if !url.contains(".internal"), !url.hasPrefix("tcp") {
                let host = url.split(separator: "/").last.map(String.init) ?? ""
                let domain = try await self.api.call("POST", "/reserved_domains", ["domain": .string(host)])
                try #require(domain.status == 201, "\(domain)")
            }
            let answer = try await self.api.call(
                "POST",
                "/endpoints",
                ["url": .string(url), "traffic_policy": .string(policy), "pooling_enabled": .bool(isPooled)]
            )
            try #require(answer.status == 201, "\(answer)")
        }
    }

    private func withStage(
        legs: Int = 2,
        _ serve: @escaping @Sendable (TestConnection) async throws -> Void = TestUpstream.echoHead,
        _ body: @Sendable @escaping (Stage) async throws -> Void
    ) async throws {
        try await TestUpstream.with(serve) { upstream in
            try await TestEdge.with {
                $0.control.tcpPorts = 20_000...24_999
            } _: { edge in
                let agent = try await edge.connectAgent(maximumLegs: legs)
                try await edge.withAPI { api in
                    try await body(Stage(edge: edge, api: api, agent: agent, port: upstream.port))
                }
                await agent.close()
            }
        }
    }

    /// An answer: its head, and its body.
    private static func ask(
        _ stage: Stage,
        _ line: String = "GET /",
        host: String = "app.edge.test",
        body: String = ""
    ) async throws -> (head: String, body: String) {
        let visitor = try await stage.edge.visit()
        let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
        try await visitor.write(request(line, host: host, "Connection: close\r\n\(length)", body: body))
        let head = try await visitor.read(until: "\r\n\r\n")
        let rest = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
        await visitor.close()
        return (head, rest)
    }

    /// A policy that hands everything on, and marks answers of HTTP with `mark`.
    private static func forwarding(_ target: String, mark: String? = nil) -> String {
        let phase = target.hasPrefix("http") ? "on_http_request" : "on_tcp_connect"
        let forward = "\(phase): [{actions: [{type: forward-internal, config: {url: '\(target)'}}]}]"
        return forward + (mark.map { "\n" + Self.marking($0) } ?? "")
    }

    private static func marking(_ mark: String) -> String {
        "on_http_response: [{actions: [{type: add-headers, config: {headers: {x-way: \(mark)}}}]}]"
    }

    // MARK: HTTP

    @Test(arguments: [1, 2])
    func `A cloud endpoint forwards to the internal endpoint of an agent, which nobody else reaches`(
        legs: Int
    ) async throws {
        try await self.withStage(legs: legs) { stage in
            try await stage.forward("https://app.internal")
            try await stage.serve(
                "http://app.edge.test",
                policy: Self.forwarding("https://app.internal", mark: "cloud")
            )
            for _ in 0..<4 {
                let (head, body) = try await Self.ask(stage)
                #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n") && head.contains("x-way: cloud\r\n"))
                #expect(body.contains("Host: app.edge.test\r\n") && body.contains("X-Forwarded-For: 127.0.0.1\r\n"))
            }
            #expect(try await Self.ask(stage, host: "app.internal").head.hasPrefix("HTTP/1.1 404 "))
            await stage.agent.close()
            let (head, _) = try await Self.ask(stage)
            #expect(head.hasPrefix("HTTP/1.1 404 ") && head.contains("ERR_NGROK_3200"))
        }
    }

    @Test func `The responses' rules of a chain run from the innermost endpoint outwards`() async throws {
        try await self.withStage { stage in
            try await stage.forward("http://c.internal", policy: Self.marking("c"))
            try await stage.serve("http://b.internal", policy: Self.forwarding("http://c.internal", mark: "b"))
            try await stage.serve("http://a.internal", policy: Self.forwarding("http://b.internal", mark: "a"))
            try await stage.serve("http://app.edge.test", policy: Self.forwarding("http://a.internal", mark: "front"))
            let marks = try await Self.ask(stage).head.split(separator: "\r\n").filter { $0.hasPrefix("x-way: ") }
            #expect(marks == ["x-way: c", "x-way: b", "x-way: a", "x-way: front"])
        }
    }

    /// The number of internal endpoints behind the public one, the last of which is an agent's.
    @Test(arguments: [4, 5])
    func `A request comes through five endpoints, and not through six`(count: Int) async throws {
        try await self.withStage { stage in
            try await stage.forward("http://n\(count).internal")
            for number in 1..<count {
                try await stage.serve(
                    "http://n\(number).internal",
                    policy: Self.forwarding("http://n\(number + 1).internal")
                )
            }
            try await stage.serve("http://app.edge.test", policy: Self.forwarding("http://n1.internal"))
            let (head, _) = try await Self.ask(stage)
            #expect(head.hasPrefix(count == 4 ? "HTTP/1.1 200 " : "HTTP/1.1 508 "))
            #expect(head.contains("ERR_NGROK_3501") == (count == 5))
        }
    }

    @Test func `Endpoints that forward to each other end a request with 3501, and the edge goes on`() async throws {
        try await self.withStage { stage in
            try await stage.serve("http://x.internal", policy: Self.forwarding("http://y.internal"))
            try await stage.serve("http://y.internal", policy: Self.forwarding("http://x.internal"))
            try await stage.serve("http://app.edge.test", policy: Self.forwarding("http://x.internal"))
            for _ in 0..<3 {
                let (head, body) = try await Self.ask(stage)
                #expect(head.hasPrefix("HTTP/1.1 508 ") && head.contains("ERR_NGROK_3501"))
                #expect(body.contains("ERR_PORTICO_3501"))
            }
        }
    }

    @Test func `A large body goes to the innermost service, and comes back`() async throws {
        try await self.withStage { upstream in
            let head = try await upstream.read(until: "\r\n\r\n")
            let field = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length: ") }
            let length = field.flatMap { Int($0.dropFirst("content-length: ".count)) } ?? 0
            let body = try await upstream.read(count: length)
            try await upstream.write("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n")
            try await upstream.write(ByteBuffer(bytes: body))
        } _: { stage in
            try await stage.forward("http://b.internal")
            try await stage.serve("http://a.internal", policy: Self.forwarding("http://b.internal", mark: "a"))
            try await stage.serve("http://app.edge.test", policy: Self.forwarding("http://a.internal"))
            let sent = String(repeating: "0123456789", count: 100_000)
            let (head, body) = try await Self.ask(stage, "POST /", body: sent)
            #expect(head.hasPrefix("HTTP/1.1 200 ") && head.contains("x-way: a\r\n"))
            #expect(body == sent)
        }
    }

    @Test func `A target that is away lets the policy go on where it says so`() async throws {
        try await self.withStage { stage in
            try await stage.serve(
                "http://app.edge.test",
                policy: """
                    on_http_request:
                      - actions:
                          - {type: forward-internal, config: {url: "http://none.internal", on_error: continue}}
                          - type: custom-response
                            config:
                              status_code: 503
                              body: "${actions.ngrok.forward_internal.error.code} of ${actions.ngrok.forward_internal.url}"
                    """
            )
            let (head, body) = try await Self.ask(stage, "POST /", body: "abc")
            #expect(head.hasPrefix("HTTP/1.1 503 ") && body == "ERR_NGROK_3200 of http://none.internal")
        }
    }

    @Test func `A pool of an agent and a cloud endpoint serves both, and each has its own policy`() async throws {
        try await self.withStage { stage in
            try await stage.forward("http://app.internal", isPooled: true)
            try await stage.serve(
                "http://app.internal",
                policy: "on_http_request: [{actions: [{type: custom-response, config: {status_code: 418}}]}]",
                isPooled: true
            )
            try await stage.serve("http://app.edge.test", policy: Self.forwarding("http://app.internal"))
            var seen: [String: Int] = [:]
            for _ in 0..<60 { seen[String(try await Self.ask(stage).head.prefix(12)), default: 0] += 1 }
            #expect(seen.keys.sorted() == ["HTTP/1.1 200", "HTTP/1.1 418"])
            #expect(seen.values.allSatisfy { $0 > 10 }, "\(seen)")
        }
    }

    // MARK: TCP and TLS

    /// A cloud endpoint at an address of the account. Another test may listen there: the next is tried.
    private static func serveTCP(_ stage: Stage, _ policy: String) async throws -> UInt16 {
        var answer: TestAPI.Answer?
        for _ in 0..<20 {
            let address = try await stage.api.call("POST", "/reserved_addrs", [:]).text("addr")
            let made = try await stage.api.call(
                "POST",
                "/endpoints",
                ["url": .string("tcp://\(address)"), "traffic_policy": .string(policy)]
            )
            answer = made
            guard made.status == 201 else { continue }
            return try #require(address.split(separator: ":").last.flatMap { UInt16($0) })
        }
        throw NotServed(answer: answer.map { "\($0)" } ?? "")
    }

    private struct NotServed: Error {
        let answer: String
    }

    @Test(arguments: [1, 2])
    func `A TCP endpoint of the cloud forwards connections through a chain, with half closes`(
        legs: Int
    ) async throws {
        try await self.withStage(legs: legs, TestUpstream.echo) { stage in
            try await stage.forward("tcp://db.internal:5432")
            try await stage.serve("tcp://way.internal:1", policy: Self.forwarding("tcp://db.internal:5432"))
            let port = try await Self.serveTCP(stage, Self.forwarding("tcp://way.internal:1"))
            for size in [0, 1, 1_000_000] {
                let visitor = try await TestConnection.open(port: port)
                if size > 0 { try await visitor.write(ByteBuffer(repeating: 7, count: size)) }
                try await visitor.finish()
                #expect(try await visitor.readToEnd().count == size)
                await visitor.close()
            }
        }
    }

    @Test func `TCP endpoints that forward to each other close the connection`() async throws {
        try await self.withStage { stage in
            try await stage.serve("tcp://x.internal:1", policy: Self.forwarding("tcp://y.internal:1"))
            try await stage.serve("tcp://y.internal:1", policy: Self.forwarding("tcp://x.internal:1"))
            let port = try await Self.serveTCP(stage, Self.forwarding("tcp://x.internal:1"))
            for _ in 0..<3 {
                let visitor = try await TestConnection.open(port: port)
                #expect(try await visitor.readToEnd().isEmpty)
                await visitor.close()
            }
        }
    }

    @Test func `A TLS endpoint of the cloud forwards the visitor's own handshake`() async throws {
        try await self.withStage { upstream in
            let hello = try await upstream.read(count: 3)
            try await upstream.write("saw \(hello[0]) \(hello[1])")
            try await upstream.finish()
        } _: { stage in
            try await stage.forward("tls://own.internal")
            try await stage.serve("tls://own.edge.test", policy: Self.forwarding("tls://own.internal"))
            let visitor = try await TestConnection.open(port: stage.edge.httpsPort)
            try await visitor.write(ByteBuffer(bytes: try clientHello(for: "own.edge.test")))
            #expect(String(decoding: try await visitor.readToEnd(), as: UTF8.self) == "saw 22 3")
            await visitor.close()
        }
    }
}
