import Addressing
import Capture
import Foundation
import Model
import NIOCore
import PolicyBench
import PolicyEngine
import Testing

@Suite struct TrafficRehearsalTests {
    private static let url: EndpointURL = {
        guard let host = try? HostPattern(parsing: "shop.example.com") else {
            preconditionFailure("it is a host")
        }
        return EndpointURL(scheme: .https, host: host, port: 443)
    }()

    private static func rehearsal(_ draft: String, over attached: String = "") throws
        -> TrafficRehearsal
    {
        try TrafficRehearsal(
            draft: draft,
            attached: attached,
            at: .init(account: .random(), url: Self.url, isCloud: false),
            services: PolicyServices(),
            addresses: nil
        )
    }

    private static func exchange(
        _ number: Int = 0,
        path: String = "/a",
        fields: [(String, String)] = [("X-A", "b")],
        isFull: Bool = true,
        answerer: TrafficFacts.Answerer = .upstream
    ) -> TrafficExchange {
        var facts = TrafficFacts(
            id: "req_\(number)",
            account: .random(),
            endpointID: .random(),
            endpoint: "https://shop.example.com",
            time: Date(timeIntervalSince1970: 1_770_000_000 + Double(number) / 100)
        )
        (facts.method, facts.scheme, facts.host, facts.path) = (
            "GET", "https", "shop.example.com", path
        )
        facts.client = try? IPAddress(parsing: "192.0.2.7")
        facts.status = answerer == .upstream ? 200 : 403
        facts.answerer = answerer
        guard isFull else { return TrafficExchange(facts: facts) }
        let request = CapturedMessage(fields: fields.map { .init($0.0, $0.1) })
        let response = CapturedMessage(
            fields: [.init("Server", "x")],
            body: ByteBuffer(string: "hello")
        )
        return TrafficExchange(
            facts: facts,
            detail: TrafficDetail(request: request, response: response)
        )
    }

    private static func report(
        _ draft: String,
        over attached: String = "",
        _ exchanges: [TrafficExchange]
    ) throws -> RehearsalReport {
        var report = RehearsalReport()
        try Self.rehearsal(draft, over: attached).run(exchanges, into: &report)
        return report
    }

    private static func rule(_ expression: String, _ action: String) -> String {
        "on_http_request: [{name: r, expressions: [\"\(expression)\"], actions: [\(action)]}]"
    }

