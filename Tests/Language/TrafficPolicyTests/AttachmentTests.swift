import Addressing
import Model
import Testing
import TrafficPolicy

/// What a policy may hold depends on the endpoint that it is put before.
@Suite struct AttachmentTests {
    private static let deny = "on_http_request: [{actions: [{type: deny}]}]"
    private static let connect = "on_tcp_connect: [{actions: [{type: deny}]}]"

    /// The codes and lines of all problems.
    private static func problems(
        _ text: String,
        _ scheme: EndpointScheme,
        isInternal: Bool = false,
        isCloud: Bool = false,
        runnable: Set<ActionType> = Set(ActionType.allCases),
        host: HostName? = nil
    ) throws -> [String] {
        let policy = try Policy(parsing: text, for: scheme, checking: CompiledExpressions())
        let attachment = PolicyAttachment(
            scheme: scheme,
            isInternal: isInternal,
            isCloud: isCloud,
            runnable: runnable,
            host: host
        )
        do throws(PolicyErrors) {
            try attachment.check(policy)
            return []
        } catch {
            return error.problems.map { "\($0.code.number) \($0.position.line)" }
        }
    }

    @Test(arguments: EndpointScheme.allCases) func `Phases of HTTP exist on http and https alone`(
        scheme: EndpointScheme
    )
        throws
    {
        let isHTTP = scheme == .http || scheme == .https
        let response = "on_http_response: [{actions: [{type: compress-response}]}]"
        let message = "on_event_stream_message: [{actions: [{type: set-vars, config: {vars: [{a: 1}]}}]}]"
        for text in [Self.deny, response, message] {
            #expect(try Self.problems("\n\(text)", scheme) == (isHTTP ? [] : ["2230 2"]))
        }
        #expect(try Self.problems(Self.connect, scheme).isEmpty)
    }

    @Test func `Internal endpoints of HTTP have no phase of the connection`() throws {
        #expect(try Self.problems(Self.connect, .https, isInternal: true) == ["2262 1"])
        #expect(try Self.problems(Self.connect, .tcp, isInternal: true).isEmpty)
    }

    @Test(arguments: EndpointScheme.allCases) func `TLS ends on https and tls alone`(scheme: EndpointScheme) throws {
        let text = "on_tcp_connect: [{actions: [{type: terminate-tls}]}]"
        let isRight = scheme == .https || scheme == .tls
        #expect(try Self.problems(text, scheme) == (isRight ? [] : ["2205 1"]))
    }

    @Test(arguments: EndpointScheme.allCases) func `Connections are forwarded on tcp and tls alone`(
        scheme: EndpointScheme
    )
        throws
    {
        let text = "on_tcp_connect: [{actions: [{type: forward-internal, config: {url: 'tcp://a.internal:1'}}]}]"
        let isRight = scheme == .tcp || scheme == .tls
        #expect(try Self.problems(text, scheme) == (isRight ? [] : ["2205 1"]))
    }

    @Test(arguments: [
        // Always handled.
        ("on_http_request: [{actions: [{type: deny}]}]", EndpointScheme.https, true),
        ("on_http_request: [{expressions: [true], actions: [{type: custom-response}]}]", .https, true),
        ("on_http_request: [{expressions: ['true'], actions: [{type: close-connection}]}]", .http, true),
        ("on_tcp_connect: [{actions: [{type: deny}]}]", .https, true),
        ("on_tcp_connect: [{actions: [{type: forward-internal, config: {url: 'tls://a.internal'}}]}]", .tls, true),
        ("inbound: [{actions: [{type: deny}]}]", .tcp, true),
        // Not always.
        ("{}", .https, false), ("", .tcp, false),
        ("on_http_request: [{expressions: [\"req.method == 'GET'\"], actions: [{type: deny}]}]", .https, false),
        ("on_http_request: [{actions: [{type: redirect, config: {to: 'https://a.b'}}]}]", .https, false),
        ("on_http_request: [{actions: [{type: basic-auth, config: {credentials: 'a:12345678'}}]}]", .https, false),
        ("on_http_response: [{actions: [{type: custom-response}]}]", .https, false),
        ("{enabled: false, on_http_request: [{actions: [{type: deny}]}]}", .https, false),
        (
            "on_http_request: [{actions: [{type: forward-internal, config: {url: 'https://a.internal', on_error: continue}}]}]",
            .https, false
        ),
    ])
    func `A cloud endpoint's policy handles all traffic`(text: String, scheme: EndpointScheme, isHandled: Bool) throws {
        #expect(try Self.problems(text, scheme, isCloud: true).map { $0.prefix(4) } == (isHandled ? [] : ["2235"]))
        #expect(try Self.problems(text, scheme).isEmpty)
    }

    @Test func `Cookies are for the endpoint's host or one above it`() throws {
        let text = """
            on_http_request:
              - actions:
                  - type: oauth
                    config: {provider: github, client_id: a, client_secret: b, auth_cookie_domain: example.com}
            """
        let host = { (text: String) in try HostName(parsing: text) }
        #expect(try Self.problems(text, .https, host: host("example.com")).isEmpty)
        #expect(try Self.problems(text, .https, host: host("a.b.example.com")).isEmpty)
        #expect(try Self.problems(text, .https, host: host("badexample.com")) == ["2241 3"])
        #expect(try Self.problems(text, .https).isEmpty)
    }

    @Test(arguments: ["edge.test", "test"]) func `Cookies are for no domain that accounts share`(domain: String) throws
    {
        let text = """
            on_http_request:
              - actions:
                  - type: oauth
                    config: {provider: github, client_id: a, client_secret: b, auth_cookie_domain: \(domain)}
            """
        let attachment = PolicyAttachment(
            scheme: .https,
            isInternal: false,
            isCloud: false,
            runnable: Set(ActionType.allCases),
            host: try HostName(parsing: "app.edge.test"),
            sharedDomains: [try HostName(parsing: "edge.test")]
        )
        #expect(throws: PolicyErrors.self) { try attachment.check(Policy(parsing: text, for: .https)) }
    }

    @Test(arguments: [OAuthConfiguration.Provider.github, .google])
    func `A login without an application needs one of the edge's owner`(owned: OAuthConfiguration.Provider) throws {
        let text = "on_http_request: [{actions: [{type: oauth, config: {provider: github}}]}]"
        let attachment = PolicyAttachment(
            scheme: .https,
            isInternal: false,
            isCloud: false,
            runnable: Set(ActionType.allCases),
            applications: [owned]
        )
        let policy = try Policy(parsing: text, for: .https)
        if owned == .github {
            try attachment.check(policy)
        } else {
            let error = #expect(throws: PolicyErrors.self) { try attachment.check(policy) }
            #expect(error?.failure.code.number == 5535)
        }
    }

    @Test func `What this edge cannot run is refused and not ignored`() throws {
        #expect(try Self.problems(Self.deny, .https, runnable: []).count == 1)
    }
}
