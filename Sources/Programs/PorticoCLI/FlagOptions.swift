import AgentRuntime
import ArgumentParser

/// Flags of every command that runs the agent.
struct AgentFlagOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where the edge accepts agents.", valueName: "host:port"))
    var server: String?
    @Option(help: ArgumentHelp("Another name of --server.", valueName: "host:port", visibility: .hidden))
    var connectURL: String?
    @Option(
        name: .customLong("connect-cas"),
        help: ArgumentHelp("Whose certificates the edge may show: a PEM file, or host.", valueName: "file")
    )
    var connectCAs: String?
    @Option(help: ArgumentHelp("What the agent shows to the edge.", valueName: "token"))
    var authtoken: String?
    @OptionGroup
    var files: FileFlagOptions
    @Option(help: "How log lines are spelt: term, logfmt or json.")
    var logFormat: LogFormatName?
    @Option(help: "The least level that is logged: debug, info, warn, error or crit.")
    var logLevel: LogLevelName?

    var flags: AgentFlags {
        var flags = AgentFlags()
        flags.config = self.files.config
        flags.authtoken = self.authtoken
        flags.server = self.server ?? self.connectURL
        flags.connectCAs = self.connectCAs
        flags.log = self.files.log
        flags.logFormat = self.logFormat
        flags.logLevel = self.logLevel
        return flags
    }
}

/// Flags that every command takes.
struct FileFlagOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A configuration file; several override one another in order.", valueName: "path"))
    var config: [String] = []
    @Option(help: ArgumentHelp("Where the log goes: stdout, stderr, false or a path.", valueName: "destination"))
    var log: String?
}

extension LogFormatName: ExpressibleByArgument {}
extension LogLevelName: ExpressibleByArgument {}

/// Flags of every endpoint.
struct EndpointFlagOptions: ParsableArguments {
    /// The flags of the commands that take no value, with their dashes.
    static let booleans: Set<String> = [
        "--pooling-enabled", "--upstream-tls-verify", "--all", "--none", "--inspect", "--compression",
        "--websocket-tcp-converter", "--verify-upstream-tls", "--dry-run", "--relocate",
        "--force", "--check",
    ]

    @Option(help: "What visitors use. Without it the edge chooses.")
    var url: String?
    @Option(
        help: ArgumentHelp(
            "Who reaches it: public, internal or kubernetes. Without it, those whom the URL means.",
            valueName: "binding"
        )
    )
    var binding: String?
    @Option(help: "Shown in logs and in the edge's lists.")
    var name: String?
    @Option(help: "For people; at most 255 bytes.")
    var description: String?
    @Option(help: "Opaque to the edge; at most 4096 bytes.")
    var metadata: String?
    @Flag(help: "Lets other endpoints share the URL.")
    var poolingEnabled = false
    @Option(help: "The PROXY header that the service gets: version 1 or 2.")
    var upstreamProxyProtocol: String?
    @Option(help: ArgumentHelp("The policy that the edge runs on the endpoint's traffic.", valueName: "path"))
    var trafficPolicyFile: String?
    @Option(help: ArgumentHelp("The same, fetched once at the start.", valueName: "url"))
    var trafficPolicyURL: String?

    /// - Throws: `PorticoError` where the traffic policy cannot be had.
    func flags(upstream: String?) async throws -> EndpointFlags {
        var flags = EndpointFlags()
        flags.upstream = upstream
        flags.url = self.url
        flags.binding = self.binding
        flags.name = self.name
        flags.description = self.description
        flags.metadata = self.metadata
        flags.isPooled = self.poolingEnabled
        flags.proxyProtocol = self.upstreamProxyProtocol
        flags.trafficPolicy = try await PolicyText.read(file: self.trafficPolicyFile, url: self.trafficPolicyURL)
        return flags
    }
}

/// Flags for services that speak TLS.
struct UpstreamTLSOptions: ParsableArguments {
    @Flag(help: "Verifies the service's certificate.")
    var upstreamTLSVerify = false
    @Option(
        name: .customLong("upstream-tls-verify-cas"),
        help: ArgumentHelp("Whose certificates it may show; without it, the system's roots.", valueName: "file")
    )
    var upstreamTLSVerifyCAs: String?

    func apply(to flags: inout EndpointFlags) {
        flags.verifiesUpstream = self.upstreamTLSVerify
        flags.upstreamCAs = self.upstreamTLSVerifyCAs
    }
}
