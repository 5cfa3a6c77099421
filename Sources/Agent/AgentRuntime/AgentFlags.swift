/// What the command line says of the agent as a whole; nil: it doesn't say.
package struct AgentFlags: Sendable {
    /// Paths of configuration files, each value perhaps several with commas between.
    package var config: [String] = []
    package var authtoken: String?
    /// `host:port`.
    package var server: String?
    /// `host`, `trusted` or the path of a PEM file.
    package var connectCAs: String?
    package var log: String?
    package var logFormat: LogFormatName?
    package var logLevel: LogLevelName?

    package init() {}
}

/// What the command line says of its endpoint; nil: it doesn't say.
package struct EndpointFlags: Sendable {
    /// A port, an address or a URL.
    package var upstream: String?
    package var url: String?
    /// `public`, `internal` or `kubernetes`.
    package var binding: String?
    package var name: String?
    package var description: String?
    package var metadata: String?
    package var isPooled = false
    /// `http1` or `http2`.
    package var upstreamProtocol: String?
    /// `1` or `2`.
    package var proxyProtocol: String?
    package var verifiesUpstream = false
    /// Whose certificates the upstream may show; the path of a PEM file.
    package var upstreamCAs: String?
    /// The policy that --traffic-policy-file or --traffic-policy-url names, read.
    package var trafficPolicy: PolicyText?

    package init() {}
}
