import Addressing
import Events
import NIOCore
import NIOEmbedded
import Synchronization
import Testing
import TestSupport
import TrafficPolicy

@testable import PolicyEngine
@testable import Proxy

/// Requests that pass their policy at a glance: whoever looks from outside sees no difference.
@Suite struct GlanceTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a.test\r\n\r\n"
    private static let adding = "on_http_request: [{actions: [{type: add-headers, config: {headers: {x-a: '1'}}}]}]"

    /// The same policy without a glance.
    private static func withoutGlance(_ program: PolicyProgram) -> PolicyProgram {
        let phases = PolicyPhase.allCases.map { ($0, program.rules(in: $0)) }
        return PolicyProgram(rules: Dictionary(uniqueKeysWithValues: phases), states: ActionStates())
    }

    private final class Recorder: EventSink {
        private let recorded = Mutex<[TrafficEvent]>([])

        /// In a line each, without what differs from run to run.
        var lines: [String] {
            self.recorded.withLock { events in
                events.map { "\($0.request?.path ?? "") \($0.request?.status ?? 0) \($0.policy)" }
            }
        }

        func record(_ event: TrafficEvent) { self.recorded.withLock { $0.append(event) } }
    }

    /// What the upstream and the visitor get, and what is told of it.
    private static func outcome(_ program: PolicyProgram, _ request: String, tellsAll: Bool = false) throws -> [String]
    {
        let recorder = Recorder()
        var environment = PolicyEnvironment()
        environment.events = recorder
        environment.tellsAll = tellsAll
        let test = try LoopUnderTest(endpoints: [TestEndpoint("http://a.test")], environment: environment)
        test.serve(program)
        let visitor = Visitor(
            address: NetworkAddress(ip: IPAddress(v4: 0xC633_6407), port: 50_000),
            local: nil,
            isSecure: false
        )
        try test.channel.pipeline.syncOperations.addHandler(HTTP1VisitorHandler(loop: test.loop, visitor: visitor))
        try test.channel.connect(to: SocketAddress(unixDomainSocketPath: "/visitor")).wait()
        var seen: [String] = []
        // Twice over one connection: nothing of the first is left for the second.
        for number in 0..<2 {
            guard test.channel.isActive else { break }
            try test.receive(request)
            if let upstream = test.upstreams.opened.last {
                let text = upstream.takeText()
                seen.append("to upstream \(number): \(text)")
                if !text.isEmpty { upstream.answer("HTTP/1.1 200 OK\r\nX-One: 1\r\nContent-Length: 2\r\n\r\nok") }
            }
            let answer = try test.sentText().split(separator: "\r\n", omittingEmptySubsequences: false)
            seen.append("to visitor \(number): " + answer.filter { !$0.hasPrefix("Date: ") }.joined(separator: "\r\n"))
        }
        if test.channel.isActive { try test.channel.close().wait() }
        return seen + recorder.lines.map { "told: \($0)" }
    }

    @Test(arguments: 0..<8)
    func `It is the same with and without`(seed: UInt64) throws {
        var made = RandomPolicies(seed: seed)
        var seen = (whole: 0, partly: 0, none: 0)
        for _ in 0..<150 {
            let document = made.document()
            let program = try PolicyProgram(Policy(parsing: document, for: .http))
            if program.glance == nil {
                seen.none += 1
            } else if program.judgesRequestsAlone {
                seen.whole += 1
            } else {
                seen.partly += 1
            }
            for _ in 0..<4 {
                let request = made.request()
                let tellsAll = Bool.random(using: &made.random)
                let expected = try Self.outcome(Self.withoutGlance(program), request, tellsAll: tellsAll)
                let found = try Self.outcome(program, request, tellsAll: tellsAll)
                #expect(found == expected, "\(document)\n\(request)")
            }
        }
        // The generator has made all three kinds.
        #expect(seen.whole > 10 && seen.partly > 10 && seen.none > 10, "\(seen)")
    }

    @Test func `A request that passes at a glance makes no exchange, unless all requests are told of`() throws {
        let program = try PolicyProgram(Policy(parsing: Self.adding, for: .http))
        #expect(try Self.outcome(program, Self.get).allSatisfy { !$0.hasPrefix("told") })
        #expect(try Self.outcome(program, Self.get, tellsAll: true).filter { $0.hasPrefix("told") }.count == 2)
        let test = try LoopUnderTest(policy: program)
        let handler = HTTP1VisitorHandler(loop: test.loop, visitor: LoopUnderTest.plain)
        try test.channel.pipeline.syncOperations.addHandler(handler)
        try test.channel.connect(to: SocketAddress(unixDomainSocketPath: "/visitor")).wait()
        try test.receive(Self.get)
        #expect(handler.exchange.judged == nil)
        #expect(try test.upstream().takeText().hasSuffix("\r\nx-a: 1\r\n\r\n"))
    }

    @Test func `A connection that is refused gets no answer, also where its requests would be denied`() throws {
        let deny = "on_http_request: [{actions: [{type: deny, config: {status_code: 404}}]}]\n"
        for (connect, answer) in [("false", "HTTP/1.1 404 Not Found"), ("true", nil)] {
            let policy = deny + "on_tcp_connect: [{expressions: ['\(connect)'], actions: [{type: deny}]}]"
            let test = try LoopUnderTest(policy: PolicyProgram(Policy(parsing: policy, for: .http)))
            try test.connectHTTP1()
            try test.receive(Self.get)
            #expect(try test.sentText().split(separator: "\r\n").first.map(String.init) == answer)
            #expect(test.channel.isActive == (answer != nil))
        }
    }

    @Test func `A request that waits for its agent gets its lines once`() throws {
        let test = try LoopUnderTest(endpoints: [TestEndpoint("http://a.test", .held, Self.adding)])
        try test.connectHTTP1()
        try test.receive(Self.get)
        #expect(test.upstreams.opened.isEmpty)
        try test.serve([TestEndpoint("http://a.test", Self.adding)])
        let sent = try test.upstream().takeText()
        #expect(sent.components(ofLine: "x-a: 1") == 1)
    }

    @Test func `A request that is forwarded inside gets the lines of both policies`() throws {
        let outer = """
            on_http_request:
              - actions: [{type: add-headers, config: {headers: {x-a: '1'}}}]
              - actions: [{type: forward-internal, config: {url: "http://b.internal"}}]
            """
        let inner = "on_http_request: [{actions: [{type: add-headers, config: {headers: {x-b: '2'}}}]}]"
        let test = try LoopUnderTest(endpoints: [
            TestEndpoint("http://a.test", .cloud, outer), TestEndpoint("http://b.internal", inner),
        ])
        try test.connectHTTP1()
        try test.receive(Self.get)
        let sent = try test.upstream().takeText()
        #expect(sent.components(ofLine: "x-a: 1") == 1)
        #expect(sent.components(ofLine: "x-b: 2") == 1)
    }

    @Test func `No line is added at a glance that is not a policy's to add`() {
        for number in UInt8.min...UInt8.max {
            guard let field = KnownField(rawValue: number), field != .other else { continue }
            let isLeft = GlanceCompiler.notAdded.contains("\(field.name)")
            #expect(isLeft || !(field.isHopByHop || field.isProtected), "\(field)")
        }
    }
}

