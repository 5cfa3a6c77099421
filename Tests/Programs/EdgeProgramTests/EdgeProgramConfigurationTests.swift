import Addressing
import Settings
import Testing

@testable import EdgeProgram

@Suite struct EdgeProgramConfigurationTests {
    private static let definition = EdgeProgramConfiguration.definition(.fixed)

    private func load(_ text: String = "", arguments: [String] = []) throws -> EdgeProgramConfiguration {
        let file = try SettingsFile(path: "edge.yml", text: text)
        return try Self.definition.load(SettingsLayers(file: file, arguments: arguments)).configuration
    }

    private func problems(_ text: String) throws -> [String] {
        let error = try #require(throws: SettingsError.self) { try self.load(text) }
        return error.problems.map(\.description)
    }

    @Test func `Without a word the edge serves portico.localhost on ports that need no rights`() throws {
        let edge = try self.load()
        #expect(edge.baseDomain.text == "portico.localhost")
        #expect(edge.connectHost.text == "connect.portico.localhost")
        #expect(edge.dataFolder == "/people/jo/.local/state/portico-edge")
        #expect(edge.listeners.http.map(\.description) == [":8080"])
        #expect(edge.listeners.https.map(\.description) == [":8443"])
        #expect(edge.listeners.agents.map(\.description) == [":4443"])
        #expect(edge.listeners.management.map(\.description) == ["127.0.0.1:4041"])
        #expect(edge.listeners.api.map(\.description) == ["127.0.0.1:4042"])
        #expect(edge.listeners.dashboard.map(\.description) == ["127.0.0.1:4043"])
        #expect(edge.published.apiURL == nil)
        #expect(edge.published.httpPort == nil && edge.published.httpsPort == nil)
        #expect(edge.published.tcpHost == edge.baseDomain)
        #expect(edge.tcp.ports == 20_000...20_999)
        #expect(edge.threads == 6 && edge.agentLegs == 4)
        #expect(edge.tls.requiresServerName)
        #expect(edge.hold == .seconds(5) && edge.drainTimeout == .seconds(60))
        #expect(edge.upstreams.isEmpty)
    }

    @Test func `The bounds are those of the reliability goals`() throws {
        let limits = try self.load().limits
        #expect(limits.handshakeTimeout == .seconds(10))
        #expect(limits.headTimeout == .seconds(10))
        #expect(limits.headBytes == 61_440 && limits.headFields == 100 && limits.lineBytes == 16_384)
        #expect(limits.keepAliveTimeout == .seconds(60))
        #expect(limits.bodyIdleTimeout == .seconds(30) && limits.slowReaderTimeout == .seconds(30))
        #expect(limits.pipeIdleTimeout == .seconds(300))
        #expect(limits.halfCloseGrace == .seconds(3))
        #expect(limits.connections == 50_000)
        #expect(limits.connectionsPerListener == 10_000)
        #expect(limits.connectionsPerAddress == 256)
        #expect(limits.bodyRate == 500 && limits.bodyRatePeriod == .seconds(30))
        #expect(limits.ssh.loggingIn == 100 && limits.ssh.loggingInPerAddress == 10 && limits.ssh.streams == 1000)
        #expect(limits.ssh.setupTimeout == .seconds(10) && limits.ssh.silenceTimeout == .seconds(45))
        #expect(limits.http2.streams == 100 && limits.http2.continuationFrames == 5 && limits.http2.emptyFrames == 1)
        #expect(limits.http2.framesPerSecond == 100 && limits.http2.resetsPerSecond == 100)
        #expect(limits.http2.queuedFrames == 1000 && limits.http2.idleTimeout == .seconds(300))
        #expect(limits.http2.streamWindow == 64 << 10 && limits.http2.connectionWindow == 1 << 20)
        #expect(limits.trailerBytes == 16 << 10 && limits.chunkExtensionBytes == 1024)
        #expect(limits.http2.pingAfter == .seconds(30) && limits.http2.pingTimeout == .seconds(10))
        #expect(limits.loopLag == .milliseconds(50) && limits.standingQueue == .milliseconds(100))
        #expect(limits.memory == 1 << 30)
        #expect(limits.apiCalls == 1200 && limits.apiFailures == 30)
    }

    @Test func `What follows from the base domain follows from the one that is given`() throws {
        let edge = try self.load("base_domain: Edge.Example.com.", arguments: ["--public-tcp-host", "tcp.example.com"])
        #expect(edge.connectHost.text == "connect.edge.example.com")
        #expect(edge.published.tcpHost.text == "tcp.example.com")
    }

