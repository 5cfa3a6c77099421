import Model
import Portico
import Testing

@testable import AgentRuntime

struct CommandLineTests {
    @Test(arguments: [
        (["http", "80"], ["http", "80"]),
        (["http", "80", "--pooling-enabled=true"], ["http", "80", "--pooling-enabled"]),
        (["http", "--pooling-enabled=false", "80"], ["http", "80"]),
        (["http", "80", "--inspect=false"], ["http", "80", "--no-inspect"]),
        (["http", "80", "--pooling-enabled=maybe"], ["http", "80", "--pooling-enabled=maybe"]),
        (["--config", "a.yml", "http", "80"], ["http", "--config", "a.yml", "80"]),
        (["--config=a.yml", "--log", "stdout", "http"], ["http", "--config=a.yml", "--log", "stdout"]),
        (["--config", "a.yml", "config", "check"], ["config", "check", "--config", "a.yml"]),
        (["-v"], ["--version"]),
        (["--config"], ["--config"]),
        (["http", "--", "--pooling-enabled=false"], ["http", "--", "--pooling-enabled=false"]),
        ([], []),
    ])
    func `A command line is spelt as the parser wants it`(arguments: [String], normalized: [String]) {
        #expect(CommandLineArguments(arguments, booleans: ["--pooling-enabled", "--inspect"]).normalized == normalized)
    }

    @Test(arguments: [["tunnel", "--label", "a=b"]])
    func `What the reference system knows and this version does not is told apart`(arguments: [String]) throws {
        let error = try #require(MissingFeature.error(in: arguments))
        #expect(error.remedy != nil)
        #expect(error.code == ErrorCode.usage.name)
    }

    @Test func `A typing error is none of those`() {
        #expect(MissingFeature.error(in: ["http", "80", "--urll", "x"]) == nil)
    }

    /// A command, what is changed in its flags, and URL and policy of what comes of it.
    private static let older:
        [(command: EndpointCommand, change: @Sendable (inout EndpointFlags) -> Void, url: String, parts: [String])] = [
            (.http, { $0.names = [.init(flag: "--domain", text: "a.example")] }, "a.example", []),
            (.tls, { $0.names = [.init(flag: "--hostname", text: "a.example")] }, "a.example", []),
            (.tcp, { $0.names = [.init(flag: "--remote-addr", text: "a.example:1")] }, "a.example:1", []),
            (.http, { $0.schemes = ["http"] }, "http://", []),
            (.http, { $0.rules.basicAuth = ["ada:lovelace1"] }, "", ["basic-auth"]),
            (.tcp, { $0.rules.allowedRanges = ["10.0.0.0/8"] }, "", ["restrict-ips", "10.0.0.0/8"]),
            (.http, { $0.rules.hostHeader = "rewrite" }, "", ["add-headers", "localhost:22"]),
            (.tls, { $0.terminateAt = "edge" }, "", ["terminate-tls"]),
        ]