extension String {
    fileprivate func components(ofLine line: String) -> Int {
        self.split(separator: "\r\n").filter { $0 == line }.count
    }
}

/// Policies and requests that have to do with each other.
private struct RandomPolicies {
    var random: SeededGenerator

    init(seed: UInt64) {
        self.random = SeededGenerator(seed: seed)
    }

    private mutating func one(of texts: [String]) -> String { texts.randomElement(using: &self.random) ?? "" }

    private mutating func happens(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self.random) < percent }

    // MARK: Expressions

    private static let texts = [
        "GET", "POST", "/", "/a", "/admin", "/api/", "/api/users/1", "a.test", "A.test", "curl/8", "1", "", "no",
    ]
    private static let patterns = [
        "^/api/", "^/a$", "^/adm.*n$", "admin", "^/api/[a-z]+/[0-9]+$", "(?i)^/API", "^/a?dmin", "^/api|^/b", "^/a[.]b",
        "^$", "^[A-Z]+$",
    ]
    private static let subjects = [
        "req.method", "req.url.path", "req.url.path", "req.url.host", "req.host", "req.user_agent",
        "req.content_type.raw",
    ]
    /// What a glance cannot tell; some of it fails.
    private static let others = [
        "req.headers['x-one'][0] == '1'", "size(req.url.path) > 5", "req.version == 'HTTP/1.0'",
        "req.url.query_params.size() > 0", "req.url.path.lowerAscii() == '/admin'",
        "getReqHeader('x-one').all(v, v != '2')",
    ]

    private mutating func test(_ subject: String) -> String {
        let text = self.one(of: Self.texts)
        switch Int.random(in: 0..<7, using: &self.random) {
        case 0: return "\(subject) == '\(text)'"
        case 1: return "'\(text)' != \(subject)"
        case 2: return "\(subject).startsWith('\(text)')"
        case 3: return "\(subject).endsWith('\(text)')"
        case 4: return "\(subject).contains('\(text)')"
        case 5: return "\(subject) in ['\(text)', '\(self.one(of: Self.texts))']"
        default: return "\(subject).matches('\(self.one(of: Self.patterns))')"
        }
    }

    private mutating func expression(depth: Int = 2) -> String {
        if depth > 0, self.happens(35) {
            let (left, right) = (self.expression(depth: depth - 1), self.expression(depth: depth - 1))
            return self.one(of: ["(\(left) && \(right))", "(\(left) || \(right))", "!(\(left))"])
        }
        let name = self.one(of: ["X-One", "x-two", "host", "content-length", "x-a", "x-b"])
        let network = self.one(of: ["198.51.100.0/24", "10.0.0.0/8", "::/0", "none"])
        switch Int.random(in: 0..<12, using: &self.random) {
        case 0: return self.one(of: ["true", "false"])
        case 1: return "hasReqHeader('\(name)')"
        case 2: return "'\(self.one(of: Self.texts))' in getReqHeader('\(name)')"
        case 3: return "getReqHeader('\(name)').exists(v, \(self.test("v")))"
        case 4: return "inCidrRange(conn.client_ip, '\(network)')"
        case 5: return "inCidrRanges(conn.client_ip, ['192.0.2.0/24', '\(network)'])"
        case 6 where self.happens(40): return self.one(of: Self.others)
        default: return self.test(self.one(of: Self.subjects))
        }
    }

    // MARK: Policies

    private mutating func addition() -> String {
        let name = self.one(of: ["x-a", "x-b", "x-one"])
        return #"{"type": "add-headers", "config": {"headers": {"\#(name)": "\#(self.one(of: ["1", "2", ""]))"}}}"#
    }

    private mutating func action() -> String {
        let name = self.one(of: ["x-a", "x-b", "x-one"])
        guard self.happens(45) else { return self.addition() }
        return self.one(of: [
            #"{"type": "deny"}"#, #"{"type": "deny", "config": {"status_code": 404}}"#,
            #"{"type": "custom-response", "config": {"status_code": 418, "body": "tea"}}"#,
            #"{"type": "remove-headers", "config": {"headers": ["\#(name)"]}}"#,
            #"{"type": "set-vars", "config": {"vars": [{"a": "b"}]}}"#,
            #"{"type": "log", "config": {"metadata": {"at": "\#(name)"}}}"#,
            #"{"type": "url-rewrite", "config": {"from": "/a", "to": "/admin"}}"#,
            #"{"type": "redirect", "config": {"from": "/admin", "to": "/a"}}"#,
            #"{"type": "add-headers", "config": {"headers": {"x-b": "${req.method}"}}}"#,
            #"{"type": "add-headers", "config": {"headers": {"host": "b.test"}}}"#,
            #"{"type": "restrict-ips", "config": {"enforce": true, "allow": ["198.51.100.0/24"]}}"#,
            #"{"type": "close-connection"}"#,
        ])
    }

    private mutating func rule() -> String {
        let expressions = (0..<Int.random(in: 0...2, using: &self.random)).map { _ in "\"\(self.expression())\"" }
        // One that ends the phase stands last.
        let actions = (self.happens(20) ? [self.addition()] : []) + [self.action()]
        return
            #"{"expressions": [\#(expressions.joined(separator: ", "))], "actions": [\#(actions.joined(separator: ", "))]}"#
    }

    mutating func document() -> String {
        let rules = (0..<Int.random(in: 1...5, using: &self.random)).map { _ in self.rule() }
        let response =
            #", "on_http_response": [{"actions": [{"type": "add-headers", "config": {"headers": {"x-r": "1"}}}]}]"#
        let asking =
            #", "on_http_response": [{"expressions": ["'x-a' in actions.ngrok.add_headers.headers_added"], "actions": "#
            + #"[{"type": "add-headers", "config": {"headers": {"x-seen": "1"}}}]}]"#
        let others = self.happens(30) ? self.one(of: [response, asking]) : ""
        return #"{"on_http_request": [\#(rules.joined(separator: ", "))]\#(others)}"#
    }

    // MARK: Requests

    mutating func request() -> String {
        let path = self.one(of: [
            "/", "/a", "/admin", "/api/users/1", "/%61dmin", "/x/../admin", "/API/", "/a.b", "/a?b=c", "/b|d", "//a",
            "/a/.",
            "http://a.test/admin", "http://A.test?q",
        ])
        var lines = ["\(self.one(of: ["GET", "POST", "HEAD", "PATCH"])) \(path) HTTP/1.1"]
        lines.append(self.one(of: ["Host: a.test", "host: A.test", "Host: a.test:80"]))
        for _ in 0..<Int.random(in: 0...3, using: &self.random) {
            lines.append(
                self.one(of: [
                    "X-One: 1", "x-one: 2", "X-Two: curl/8", "User-Agent: curl/8", "Content-Type: no", "x_one: 1",
                    "X-Two: caf\u{e9}", "X-A: GET", "Connection: x-one", "Cookie: a=1", "Cookie: b=2",
                ])
            )
        }
        switch Int.random(in: 0..<6, using: &self.random) {
        case 0: return lines.joined(separator: "\r\n") + "\r\nContent-Length: 5\r\n\r\nhello"
        case 1: return lines.joined(separator: "\r\n") + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        default: return lines.joined(separator: "\r\n") + "\r\n\r\n"
        }
    }
}
