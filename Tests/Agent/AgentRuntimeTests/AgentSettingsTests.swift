import Certificates
import Foundation
import Model
import Portico
import Settings
import TestSupport
import Testing

@testable import AgentRuntime

struct AgentSettingsTests {
    private static func read(_ text: String, environment: [String: String] = [:]) throws -> AgentSettings {
        try AgentSettings.read(SettingsFile(path: "portico.yml", text: text), environment: environment)
    }

    private static let whole = """
        version: 3
        agent:
          authtoken: 2x_token
          connect_url: edge.example:4443
          connect_cas: /etc/portico/ca.pem
          metadata: '{"team": "web"}'
          console_ui: false
          log: stdout
          log_level: debug
          log_format: json
        endpoints:
          - name: web
            url: https://shop.example
            pooling_enabled: true
            description: The shop
            metadata: m
            upstream:
              url: 8080
              protocol: http2
          - name: ssh
            url: tcp://
            upstream:
              url: 22
              proxy_protocol: "2"
          - name: mail
            url: tls://mail.example
            upstream:
              url: tls://localhost:993
              tls_verify: true
              tls_verify_cas: ca.pem
        """

    @Test func `TLS that ends in the agent has certificates and keys by their files, or in the file itself`() throws {
        try TemporaryFolder.run { folder in
            let issued = try LocalAuthority.create().issue(for: ["a.example"], addresses: [])
            let path = try folder.write("a.pem", issued.certificatePEM)
            let key = issued.keyPEM.reveal()
            let text = """
                version: 3
                endpoints:
                  - name: mail
                    url: tls://a.example
                    upstream: {url: 143}
                    agent_tls_termination:
                      server_certificate: \(path)
                      server_private_key: |
                        \(key.replacing("\n", with: "\n        "))
                      mutual_tls_certificate_authorities: [\(path)]
                      application_protocols: [h2, http/1.1]
                      min_version: 1.3
                """
            let termination = try #require(try Self.read(text).endpoints.first?.options.tlsTermination)
            #expect(termination.certificates == .file(path))
            #expect("\(termination.privateKey)" == "the PEM text")
            #expect(termination.visitorAuthorities == [.file(path)])
            #expect(termination.applicationProtocols == ["h2", "http/1.1"])
            #expect(termination.minimumVersion == .v1_3)
            #expect("\(termination)".contains("PRIVATE") == false)
        }
    }

