import Expression
import NIOCore
import NIOEmbedded
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// request-body-find-replace and response-body-find-replace (`spec/traffic-policy.md` 4.20).
@Suite struct BodyFindReplaceActionTests {
    private struct Run {
        let exchange: Exchange
        let host: FixtureHost
        let outcome: PhaseOutcome?

        /// Also of phases that had to wait.
        var brief: String { (self.outcome ?? self.host.ended.last?.outcome)?.brief ?? "waits" }

        func result(_ expression: String, in phase: PolicyPhaseName) throws -> String {
            let environment = PolicyLanguage.environment(of: phase == .request ? .httpRequest : .httpResponse)
            let name = "\(phase == .request ? "request" : "response")_body_find_replace"
            return try self.exchange.text(
                of: environment.compile(template: "${actions.ngrok.\(name).replacements\(expression)}")
            )
        }
    }

    private enum PolicyPhaseName { case request, response }

    private func policy(_ name: PolicyPhaseName, _ replacements: String) -> String {
        let side = name == .request ? "request" : "response"
        return """
            on_http_\(side):
              - actions:
                  - type: \(side)-body-find-replace
                    config:
                      replacements: \(replacements)
            """
    }

    private func request(
        _ replacements: String,
        body: ByteBuffer,
        fields: [(String, String)] = []
    ) throws -> Run {
        var fixture = ExchangeFixture()
        fixture.method = "POST"
        fixture.fields += fields
        fixture.host.requestBody = body
        let exchange = try fixture.exchange(self.policy(.request, replacements))
        let outcome = exchange.run(.httpRequest)
        fixture.host.loop.run()
        return Run(exchange: exchange, host: fixture.host, outcome: outcome)
    }

    private func response(
        _ replacements: String,
        body: ByteBuffer,
        status: Int = 200,
        method: String = "GET",
        fields: [(String, String)] = [],
        policy: String? = nil
    ) throws -> Run {
        var fixture = ExchangeFixture()
        fixture.method = method
        fixture.fields.append(("Accept-Encoding", "gzip"))
        fixture.host.responseBody = body
        let exchange = try fixture.exchange(policy ?? self.policy(.response, replacements))
        exchange.begin(ResponseState(status: status, head: receivedHead(fields), contentLength: body.readableBytes))
        let outcome = exchange.run(.httpResponse)
        fixture.host.loop.run()
        return Run(exchange: exchange, host: fixture.host, outcome: outcome)
    }

    private func text(_ buffer: ByteBuffer?) -> String? { buffer.map { String(buffer: $0) } }

    @Test func `replacements: in order, each on what the one before left, all matches`() throws {
        let run = try self.request("[{from: a, to: b}, {from: b+, to: 'x'}, {from: z}]", body: .init(string: "aab-a"))
        #expect(run.brief == "proceed")
        #expect(self.text(run.exchange.request.replacementBody) == "x-x")
        #expect(try run.result(".map(r, r.replacement_index)", in: .request) == "[0,1]")
        #expect(try run.result("[1].matched_content", in: .request) == "bbb")
    }

