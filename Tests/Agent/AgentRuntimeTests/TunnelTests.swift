import Certificates
import JSON
import Model
import Portico
import Settings
import Testing
import TrafficPolicy

@testable import AgentRuntime

/// Tunnels of version 2, and what becomes of their options.
struct TunnelTests {
    private static func endpoints(_ tunnel: String, version: Int = 2) throws -> [EndpointDefinition] {
        let text = "version: \(version)\ntunnels:\n  web: {\(tunnel)}\n"
        return try AgentSettings.read(SettingsFile(path: "ngrok.yml", text: text), environment: [:]).endpoints
    }

    private static func endpoint(_ tunnel: String) throws -> EndpointDefinition {
        try #require(try Self.endpoints(tunnel).first)
    }

    /// A tunnel, and URL and upstream of its endpoints.
    @Test(
        arguments: [
            ("proto: http, addr: 8080", ["https:// http://localhost:8080"]),
            ("proto: http, addr: 80, domain: a.example", ["https://a.example http://localhost:80"]),
            ("proto: http, addr: 80, schemes: [http]", ["http:// http://localhost:80"]),
            (
                "proto: http, addr: 80, schemes: [http, https]",
                ["https:// http://localhost:80", "http:// http://localhost:80"]
            ),
            ("proto: http, addr: 80, bind_tls: both", ["https:// http://localhost:80", "http:// http://localhost:80"]),
            ("proto: http, addr: 80, hostname: a.example", ["https://a.example http://localhost:80"]),
            ("proto: tcp, addr: 22, remote_addr: 'a.example:20001'", ["tcp://a.example:20001 tcp://localhost:22"]),
            ("proto: tls, addr: 'mail:993', domain: a.example", ["tls://a.example tcp://mail:993"]),
        ] as [(String, [String])]
    )
    func `A tunnel is one endpoint, or one for each scheme`(tunnel: String, expected: [String]) throws {
        for version in [2, 3] {
            let found = try Self.endpoints(tunnel, version: version)
            #expect(found.map { "\($0.options.url ?? "") \($0.upstream)" } == expected)
            #expect(found.map(\.name) == ["web", "web (http)"].prefix(expected.count).map(\.self))
        }
    }

    @Test func `A label is asked of the edge, which knows its base domain`() throws {
        let endpoint = try Self.endpoint("proto: http, addr: 80, subdomain: shop")
        #expect(endpoint.options.subdomain == "shop")
        #expect(endpoint.options.url == "https://")
    }

    /// An option, and what the policy has for it.
    private static let rules: [(option: String, parts: [String])] = [
        ("basic_auth: ['ada:lovelace1']", ["on_http_request", "basic-auth", "ada:lovelace1"]),
        ("auth: 'ada:lovelace1'", ["basic-auth", "ada:lovelace1"]),
        ("circuit_breaker: 0.25", ["circuit-breaker", "\"error_threshold\":0.25"]),
        ("compression: true", ["on_http_response", "compress-response"]),
        ("host_header: rewrite", ["add-headers", "\"host\":\"localhost\""]),
        ("host_header: shop.internal", ["add-headers", "\"host\":\"shop.internal\""]),
        ("ip_restriction: {allow_cidrs: [10.0.0.0/8], deny_cidrs: [10.1.0.0/16]}", ["on_tcp_connect", "restrict-ips"]),
        (
            "oauth: {provider: google, client_id: a, client_secret: b, allow_domains: [a.example]}",
            ["oauth", "\"email_domains\":[\"a.example\"]"]
        ),
        ("oidc: {issuer_url: 'https://id.example', client_id: a, client_secret: b}", ["openid-connect", "issuer_url"]),
        ("request_header: {add: ['x-a: b'], remove: [x-c]}", ["add-headers", "remove-headers", "\"x-a\":\"b\""]),
        ("response_header: {add: ['x-a: b']}", ["on_http_response", "add-headers"]),
        ("user_agent_filter: {deny: ['curl.*'], allow: ['(?i)moz\\d']}", ["req.user_agent.matches", "deny"]),
        ("verify_webhook: {provider: github, secret: s}", ["verify-webhook", "github"]),
    ]

