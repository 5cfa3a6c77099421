import Model
import Portico
import Testing

@testable import AgentRuntime

struct CommandLineTests {
    @Test(arguments: [
        (["http", "80"], ["http", "80"]),
        (["http", "80", "--pooling-enabled=true"], ["http", "80", "--pooling-enabled"]),
        (["http", "--pooling-enabled=false", "80"], ["http", "80"]),
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
        #expect(CommandLineArguments(arguments, booleans: ["--pooling-enabled"]).normalized == normalized)
    }

    @Test(arguments: [["http", "80", "--basic-auth=a:b"], ["http", "80", "--domain", "a"], ["service", "install"]])
    func `What the reference system knows and this version does not is told apart`(arguments: [String]) throws {
        let error = try #require(MissingFeature.error(in: arguments))
        #expect(error.remedy != nil)
        #expect(error.code == ErrorCode.usage.name)
    }

    @Test func `A typing error is none of those`() {
        #expect(MissingFeature.error(in: ["http", "80", "--urll", "x"]) == nil)
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
        let endpoint = try EndpointCommand.http.endpoint(flags)
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
        let endpoint = try EndpointCommand.http.endpoint(EndpointFlags())
        #expect(endpoint.name == "command_line")
        #expect(endpoint.options.name.isEmpty)
        #expect(endpoint.upstream.description == "http://localhost:80")
    }

    @Test func `http serves a plain http URL too`() throws {
        var flags = EndpointFlags()
        flags.url = "http://shop.example"
        #expect(try EndpointCommand.http.endpoint(flags).options.scheme == .http)
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
            ]

    @Test(arguments: Self.refused.indices)
    func `Flags that make no sense are refused with a code and what to do`(index: Int) throws {
        let (command, change, code) = Self.refused[index]
        var flags = EndpointFlags()
        flags.upstream = "22"
        change(&flags)
        let error = try #require(throws: PorticoError.self) { try command.endpoint(flags) }
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

    @Test func `A run that may be stopped from the edge says so, and nothing more`() throws {
        let plan = try AgentPlan(AgentFlags(), environment: Self.environment, isTerminal: false)
        #expect(plan.configuration.remoteCommands == [.stop])
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