    @Test func `TLS ends in the agent for endpoints of TLS alone`() throws {
        try TemporaryFolder.run { folder in
            let issued = try LocalAuthority.create().issue(for: ["a.example"], addresses: [])
            let path = try folder.write("a.pem", issued.certificatePEM)
            let key = try folder.write("a.key", issued.keyPEM.reveal())
            let termination = "{server_certificate: \(path), server_private_key: \(key)}"
            for url in ["https://a.example", "tcp://"] {
                let endpoint = "{name: a, url: '\(url)', upstream: {url: 80}, agent_tls_termination: \(termination)}"
                let error = #expect(throws: AgentSettings.LoadingError.self) {
                    try Self.read("version: 3\nendpoints: [\(endpoint)]")
                }
                #expect(error?.description.contains("needs an endpoint of TLS") == true)
            }
        }
    }

    @Test func `A file of version 3 is read whole`() throws {
        let settings = try Self.read(Self.whole)
        #expect(settings.authtoken?.reveal() == "2x_token")
        #expect(settings.connectURL?.description == "edge.example:4443")
        #expect(settings.trust == .file("/etc/portico/ca.pem"))
        #expect(settings.metadata == #"{"team": "web"}"#)
        #expect(settings.console == .off)
        #expect(settings.log == .standardOutput)
        #expect(settings.logLevel == .debug)
        #expect(settings.logFormat == .json)
        #expect(settings.warnings.isEmpty)
    }

    @Test func `Endpoints of a file know their upstream, options and name`() throws {
        let endpoints = try Self.read(Self.whole).endpoints
        #expect(endpoints.map(\.name) == ["web", "ssh", "mail"])
        #expect(
            endpoints.map(\.upstream.description) == [
                "http://localhost:8080", "tcp://localhost:22", "tls://localhost:993",
            ]
        )
        let (web, ssh, mail) = (endpoints[0].options, endpoints[1].options, endpoints[2].options)
        #expect(web.isPooled)
        #expect(web.description == "The shop")
        #expect(web.upstreamProtocol == .http2)
        #expect(ssh.scheme == .tcp)
        #expect(ssh.proxyProtocol == .v2)
        #expect(mail.upstreamTrust == .file("ca.pem"))
    }

    @Test(arguments: EndpointOptions.Binding.allCases)
    func `An endpoint of a file has the binding that its list names`(binding: EndpointOptions.Binding) throws {
        let text = "version: 3\nendpoints:\n  - {name: a, bindings: [\(binding.rawValue)], upstream: {url: 1}}\n"
        #expect(try Self.read(text).endpoints.map(\.options.binding) == [binding])
        let without = "version: 3\nendpoints:\n  - {name: a, upstream: {url: 1}}\n"
        #expect(try Self.read(without).endpoints.map(\.options.binding) == [nil])
    }

    @Test func `What wrappers write is read: a quoted version and nothing else`() throws {
        #expect(try Self.read("version: '3'\n").endpoints.isEmpty)
    }

    @Test func `A file of version 2 has the agent's keys at the top`() throws {
        let settings = try Self.read(
            """
            version: "2"
            authtoken: abc
            server_addr: edge.example:443
            root_cas: host
            region: us
            tunnels:
              web: {proto: http, addr: 80}
            """
        )
        #expect(settings.authtoken?.reveal() == "abc")
        #expect(settings.connectURL?.description == "edge.example:443")
        #expect(settings.trust == .system)
        #expect(settings.endpoints.map(\.name) == ["web"])
        #expect(settings.warnings == ["region: without effect; server_addr says where the edge is"])
    }

    /// A text, and the lines of its error.
    private static let refused: [(text: String, lines: [String])] = [
        (
            "version: 3\nagnet:\n  authtoken: x\n",
            ["portico.yml:2:1: unknown key \"agnet\"; did you mean \"agent\"? (ERR_PORTICO_100201)"]
        ),
        (
            "version: 3\nagent:\n  connect_url: https://edge.example\n",
            ["portico.yml:3:16: agent.connect_url must be host:port, not \"https://edge.example\""]
        ),
        ("version: 3\nagent:\n  log_level: chatty\n", ["portico.yml:3:14: agent.log_level must be one of"]),
        ("agent:\n  authtoken: x\n", ["version is missing"]),
        ("version: 4\n", ["portico.yml:1:10: version must be one of 2, 3, not \"4\""]),
        ("version: 3\nendpoints:\n  - name: a\n", ["portico.yml:3:5: endpoints[0] has no upstream.url"]),
        (
            "version: 3\nendpoints:\n  - name: a\n    upstream: {url: 'a b'}\n",
            ["cannot be served: The upstream \"a b\""]
        ),
        (
            "version: 3\nendpoints:\n  - {name: a, upstream: {url: 1}}\n  - {name: a, upstream: {url: 2}}\n",
            ["portico.yml:4:12: endpoints[1].name stands twice: \"a\""]
        ),
        (
            "version: 3\nendpoints:\n  - {name: a, bindings: [nowhere], upstream: {url: 1}}\n",
            ["bindings", "must be a list of one of public, internal and kubernetes"]
        ),
        (
            "version: 3\nendpoints:\n  - {name: a, bindings: [public, internal], upstream: {url: 1}}\n",
            ["must be a list of one of public, internal and kubernetes"]
        ),
        (
            "version: 3\nendpoints:\n  - {name: a, bindings: public, upstream: {url: 1}}\n",
            ["must be a list of one of public, internal and kubernetes"]
        ),
        ("version: 3\nagent: [\n", ["is not YAML"]),
    ]

    @Test(arguments: Self.refused.indices)
    func `What is wrong in a file is named with its place and a code`(index: Int) throws {
        let (text, lines) = Self.refused[index]
        let error = try #require(throws: AgentSettings.LoadingError.self) { try Self.read(text) }
        for line in lines { #expect(error.description.contains(line), "\(error.description)") }
        #expect(error.description.contains("(ERR_PORTICO_100201)"))
    }

    @Test func `An authtoken under a misspelt key is not shown`() throws {
        let error = try #require(throws: AgentSettings.LoadingError.self) {
            try Self.read("version: 3\nagent:\n  authtokn: 2x_secret\n")
        }
        #expect(!error.description.contains("2x_secret"))
    }

    @Test func `Later files override earlier ones, and the environment overrides both`() throws {
        try TemporaryFolder.run { folder in
            let first = try folder.write(
                "a.yml",
                "version: 3\nagent: {authtoken: a, connect_url: 'a:1', metadata: a}\n"
            )
            let second = try folder.write("b.yml", "version: 3\nagent: {connect_url: 'b:1', authtoken: b}\n")
            let location = ConfigurationLocation(flags: ["\(first),\(second)"], environment: [:])
            let settings = try AgentSettings.load(location, environment: ["NGROK_AUTHTOKEN": "env"])
            #expect(settings.authtoken?.reveal() == "env")
            #expect(settings.connectURL?.description == "b:1")
            #expect(settings.metadata == "a")
        }
    }

    @Test func `PORTICO_ variables come before NGROK_ ones`() throws {
        let settings = try AgentSettings.read(
            nil,
            environment: ["PORTICO_AUTHTOKEN": "ours", "NGROK_AUTHTOKEN": "theirs", "PORTICO_CONNECT_CAS": "ca.pem"]
        )
        #expect(settings.authtoken?.reveal() == "ours")
        #expect(settings.trust == .file("ca.pem"))
    }

    @Test func `A named file must exist, the default one need not`() throws {
        let missing = ConfigurationLocation(flags: ["/no/such.yml"], environment: [:])
        let error = try #require(throws: AgentSettings.LoadingError.self) {
            try AgentSettings.load(missing, environment: [:])
        }
        #expect(error.description == "/no/such.yml: there is no such file (ERR_PORTICO_100202)")
        let standard = ConfigurationLocation(flags: [], environment: ["XDG_CONFIG_HOME": "/no/such"])
        #expect(try AgentSettings.load(standard, environment: [:]).authtoken == nil)
    }

    #if os(Linux)
        @Test(arguments: [
            (["HOME": "/people/ada"], "/people/ada/.config/portico/portico.yml"),
            (["HOME": "/people/ada", "XDG_CONFIG_HOME": "/etc/xdg"], "/etc/xdg/portico/portico.yml"),
            (["HOME": "/people/ada", "XDG_CONFIG_HOME": "relative"], "/people/ada/.config/portico/portico.yml"),
            (["HOME": "/people/ada", "NGROK_CONFIG": "/a.yml"], "/a.yml"),
        ])
        func `The file is looked for where the system keeps such files`(environment: [String: String], path: String) {
            #expect(ConfigurationLocation(flags: [], environment: environment).paths == [path])
        }
    #endif
}

/// A folder that is there for one test.
struct TemporaryFolder {
    let url: URL

    static func run(_ body: (TemporaryFolder) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("portico-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        try body(TemporaryFolder(url: url))
    }

    /// - Returns: the path.
    func write(_ name: String, _ text: String) throws -> String {
        let file = self.url.appendingPathComponent(name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }
}