    @Test(arguments: Self.older.indices)
    func `Flags of older agents are names and rules of a policy`(index: Int) throws {
        let (command, change, url, parts) = Self.older[index]
        var flags = EndpointFlags()
        flags.upstream = "22"
        change(&flags)
        let endpoint = try #require(try command.endpoints(flags).first)
        #expect((endpoint.options.url ?? "") == url)
        #expect((endpoint.options.trafficPolicy == nil) == parts.isEmpty)
        for part in parts { #expect(endpoint.options.trafficPolicy?.contains(part) == true) }
    }

    @Test func `Two schemes are two endpoints, and a label is asked of the edge`() throws {
        var flags = EndpointFlags()
        flags.schemes = ["http", "https"]
        flags.names = [.init(flag: "--subdomain", text: "shop")]
        let endpoints = try EndpointCommand.http.endpoints(flags)
        #expect(endpoints.map(\.name) == ["command_line", "command_line (http)"])
        #expect(endpoints.map(\.options.url) == ["https://", "http://"])
        #expect(endpoints.map(\.options.subdomain) == ["shop", "shop"])
    }

    @Test func `Each deprecated flag is warned of once, with what to use`() {
        for name in DeprecatedFlags.names {
            let warnings = DeprecatedFlags.warnings(in: ["http", "80", "--\(name)=x", "--\(name)", "y"])
            #expect(warnings.count == 1)
            #expect(warnings.first?.hasPrefix("--\(name) is deprecated. ") == true)
        }
        #expect(DeprecatedFlags.warnings(in: ["http", "--url", "x", "--", "--domain"]).isEmpty)
    }

    @Test func `Flags of an endpoint become its options`() throws {
        var flags = EndpointFlags()
        flags.upstream = "https://localhost:8443"
        flags.url = "https://shop.example"
        flags.binding = "internal"
        flags.name = "shop"
        flags.metadata = "m"
        flags.isPooled = true
        flags.upstreamProtocol = "http2"
        flags.proxyProtocol = "1"
        flags.verifiesUpstream = true
        flags.upstreamCAs = "ca.pem"
        let endpoint = try #require(try EndpointCommand.http.endpoints(flags).first)
        #expect(endpoint.name == "shop")
        #expect(endpoint.upstream.description == "https://localhost:8443")
        #expect(endpoint.options.url == "https://shop.example")
        #expect(endpoint.options.binding == .internal)
        #expect(endpoint.options.isPooled)
        #expect(endpoint.options.upstreamProtocol == .http2)
        #expect(endpoint.options.proxyProtocol == .v1)
        #expect(endpoint.options.upstreamTrust == .file("ca.pem"))
    }

    @Test func `An endpoint without a name is called after where it came from, and only here`() throws {
        let endpoint = try #require(try EndpointCommand.http.endpoints(EndpointFlags()).first)
        #expect(endpoint.name == "command_line")
        #expect(endpoint.options.name.isEmpty)
        #expect(endpoint.upstream.description == "http://localhost:80")
    }

    @Test func `http serves a plain http URL too`() throws {
        var flags = EndpointFlags()
        flags.url = "http://shop.example"
        #expect(try EndpointCommand.http.endpoints(flags).map(\.options.scheme) == [.http])
    }

    /// A command, what is changed in its flags, and the code of the error.
    private static let refused:
        [(command: EndpointCommand, change: @Sendable (inout EndpointFlags) -> Void, code: ErrorCode)] =
            [
                (.tcp, { $0.url = "https://a.example" }, .urlScheme),
                (.http, { $0.url = "tcp://" }, .urlScheme),
                (.http, { $0.url = "ftp://a.example" }, .urlScheme),
                (.tcp, { $0.upstream = nil }, .upstreamAddressInvalid),
                (.tls, { $0.upstream = "host" }, .upstreamAddressInvalid),
                (.http, { $0.proxyProtocol = "3" }, .usage),
                (.http, { $0.upstreamProtocol = "http3" }, .upstreamProtocolInvalid),
                (.tcp, { $0.binding = "nowhere" }, .bindingUnknown),
                (.tls, { $0.upstreamCAs = "ca.pem" }, .usage),
                (
                    .http,
                    {
                        $0.url = "a.example"; $0.names = [.init(flag: "--domain", text: "b.example")]
                    }, .usage
                ),
                (.http, { $0.schemes = ["ftp"] }, .usage),
                (.http, { $0.rules.basicAuth = ["ada:short"] }, .usage),
                (.http, { $0.rules.requestHeaders.added = ["nocolon"] }, .usage),
                (
                    .http,
                    {
                        $0.rules.compresses = true; $0.trafficPolicy = PolicyText(name: "p", text: "{}")
                    }, .usage
                ),
                (.tls, { $0.certificate = "a.pem" }, .usage),
                (.tls, { $0.terminateAt = "agent" }, .usage),
                (.tls, { $0.terminateAt = "home" }, .usage),
                (
                    .tls,
                    {
                        $0.certificate = "a.pem"; $0.key = "a.key"; $0.terminateAt = "upstream"
                    }, .usage
                ),
                (
                    .tls,
                    {
                        $0.certificate = "/nowhere/a.pem"; $0.key = "/nowhere/a.key"
                    }, .configurationInvalid
                ),
            ]

    @Test(arguments: Self.refused.indices)
    func `Flags that make no sense are refused with a code and what to do`(index: Int) throws {
        let (command, change, code) = Self.refused[index]
        var flags = EndpointFlags()
        flags.upstream = "22"
        change(&flags)
        let error = try #require(throws: PorticoError.self) { try command.endpoints(flags) }
        #expect(error.code == code.name)
        #expect(error.remedy != nil)
    }

    @Test func `start takes names, all, or none, and nothing else`() throws {
        #expect(try EndpointSelection(names: ["a"], wantsAll: false, wantsNone: false) == .named(["a"]))
        #expect(try EndpointSelection(names: [], wantsAll: true, wantsNone: false) == .all)
        #expect(try EndpointSelection(names: [], wantsAll: false, wantsNone: true) == .none)
        for (names, all, none) in [([], false, false), (["a"], true, false), ([], true, true)]
            as [([String], Bool, Bool)]
        {
            #expect(throws: PorticoError.self) { try EndpointSelection(names: names, wantsAll: all, wantsNone: none) }
        }
    }

    @Test func `An unknown endpoint is refused with those that are known`() throws {
        let known = try ["web", "ssh"].map {
            EndpointDefinition(name: $0, upstream: try Upstream("80"), options: EndpointOptions())
        }
        #expect(try EndpointSelection.named(["ssh"]).endpoints(of: known).map(\.name) == ["ssh"])
        #expect(try EndpointSelection.all.endpoints(of: known).map(\.name) == ["web", "ssh"])
        #expect(try EndpointSelection.none.endpoints(of: known).isEmpty)
        let error = try #require(throws: PorticoError.self) {
            try EndpointSelection.named(["wbe"]).endpoints(of: known)
        }
        #expect(error.remedy == "It has web, ssh.")
    }
}