    @Test(arguments: Self.rules.indices)
    func `Each older option is a rule that the edge takes`(index: Int) throws {
        let (option, parts) = Self.rules[index]
        let endpoint = try Self.endpoint("proto: http, addr: 80, \(option)")
        let policy = try #require(endpoint.options.trafficPolicy)
        for part in parts { #expect(policy.contains(part), "\(policy)") }
        let report = PolicyReport("policy", text: policy, for: endpoint.options.policyAttachment, limits: .ofAnyEdge)
        #expect(report.errors.isEmpty, "\(report.text)")
    }

    @Test func `Host stays as it is where nothing else is asked for`() throws {
        #expect(try Self.endpoint("proto: http, addr: 80, host_header: preserve").options.trafficPolicy == nil)
    }

    @Test func `TLS of a tls tunnel ends at the edge where its files are there`() throws {
        try TemporaryFolder.run { folder in
            let issued = try LocalAuthority.create().issue(for: ["a.example"], addresses: [])
            let path = try folder.write("a.pem", issued.certificatePEM)
            let key = try folder.write("key.pem", issued.keyPEM.reveal())
            let tunnel = "proto: tls, addr: 443, crt: '\(path)', key: '\(key)', terminate_at: edge"
            let policy = try #require(try Self.endpoint(tunnel).options.trafficPolicy)
            let value = try JSONValue(reading: Array(policy.utf8))
            let rule = value.object?["on_tcp_connect"]?.array?.first?.object?["actions"]?.array?.first?.object
            #expect(rule?["type"] == "terminate-tls")
            #expect(rule?["config"]?.object?["server_certificate"] == .string(issued.certificatePEM))
        }
    }

    @Test func `TLS of a tls tunnel ends in the agent where it has a certificate and nothing else is said`() throws {
        try TemporaryFolder.run { folder in
            let issued = try LocalAuthority.create().issue(for: ["a.example"], addresses: [])
            let path = try folder.write("a.pem", issued.certificatePEM)
            let key = try folder.write("key.pem", issued.keyPEM.reveal())
            for place in ["", ", terminate_at: agent"] {
                let tunnel = "proto: tls, addr: 443, crt: '\(path)', key: '\(key)', mutual_tls_cas: '\(path)'\(place)"
                let options = try Self.endpoint(tunnel).options
                #expect(options.trafficPolicy == nil)
                let wanted = TLSTermination(
                    certificates: .file(path),
                    privateKey: .file(key),
                    visitorAuthorities: [.file(path)]
                )
                #expect(options.tlsTermination == wanted)
            }
        }
    }

    @Test func `Files are merged: lists replaced, mappings by name`() throws {
        try TemporaryFolder.run { folder in
            let first = try folder.write(
                "a.yml",
                "version: 2\ntunnels:\n  a: {proto: http, addr: 1}\n  b: {proto: http, addr: 2}\n"
            )
            let second = try folder.write(
                "b.yml",
                """
                version: 3
                endpoints:
                  - {name: c, upstream: {url: 3}}
                tunnels:
                  b: {proto: tcp, addr: 22}
                """
            )
            let third = try folder.write("c.yml", "version: 3\nendpoints:\n  - {name: d, upstream: {url: 4}}\n")
            let location = ConfigurationLocation(flags: [first, "\(second),\(third)"], environment: [:])
            let settings = try AgentSettings.load(location, environment: [:])
            #expect(settings.endpoints.map(\.name) == ["d", "a", "b"])
            #expect(settings.endpoints.map(\.upstream.port) == [4, 1, 22])
        }
    }

    @Test func `Two files cannot have an endpoint and a tunnel of one name`() throws {
        try TemporaryFolder.run { folder in
            let first = try folder.write("a.yml", "version: 2\ntunnels:\n  a: {proto: http, addr: 1}\n")
            let second = try folder.write("b.yml", "version: 3\nendpoints:\n  - {name: a, upstream: {url: 3}}\n")
            let location = ConfigurationLocation(flags: [first, second], environment: [:])
            #expect(throws: AgentSettings.LoadingError.self) { try AgentSettings.check(location) }
        }
    }

    @Test func `All keys of the agent are known in both versions`() throws {
        let keys = """
            authtoken: t
            api_key: k
            connect_interface: eth0
            connect_timeout: 10s
            console_ui: iftty
            console_ui_color: transparent
            crl_noverify: false
            crl_url: http://crl.example
            dns_resolver_ips: [9.9.9.9]
            heartbeat_interval: 10s
            heartbeat_tolerance: 15s
            inspect_db_size: 1000000
            local_storage: true
            log: stdout
            log_level: debug
            log_format: logfmt
            metadata: m
            proxy_url: http://proxy.example:3128
            remote_management: false
            update_channel: stable
            update_check: false
            web_addr: 127.0.0.1:4050
            web_allow_hosts: [localhost, .example.com, 10.0.0.0/8]
            """
        let nested = keys.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        let third = "version: 3\nagent:\n\(nested)\n  connect_url: a:1\n  connect_cas: host\n"
        let second = "version: 2\nregion: us\nserver_addr: a:1\nroot_cas: trusted\n\(keys)\n"
        for text in [third, second] {
            let settings = try AgentSettings.read(SettingsFile(path: "a.yml", text: text), environment: [:])
            #expect(settings.web == .at(host: "127.0.0.1", port: 4050))
            #expect(settings.webHosts == ["localhost", ".example.com", "10.0.0.0/8"])
            #expect(settings.inspectBytes == 1_000_000)
            #expect(settings.localStorage == true)
            #expect(settings.remoteManagement == false)
            #expect(settings.way.proxy != nil)
        }
    }

    @Test(arguments: [
        ("false", WebAddress.none), ("127.0.0.1:4040", .standard), ("localhost:4040", .standard),
        ("0.0.0.0:4040", .at(host: "0.0.0.0", port: 4040)), (":80", .at(host: "0.0.0.0", port: 80)),
        ("[::1]:0", .at(host: "::1", port: 0)), ("inspector.example:80", .at(host: "inspector.example", port: 80)),
    ])
    func `The web service's address is read`(text: String, address: WebAddress) throws {
        #expect(try WebAddress(parsing: text) == address)
    }
}
