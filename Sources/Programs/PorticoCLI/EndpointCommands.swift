import AgentRuntime
import ArgumentParser

struct HTTPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http",
        abstract: "Serves an HTTP service under an HTTPS URL.",
        discussion: """
            Examples:
              portico http 8080
              portico http localhost:3000 --url https://shop.example.com
              portico http https://10.0.0.7:8443 --upstream-tls-verify
              portico http 8080 --traffic-policy-file policy.yaml
            """
    )

    @Argument(help: "The service: a port, an address or a URL. Without it, port 80.")
    var upstream: String?
    @OptionGroup(title: "Endpoint")
    var endpoint: EndpointFlagOptions
    @Option(help: "What the edge speaks with the service: http1 or http2.")
    var upstreamProtocol: String?
    @OptionGroup(title: "TLS to the service")
    var upstreamTLS: UpstreamTLSOptions
    @Flag(inversion: .prefixedNo, help: "Keeps exchanges for the local inspector; --inspect=false for not.")
    var inspect = true
    @OptionGroup(title: "Agent")
    var agent: AgentFlagOptions
    @OptionGroup
    var older: OlderEndpointOptions
    @OptionGroup
    var names: OlderNameOptions
    @OptionGroup
    var requests: OlderHTTPOptions
    @OptionGroup
    var logins: OlderLoginOptions

    func run() async throws {
        var flags = try await self.endpoint.flags(upstream: self.upstream)
        flags.upstreamProtocol = self.upstreamProtocol
        flags.isInspected = self.inspect
        self.upstreamTLS.apply(to: &flags)
        try await self.older.apply(to: &flags)
        self.names.apply(to: &flags)
        try self.requests.apply(to: &flags)
        self.logins.apply(to: &flags)
        try await EndpointCommand.http.run(flags, self.agent.flags)
    }
}

struct TCPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tcp",
        abstract: "Serves a TCP service under an address of the edge.",
        discussion: """
            Examples:
              portico tcp 22
              portico tcp db.internal:5432 --url tcp://edge.example.com:20001
            """
    )

    @Argument(help: "The service: a port or host:port.")
    var upstream: String?
    @OptionGroup(title: "Endpoint")
    var endpoint: EndpointFlagOptions
    @OptionGroup(title: "Agent")
    var agent: AgentFlagOptions
    @OptionGroup
    var older: OlderEndpointOptions
    @Option(help: .hidden)
    var remoteAddr: String?

    func run() async throws {
        var flags = try await self.endpoint.flags(upstream: self.upstream)
        try await self.older.apply(to: &flags)
        if let remoteAddr { flags.names.append(.init(flag: "--remote-addr", text: remoteAddr)) }
        try await EndpointCommand.tcp.run(flags, self.agent.flags)
    }
}

struct TLSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tls",
        abstract: "Serves a TLS service under a host name; its TLS passes through the edge unopened.",
        discussion: """
            Examples:
              portico tls 8443 --url tls://mail.example.com
              portico tls tls://10.0.0.7:993
              portico tls 143 --url tls://mail.example.com --crt mail.pem --key mail.key
            """
    )

    @Argument(help: "The service: a port or host:port.")
    var upstream: String?
    @OptionGroup(title: "Endpoint")
    var endpoint: EndpointFlagOptions
    @OptionGroup(title: "TLS to the service")
    var upstreamTLS: UpstreamTLSOptions
    @Option(
        help: ArgumentHelp(
            "The certificate that visitors are shown, where TLS ends before the service.",
            valueName: "file"
        )
    )
    var crt: String?
    @Option(help: ArgumentHelp("Its key.", valueName: "file"))
    var key: String?
    @Option(
        help: """
            Where the visitor's TLS ends: upstream, agent or edge. With --crt the agent, without it the upstream. With \
            --mutual-tls-cas visitors must show a certificate of these authorities there.
            """
    )
    var terminateAt: String?
    @OptionGroup(title: "Agent")
    var agent: AgentFlagOptions
    @OptionGroup
    var older: OlderEndpointOptions
    @OptionGroup
    var names: OlderNameOptions

    func run() async throws {
        var flags = try await self.endpoint.flags(upstream: self.upstream)
        self.upstreamTLS.apply(to: &flags)
        try await self.older.apply(to: &flags)
        self.names.apply(to: &flags)
        flags.certificate = self.crt
        flags.key = self.key
        flags.terminateAt = self.terminateAt
        try await EndpointCommand.tls.run(flags, self.agent.flags)
    }
}

extension EndpointCommand {
    /// Serves the endpoint until the process is told to stop.
    fileprivate func run(_ endpoint: EndpointFlags, _ agent: AgentFlags) async throws {
        let definitions = try self.endpoints(endpoint)
        for definition in definitions { try endpoint.trafficPolicy?.check(for: definition.options) }
        try await AgentPlan.forThisProcess(agent).serve(definitions)
    }
}
