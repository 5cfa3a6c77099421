import EdgeTestSupport
import NIOCore
import PolicyEngine
import Portico
import Testing
import TrafficPolicy

/// Every action that this edge runs, from a visitor's socket to a service's and back. What each of them does in detail is
/// tested where no sockets are.
@Suite(.timeLimit(.minutes(1))) struct ActionTests {
    @Test(arguments: ActionCase.all)
    func `The action is in force`(example: ActionCase) async throws {
        try await TestUpstream.with(Self.serve) { upstream in
            try await TestEdge.with { edge in
                let agent = try await edge.connectAgent()
                var options = EndpointOptions(scheme: .http, url: "http://app.edge.test")
                options.trafficPolicy = example.policy
                _ = try await agent.forward(to: "\(upstream.port)", options: options)
                for step in example.steps {
                    let visitor = try await edge.visit()
                    try await visitor.write(request(step.line, "Connection: close\r\n\(step.fields)", body: step.body))
                    let answer = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
                    await visitor.close()
                    for part in step.expected { #expect(answer.contains(part), "\(answer)") }
                    for part in step.absent { #expect(!answer.contains(part), "\(answer)") }
                    if step.expected.isEmpty { #expect(answer.isEmpty) }
                }
                await agent.close()
            }
        }
    }

    @Test func `No action is left out`() {
        // These need more than a service: HTTPRequestTests, InternalEndpointTests, TokenTests, LoginTests, PolicyLogTests,
        // FirewallTests, ClientCertificateTests.
        let elsewhere: Set<ActionType> = [
            .httpRequest, .forwardInternal, .jwtValidation, .log, .oauth, .openIDConnect, .owaspCRSRequest,
            .owaspCRSResponse, .terminateTLS,
        ]
        let here = Set(ActionCase.all.compactMap { ActionType(rawValue: $0.action) })
        #expect(here.union(elsewhere) == PolicyProgram.runnable)
    }

    /// Answers with the request as the body; `/events` with two events, `/failed` with 500.
    private static func serve(_ connection: TestConnection) async throws {
        while true {
            let head = try await connection.read(until: "\r\n\r\n")
            let field = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length: ") }
            let length = field.flatMap { Int($0.dropFirst("content-length: ".count)) } ?? 0
            let body = String(decoding: try await connection.read(count: length), as: UTF8.self)
            switch head.split(separator: " ").dropFirst().first {
            case "/events":
                let events = "data: one\n\ndata: two\n\n"
                try await connection.write(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: \(events.utf8.count)\r\n\r\n\(events)"
                )
            case "/failed":
                try await connection.write("HTTP/1.1 500 Failed\r\nContent-Length: 0\r\n\r\n")
            default:
                let text = head + body
                try await connection.write(
                    "HTTP/1.1 200 OK\r\nX-Upstream: test\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
                )
            }
        }
    }
}

/// A policy, and what visitors see of it.
struct ActionCase: Sendable, CustomTestStringConvertible {
    struct Step: Sendable {
        var line = "GET /"
        var fields = ""
        var body = ""
        /// Parts of the answer; none where the connection is closed without one.
        var expected: [String]
        var absent: [String] = []
    }

    let action: String
    var phase = "on_http_request"
    /// In YAML's flow form, without its braces.
    var config = ""
    /// In the same rule, behind the action.
    var next = ""
    let steps: [Step]

    var testDescription: String { self.action }

    var policy: String {
        "\(self.phase): [{actions: [{type: \(self.action), config: {\(self.config)}}\(self.next)]}]"
    }
}

extension ActionCase {
    static let all: [ActionCase] = [
        ActionCase(
            action: "add-headers",
            config: #"headers: {x-added: "to ${req.method}"}"#,
            steps: [Step(expected: ["HTTP/1.1 200 ", "x-added: to GET"])]
        ),
        ActionCase(
            action: "remove-headers",
            config: "headers: [x-gone]",
            steps: [Step(fields: "X-Gone: 1\r\nX-Kept: 2\r\n", expected: ["X-Kept: 2"], absent: ["X-Gone"])]
        ),
        ActionCase(
            action: "basic-auth",
            config: #"credentials: ["alice:long enough"], realm: vault"#,
            steps: [
                Step(expected: ["HTTP/1.1 401 ", #"Basic realm="vault""#], absent: ["X-Upstream"]),
                Step(fields: "Authorization: Basic YWxpY2U6bG9uZyBlbm91Z2g=\r\n", expected: ["HTTP/1.1 200 "]),
            ]
        ),
        ActionCase(
            action: "circuit-breaker",
            config: "error_threshold: 1.0, volume_threshold: 2",
            steps: [
                Step(line: "GET /failed", expected: ["HTTP/1.1 500 "], absent: ["ERR_NGROK"]),
                Step(line: "GET /failed", expected: ["HTTP/1.1 500 "], absent: ["ERR_NGROK"]),
                Step(expected: ["HTTP/1.1 503 ", "ERR_NGROK_3202"]),
            ]
        ),
        ActionCase(action: "close-connection", steps: [Step(expected: [])]),
        ActionCase(
            action: "compress-response",
            phase: "on_http_response",
            steps: [
                Step(fields: "Accept-Encoding: br\r\n", expected: ["content-encoding: br"], absent: ["GET /"]),
                Step(expected: ["GET /"], absent: ["content-encoding"]),
            ]
        ),
        ActionCase(
            action: "custom-response",
            config: #"status_code: 418, body: "at ${req.url.path}", headers: {x-own: "1"}"#,
            steps: [Step(line: "GET /a", expected: ["HTTP/1.1 418 ", "x-own: 1", "\r\n\r\nat /a"])]
        ),
        ActionCase(
            action: "deny",
            config: "status_code: 410",
            steps: [Step(expected: ["HTTP/1.1 410 "], absent: ["ERR_NGROK", "X-Upstream"])]
        ),
        ActionCase(
            action: "rate-limit",
            config: #"name: each, capacity: 1, rate: 60s, bucket_key: ["conn.client_ip"]"#,
            steps: [Step(expected: ["HTTP/1.1 200 "]), Step(expected: ["HTTP/1.1 429 ", "retry-after: "])]
        ),
        ActionCase(
            action: "redirect",
            config: "from: /old, to: /new, status_code: 308",
            steps: [
                Step(line: "GET /old?a", expected: ["HTTP/1.1 308 ", "location: http://app.edge.test/new?a"]),
                Step(expected: ["HTTP/1.1 200 "]),
            ]
        ),
        ActionCase(
            action: "url-rewrite",
            config: "from: /v1/(.*), to: /api/$1",
            steps: [Step(line: "GET /v1/x?y", expected: ["GET /api/x?y HTTP/1.1"])]
        ),
        ActionCase(
            action: "restrict-ips",
            config: "allow: [203.0.113.0/24]",
            steps: [Step(expected: ["HTTP/1.1 403 ", "ERR_NGROK_3203"])]
        ),
        ActionCase(
            action: "set-vars",
            config: #"vars: [{length: "${size(req.url.path)}"}, {twice: "${vars.length * 2}"}]"#,
            next: #", {type: add-headers, config: {headers: {x-twice: "${vars.twice}"}}}"#,
            steps: [Step(line: "GET /abc", expected: ["x-twice: 8"])]
        ),
        ActionCase(
            action: "verify-webhook",
            config: "provider: gitlab, secret: hush",
            steps: [
                Step(fields: "X-Gitlab-Token: other\r\n", expected: ["HTTP/1.1 403 ", "ERR_NGROK_3204"]),
                Step(fields: "X-Gitlab-Token: hush\r\n", expected: ["HTTP/1.1 200 "]),
            ]
        ),
        ActionCase(
            action: "request-body-find-replace",
            config: "replacements: [{from: secret, to: '***'}]",
            steps: [
                Step(
                    line: "POST /",
                    fields: "Content-Length: 8\r\n",
                    body: "a secret",
                    expected: ["\r\n\r\na ***"],
                    absent: ["secret"]
                )
            ]
        ),
        ActionCase(
            action: "response-body-find-replace",
            phase: "on_http_response",
            config: "replacements: [{from: 'GET (\\S+)', to: 'GOT $1'}]",
            steps: [Step(line: "GET /a", expected: ["X-Upstream: test", "GOT /a HTTP/1.1"])]
        ),
        ActionCase(
            action: "sse-find-replace",
            phase: "on_event_stream_message",
            config: "replacements: [{from: o, to: '0'}]",
            steps: [Step(line: "GET /events", expected: ["data: 0ne\n\ndata: tw0\n\n"])]
        ),
    ]
}
