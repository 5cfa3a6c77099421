import Model
package import Portico

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
    package var isInspected = true
    /// Names by flags of older agents.
    package var names: [OlderName] = []
    /// `https`, `http`; empty: https.
    package var schemes: [String] = []
    /// What flags of older agents ask for that is a rule of a policy now.
    package var rules = PolicyOptions()
    /// Paths of PEM files, for a tls endpoint.
    package var certificate: String?
    package var key: String?
    /// `edge`, `agent` or `upstream`.
    package var terminateAt: String?

    package init() {}

    /// A flag with its dashes, and its value.
    package struct OlderName: Sendable, Hashable {
        package let flag: String
        package let text: String

        package init(flag: String, text: String) {
            self.flag = flag
            self.text = text
        }
    }

    package static var twoPolicies: PorticoError {
        PorticoError(
            .invalidConfiguration,
            code: ErrorCode.usage.name,
            "An endpoint has one traffic policy, and more than one is given.",
            remedy:
                "Leave out --traffic-policy-file, --traffic-policy-url or --policy-file, and flags that stand for rules."
        )
    }
}