    @Test(
        arguments: [
            (
                "req.url.path == '/a'", "{type: deny}",
                "status 200 of the service becomes status 403 of the policy"
            ),
            ("req.url.path == '/b'", "{type: deny}", nil),
            (
                "true", "{type: add-headers, config: {headers: {x-n: y}}}",
                "the header x-n is added to the request"
            ),
            (
                "true", "{type: remove-headers, config: {headers: [x-a]}}",
                "the header x-a is taken from the request"
            ),
            ("true", "{type: url-rewrite, config: {from: '/a', to: '/z'}}", "the URL goes on as another"),
            (
                "true", "{type: forward-internal, config: {url: 'https://x.internal'}}",
                "status 200 of the service becomes the answer of https://x.internal"
            ),
            (
                "conn.client_ip == '192.0.2.7'", "{type: close-connection}",
                "status 200 of the service becomes no answer"
            ),
        ] as [(String, String, String?)]
    )
    func `What a draft changes is told`(expression: String, action: String, change: String?) throws {
        let report = try Self.report(Self.rule(expression, action), [Self.exchange()])
        #expect(report.groups.first?.change == change)
        #expect(report.changed + report.unchanged == 1)
        if change != nil { #expect(report.groups.first?.rule == "on_http_request[0] \"r\"") }
    }

    @Test(
        arguments: [
            ("'x' in getReqHeader('x-a')", "{type: deny}", false, "metadata alone"),
            ("conn.tls.version == '1.3'", "{type: deny}", true, "not captured"),
            ("true", "{type: http-request, config: {url: 'https://h.example'}}", true, "asks nobody"),
            ("true", "{type: owasp-crs-request}", false, "not whole"),
        ]
    )
    func `What hangs on what is not there is undecided`(
        expression: String,
        action: String,
        isFull: Bool,
        reason: String
    ) throws {
        let report = try Self.report(Self.rule(expression, action), [Self.exchange(isFull: isFull)])
        #expect(report.undecided == 1)
        #expect(report.reasons.keys.first?.contains(reason) == true, "\(report.reasons)")
    }

    @Test(
        arguments: [
            ("req.url.query.contains('x')", true), ("req.url.uri == '/a'", true), ("req.url.raw.contains('x')", true),
            ("req.url.contains('token=x')", true), ("req.url == 'https://shop.example.com/a'", true),
            ("req.url.path == '/a'", false), ("req.url.raw_path == '/a'", false), ("req.url.host == 'b'", false),
        ]
    )
    func `A rule that looks at a masked query, by whatever name, is undecided`(
        expression: String,
        isUndecided: Bool
    ) throws {
        var exchange = Self.exchange()
        exchange.facts.query = "a=1&token=\(TrafficMask.text)"
        let report = try Self.report(Self.rule(expression, "{type: deny}"), [exchange])
        #expect(report.undecided == (isUndecided ? 1 : 0), "\(report.reasons)")
    }

    @Test(arguments: ["size(res.cookies) > 0", "'x' in getResHeader('location')"])
    func `A rule that looks at what is masked of the answer is undecided`(expression: String) throws {
        var exchange = Self.exchange()
        exchange.detail?.response?.fields = [.init("Set-Cookie", "a=[masked]"), .init("Location", "/?token=[masked]")]
        for index in 0..<2 { exchange.detail?.response?.fields[index].isMasked = true }
        let draft =
            "on_http_response: [{expressions: [\"\(expression)\"], actions: [{type: add-headers, config: {headers: {x-n: y}}}]}]"
        #expect(try Self.report(draft, [exchange]).undecided == 1)
    }

    @Test
    func `What the attached policy refused, and the draft does not, is named by the attached rule`()
        throws
    {
        let attached = Self.rule("req.url.path == '/a'", "{type: deny}")
        let report = try Self.report("", over: attached, [Self.exchange(answerer: .policy)])
        #expect(report.groups.map(\.rule) == ["attached: on_http_request[0] \"r\""])
        #expect(
            report.groups.first?.change == "status 403 of the policy becomes the answer of the service"
        )
    }

    @Test func `A draft that is wrong is refused`() {
        #expect(throws: SuiteFailure.self) { try Self.rehearsal("on_http_request: [{}]") }
        // What is attached and cannot be read counts as none.
        #expect(throws: Never.self) { try Self.rehearsal("", over: "on_http_request: [{}]") }
    }

    /// With the debug build, on a machine that others use: `make bench-capture` holds the release build to ten seconds.
    @Test(.timeLimit(.minutes(2))) func `Ten thousand exchanges are rehearsed in time`() throws {
        let draft = """
            on_http_request:
              - name: no admin
                expressions: ["req.url.path.startsWith('/admin')"]
                actions: [{type: deny}]
              - name: region
                expressions: ["'b' in getReqHeader('x-a')", "req.url.path.matches('^/n/[0-9]*7$')"]
                actions: [{type: add-headers, config: {headers: {x-region: "${conn.client_ip}"}}}]
            """
        let exchanges = (0..<10_000).map {
            Self.exchange($0, path: $0 % 10 == 0 ? "/admin/\($0)" : "/n/\($0)")
        }
        let start = ContinuousClock.now
        let report = try Self.report(
            draft,
            over: Self.rule("req.url.path == '/x'", "{type: deny}"),
            exchanges
        )
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(report.examined == 10_000)
        #expect(report.groups.map(\.count).sorted() == [1000, 1000])
        #expect(report.unchanged == 8000)
    }
}