struct AgentPlanTests {
    private static let environment = ["HOME": "/nowhere", "PORTICO_AUTHTOKEN": "env", "PORTICO_CONNECT_URL": "env:1"]

    @Test func `Flags override the environment`() throws {
        var flags = AgentFlags()
        flags.authtoken = "flag"
        flags.server = "flag:1"
        flags.connectCAs = "ca.pem"
        let plan = try AgentPlan(flags, environment: Self.environment, isTerminal: false)
        #expect(plan.configuration.server.description == "flag:1")
        #expect(plan.configuration.authtoken.reveal() == "flag")
        #expect(plan.configuration.trust == .file("ca.pem"))
        let other = try AgentPlan(AgentFlags(), environment: Self.environment, isTerminal: false)
        #expect(other.configuration.server.description == "env:1")
        #expect(other.configuration.authtoken.reveal() == "env")
    }

    @Test
    func `A run may be stopped and begun anew from the edge, and not updated where no place of releases is named`()
        throws
    {
        let plan = try AgentPlan(AgentFlags(), environment: Self.environment, isTerminal: false)
        #expect(plan.configuration.remoteCommands == [.stop, .restart])
    }

    @Test(arguments: [("PORTICO_AUTHTOKEN", "ERR_PORTICO_4018"), ("PORTICO_CONNECT_URL", "ERR_PORTICO_100307")])
    func `What is missing is named with a code and what to do`(variable: String, code: String) throws {
        var environment = Self.environment
        environment[variable] = nil
        let error = try #require(throws: PorticoError.self) {
            try AgentPlan(AgentFlags(), environment: environment, isTerminal: false)
        }
        #expect(error.code == code)
        #expect(error.remedy != nil)
    }

    /// Terminal, `--log`, `--log-format`; console, log, format.
    @Test(
        arguments: [
            (true, nil, nil, true, LogDestination.none, LogFormatName.logfmt),
            (true, "stdout", nil, false, .standardOutput, .term),
            (true, "stderr", nil, false, .standardError, .term),
            (true, "a.log", nil, true, .file("a.log"), .logfmt),
            (true, "false", nil, true, .none, .logfmt),
            (false, nil, nil, false, .standardOutput, .logfmt),
            (false, "stdout", .term, false, .standardOutput, .logfmt),
            (false, "stdout", .json, false, .standardOutput, .json),
            (false, "false", nil, false, .none, .logfmt),
        ] as [(Bool, String?, LogFormatName?, Bool, LogDestination, LogFormatName)]
    )
    func `The view is for terminals, lines for the rest`(
        isTerminal: Bool,
        log: String?,
        format: LogFormatName?,
        showsConsole: Bool,
        destination: LogDestination,
        spelling: LogFormatName
    ) throws {
        var flags = AgentFlags()
        flags.log = log
        flags.logFormat = format
        let output = try AgentPlan(flags, environment: Self.environment, isTerminal: isTerminal).output
        #expect(output.showsConsole == showsConsole)
        #expect(output.log == destination)
        #expect(output.format == spelling)
    }
}