    @Test func `Listeners are one address or a list, and none is none`() throws {
        let edge = try self.load("listeners: {http: 127.0.0.1:80, https: ['[::1]:443', ':444'], agents: none}")
        #expect(edge.listeners.http.map(\.description) == ["127.0.0.1:80"])
        #expect(edge.listeners.https.map(\.description) == ["[::1]:443", ":444"])
        #expect(edge.listeners.agents.isEmpty)
    }

    @Test func `Upstreams name their hosts, their address and their listeners`() throws {
        let edge = try self.load(
            """
            upstreams:
              - host: app.example.com
                address: localhost:3000
              - hosts: [a.example.com, "*.b.example.com"]
                address: "[::1]:80"
                scheme: http
            """
        )
        #expect(
            edge.upstreams.map { $0.hosts.map(\.description) } == [
                ["app.example.com"], ["a.example.com", "*.b.example.com"],
            ]
        )
        #expect(edge.upstreams.map(\.address.description) == ["localhost:3000", "[::1]:80"])
        #expect(edge.upstreams.map(\.scheme) == [.both, .http])
    }

    @Test(arguments: [
        ("base_domain: a_b", "edge.yml:1:14: base_domain must be a host name"),
        ("connect_host: '*.a'", "edge.yml:1:15: connect_host must be a host name"),
        ("data_dir: ''", "edge.yml:1:11: data_dir must be the path"),
        ("region: EU", "edge.yml:1:9: region must be 1 to 32 small letters"),
        ("threads: 0", "edge.yml:1:10: threads must be a whole number from 1 to 256 threads"),
        ("agent_legs: 5", "edge.yml:1:13: agent_legs must be"),
        ("listeners: {https: ':0'}", "edge.yml:1:20: listeners.https has port 0"),
        ("listeners: {http: 8080}", "edge.yml:1:19: listeners.http must be a list"),
        ("listeners: {http: localhost:80}", "edge.yml:1:19: listeners.http must be a list"),
        ("listeners: {http: '127.0.0.1:65536'}", "edge.yml:1:19: listeners.http must be a list"),
        ("listeners: {https: ['::1:443']}", "edge.yml:1:21: listeners.https must be a list"),
        (
            "listeners: {agents: none, https: none}",
            "edge.yml:1:21: listeners.agents is none, and so is listeners.https"
        ),
        ("listeners: {http: ':8443'}", "listeners.https has :8443, which listeners.http has already"),
        (
            "listeners: {http: '1.2.3.4:9', agents: '0.0.0.0:9'}",
            "edge.yml:1:40: listeners.agents has 0.0.0.0:9, which listeners.http"
        ),
        ("listeners: {http: ':20001'}", "edge.yml:1:19: listeners.http has a port of tcp.ports"),
        ("public: {http_port: 0}", "edge.yml:1:21: public.http_port must be a whole number from 1 to 65535"),
        ("listeners: {api: ':8443'}", "edge.yml:1:18: listeners.api has :8443, which listeners.https has already"),
        ("public: {api_url: 'api.test'}", "edge.yml:1:19: public.api_url must be http:// or https://"),
        ("public: {api_url: 'https://api.test/v2'}", "edge.yml:1:19: public.api_url must be"),
        ("public: {api_url: 'https://u@api.test'}", "edge.yml:1:19: public.api_url must be"),
        ("public: {api_url: 'https://'}", "edge.yml:1:19: public.api_url must be"),
        ("limits: {api_calls: 0}", "edge.yml:1:21: limits.api_calls must be"),
        ("limits: {api_failures: 0}", "edge.yml:1:24: limits.api_failures must be"),
        ("public: {tcp_host: 'a b'}", "edge.yml:1:20: public.tcp_host must be a host name"),
        ("tcp: {ports: 9-1}", "edge.yml:1:14: tcp.ports must be a range"),
        ("tcp: {ports: 1-65535}", "edge.yml:1:14: tcp.ports must be a range"),
        ("tcp: {ports: 0-5}", "edge.yml:1:14: tcp.ports must be a range"),
        ("tcp: {address: localhost}", "edge.yml:1:16: tcp.address must be an IP address"),
        ("tls: {require_sni: 1}", "edge.yml:1:20: tls.require_sni must be true or false"),
        ("hold: 2m", "edge.yml:1:7: hold must be a duration"),
        ("drain_timeout: 2h", "edge.yml:1:16: drain_timeout must be a duration"),
        ("log: {level: loud}", "edge.yml:1:14: log.level must be one of"),
        ("log: {format: xml}", "edge.yml:1:15: log.format must be one of text, json"),
        ("limits: {handshake_timeout: 0s}", "edge.yml:1:29: limits.handshake_timeout must be a duration"),
        ("limits: {head_timeout: 6m}", "edge.yml:1:24: limits.head_timeout must be a duration"),
        ("limits: {head_bytes: 2MiB}", "edge.yml:1:22: limits.head_bytes must be a size"),
        ("limits: {head_fields: 15}", "edge.yml:1:23: limits.head_fields must be"),
        ("limits: {line_bytes: 100}", "edge.yml:1:22: limits.line_bytes must be a size"),
        ("limits: {line_bytes: 61KiB}", "edge.yml:1:22: limits.line_bytes is larger than head_bytes"),
        ("limits: {keep_alive_timeout: soon}", "edge.yml:1:30: limits.keep_alive_timeout must be a duration"),
        ("limits: {body_idle_timeout: 0}", "edge.yml:1:29: limits.body_idle_timeout must be a duration"),
        ("limits: {slow_reader_timeout: 0}", "edge.yml:1:31: limits.slow_reader_timeout must be a duration"),
        ("limits: {pipe_idle_timeout: 25h}", "edge.yml:1:29: limits.pipe_idle_timeout must be a duration"),
        ("limits: {half_close_grace: 6m}", "edge.yml:1:28: limits.half_close_grace must be a duration"),
        ("limits: {connect_timeout: 1ms}", "edge.yml:1:27: limits.connect_timeout must be a duration"),
        ("limits: {connections: 1}", "edge.yml:1:23: limits.connections must be"),
        ("limits: {connections: 255}", "limits.connections_per_address is larger than connections"),
        ("limits: {connections_per_address: 50001}", "edge.yml:1:35: limits.connections_per_address is larger"),
        ("upstreams: [{host: a}]", "edge.yml:1:13: upstreams[0].address is missing"),
        ("upstreams: [{address: 'a:1'}]", "edge.yml:1:13: upstreams[0] has neither host nor hosts"),
        ("upstreams: [{host: 'a/b', address: 'a:1'}]", "edge.yml:1:20: upstreams[0].host must be a host name"),
        ("upstreams: [{host: a, address: 'http://a'}]", "edge.yml:1:32: upstreams[0].address must be host:port"),
        ("upstreams: [{host: a, address: 'a:1', scheme: tcp}]", "edge.yml:1:47: upstreams[0].scheme must be one of"),
        (
            "upstreams: [{host: a, address: 'a:1'}, {hosts: [A], address: 'a:2', scheme: https}]",
            "edge.yml:1:40: upstreams[1] serves https://a, which another upstream serves already"
        ),
        (
            "upstreams: [{host: connect.portico.localhost, address: 'a:1'}]",
            "connect_host is the host of an upstream"
        ),
        ("listeners: {htps: ':1'}", #"edge.yml:1:13: unknown key "htps" in listeners; did you mean "https"?"#),
    ])
    func `A wrong value is refused where it stands`(text: String, problem: String) throws {
        let problems = try self.problems(text)
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
    }

    @Test(arguments: [
        (["STATE_DIRECTORY": "/srv/one:/srv/two", "HOME": "/people/jo"], false, "/srv/one"),
        (["HOME": "/root"], true, "/var/lib/portico-edge"),
        (["XDG_STATE_HOME": "/state", "HOME": "/people/jo"], false, "/state/portico-edge"),
        (["XDG_STATE_HOME": "relative", "HOME": "/people/jo"], false, "/people/jo/.local/state/portico-edge"),
        ([:], false, "portico-data"),
    ])
    func `The data folder is where the machine keeps such things`(
        environment: [String: String],
        isRoot: Bool,
        folder: String
    ) {
        let surroundings = Surroundings(cores: 1, isRoot: isRoot, environment: environment)
        #expect(surroundings.standardDataFolder == folder)
    }

    @Test func `No two settings share a variable or a flag`() {
        let settings = Self.definition.schema.settings
        let variables = settings.flatMap(\.variables)
        let flags = settings.compactMap(\.flag)
        #expect(Set(variables).count == variables.count)
        #expect(Set(flags).count == flags.count)
    }

    @Test func `Every setting says what it is for`() {
        for setting in Self.definition.schema.settings {
            #expect(setting.summary.hasSuffix("."), "\(setting.path)")
        }
    }
}

extension EdgeProgramConfiguration {
    /// As a file of this text makes it.
    static func loadForTest(_ text: String) throws -> EdgeProgramConfiguration {
        let file = try SettingsFile(path: "edge.yml", text: text)
        return try Self.definition(.fixed).load(SettingsLayers(file: file, arguments: [])).configuration
    }
}

extension Surroundings {
    /// A machine that is the same wherever the tests run.
    static let fixed = Surroundings(cores: 6, isRoot: false, environment: ["HOME": "/people/jo"])
}