    @Test func `to: absent or empty deletes, groups and names are filled in`() throws {
        #expect(
            self.text(
                try self.request("[{from: '[0-9]+'}]", body: .init(string: "a1b22c")).exchange.request
                    .replacementBody
            ) == "abc"
        )
        #expect(
            self.text(
                try self.request("[{from: '[0-9]', to: ''}]", body: .init(string: "a1")).exchange.request
                    .replacementBody
            ) == "a"
        )
        let run = try self.request("[{from: '(?P<k>\\w)=(\\w)', to: '$2=$k'}]", body: .init(string: "a=1"))
        #expect(self.text(run.exchange.request.replacementBody) == "1=a")
    }

    @Test func `from and to may have expressions`() throws {
        let run = try self.request("[{from: '${req.method}', to: '<${req.host}>'}]", body: .init(string: "a POST b"))
        #expect(self.text(run.exchange.request.replacementBody) == "a <app.example.com> b")
    }

    @Test func `The response's length is set anew and strong validators go`() throws {
        let fields = [("ETag", "\"1\""), ("Content-MD5", "x"), ("Digest", "y"), ("Content-Type", "text/html")]
        let run = try self.response(
            "[{from: http://localhost, to: https://x}]",
            body: .init(string: "http://localhost"),
            fields: fields
        )
        #expect(run.brief == "proceed")
        #expect(self.text(run.exchange.response.replacementBody) == "https://x")
        #expect(run.exchange.response.contentLength == 9)
        #expect(lines(run.exchange.response.head) == ["Content-Type: text/html"])
        #expect(try run.result("[0].matched_content", in: .response) == "http://localhost")
    }

    @Test func `Where nothing matches, nothing changes`() throws {
        let run = try self.response("[{from: nothing}]", body: .init(string: "text"), fields: [("ETag", "\"1\"")])
        #expect(run.brief == "proceed" && run.exchange.response.replacementBody == nil)
        #expect(run.exchange.response.contentLength == 4)
        #expect(lines(run.exchange.response.head) == ["ETag: \"1\""])
        #expect(try run.result(".size()", in: .response) == "0")
    }

    @Test(arguments: [ContentCoding.gzip, .deflate, .brotli, .zstd])
    func `An encoded body is decoded and goes on as plain`(coding: ContentCoding) throws {
        let (bytes, _) = try CompressorTests.compress([Array("secret text".utf8)], with: coding)
        let fields = [("Content-Encoding", coding.token)]
        let response = try self.response("[{from: secret, to: open}]", body: .init(bytes: bytes), fields: fields)
        #expect(self.text(response.exchange.response.replacementBody) == "open text")
        #expect(lines(response.exchange.response.head).isEmpty)
        let request = try self.request("[{from: secret, to: open}]", body: .init(bytes: bytes), fields: fields)
        #expect(self.text(request.exchange.request.replacementBody) == "open text")
        #expect(!request.exchange.request.head.contains("content-encoding"))
    }

    @Test(arguments: ["compress", "exi", "gzip, exi", "gzip, gzip, gzip"])
    func `A body in an unknown encoding is left alone`(coding: String) throws {
        let run = try self.response("[{from: a}]", body: .init(string: "aa"), fields: [("Content-Encoding", coding)])
        #expect(run.brief == "proceed" && run.exchange.response.replacementBody == nil)
        #expect(run.exchange.record.problems.count == 1)
    }

    @Test(
        arguments: [
            ("HEAD", 200, []), ("GET", 204, []), ("GET", 304, []), ("GET", 101, []),
            ("GET", 200, [("Content-Type", "Text/Event-Stream; charset=utf-8")]),
        ] as [(String, Int, [(String, String)])]
    )
    func `Skipped: event streams and answers without body`(
        method: String,
        status: Int,
        fields: [(String, String)]
    ) throws {
        let run = try self.response(
            "[{from: a}]",
            body: .init(string: "a"),
            status: status,
            method: method,
            fields: fields
        )
        #expect(run.outcome?.brief == "proceed")
        #expect(run.exchange.response.replacementBody == nil)
    }

    @Test func `Skipped: a request that becomes a WebSocket`() throws {
        let run = try self.request("[{from: '^', to: x}]", body: .init(), fields: [("Sec-WebSocket-Key", "k")])
        #expect(run.outcome?.brief == "proceed" && run.exchange.request.replacementBody == nil)
    }

    @Test func `3903: a body over the limit is 413 for requests and 502 for responses`() throws {
        let large = ByteBuffer(repeating: 0x61, count: 4 << 20 + 1)
        #expect(try self.request("[{from: b}]", body: large).brief == "fail 3903 413")
        #expect(try self.response("[{from: b}]", body: large).brief == "fail 3903 502")
        let (bomb, _) = try CompressorTests.compress([[UInt8](repeating: 0, count: 5 << 20)], with: .gzip)
        let run = try self.request("[{from: b}]", body: .init(bytes: bomb), fields: [("Content-Encoding", "gzip")])
        #expect(run.brief == "fail 3903 413")
        let fits = ByteBuffer(repeating: 0x61, count: 4 << 20)
        #expect(try self.request("[{from: b}]", body: fits).brief == "proceed")
    }

    @Test func `3900: an expression without value`() throws {
        #expect(
            try self.request("[{from: '${req.headers[\"x\"][0]}'}]", body: .init(string: "a")).brief == "fail 3900 500"
        )
        #expect(try self.request("[{from: a, to: '${vars.x}'}]", body: .init(string: "a")).brief == "fail 3900 500")
    }

    @Test func `3901: a pattern that is none once it is known`() throws {
        #expect(try self.request("[{from: '(${req.method}'}]", body: .init(string: "a")).brief == "fail 3901 500")
    }

    @Test func `3904: a body that is not in its encoding, or grows too large`() throws {
        let run = try self.request("[{from: a}]", body: .init(string: "plain"), fields: [("Content-Encoding", "gzip")])
        #expect(run.brief == "fail 3904 500")
        let grown = try self.request("[{from: a, to: '$0$0'}]", body: ByteBuffer(repeating: 0x61, count: 3 << 20))
        #expect(grown.brief == "fail 3904 500")
    }

    @Test func `A second action works on what the first has left`() throws {
        let (bytes, _) = try CompressorTests.compress([Array("one".utf8)], with: .gzip)
        let policy = """
            on_http_response:
              - actions:
                  - type: response-body-find-replace
                    config: {replacements: [{from: one, to: two}]}
                  - type: compress-response
                  - type: response-body-find-replace
                    config: {replacements: [{from: two, to: three}]}
            """
        let run = try self.response(
            "",
            body: .init(bytes: bytes),
            fields: [("Content-Encoding", "gzip")],
            policy: policy
        )
        #expect(run.brief == "proceed")
        #expect(self.text(run.exchange.response.replacementBody) == "three")
        // The body is plain, and is compressed when it is sent.
        #expect(run.exchange.response.head.values("content-encoding") == ["gzip"])
        #expect(run.exchange.responseFilters.count == 1)
    }
}
