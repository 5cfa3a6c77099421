import AgentRuntime
import ArgumentParser
import Model

/// Flags of older agents that all endpoints had. They work, are not shown in help, and a warning says what to use.
struct OlderEndpointOptions: ParsableArguments {
    @Option(help: .hidden)
    var policyFile: String?
    @Option(help: .hidden)
    var proxyProto: String?
    @Option(help: .hidden)
    var region: String?
    @Option(parsing: .singleValue, help: .hidden)
    var cidrAllow: [String] = []
    @Option(parsing: .singleValue, help: .hidden)
    var cidrDeny: [String] = []

    func apply(to flags: inout EndpointFlags) async throws {
        if let policyFile {
            guard flags.trafficPolicy == nil else { throw EndpointFlags.twoPolicies }
            flags.trafficPolicy = try await PolicyText.read(file: policyFile, url: nil)
        }
        flags.proxyProtocol = flags.proxyProtocol ?? self.proxyProto
        flags.rules.allowedRanges = self.cidrAllow
        flags.rules.deniedRanges = self.cidrDeny
    }
}

/// Those of names, which http and tls endpoints had.
struct OlderNameOptions: ParsableArguments {
    @Option(help: .hidden)
    var domain: String?
    @Option(help: .hidden)
    var hostname: String?
    @Option(help: .hidden)
    var subdomain: String?
    @Option(name: .customLong("mutual-tls-cas"), help: .hidden)
    var mutualTLSCAs: String?

    func apply(to flags: inout EndpointFlags) {
        flags.names += [("--domain", self.domain), ("--hostname", self.hostname), ("--subdomain", self.subdomain)]
            .compactMap { name, text in text.map { EndpointFlags.OlderName(flag: name, text: $0) } }
        flags.rules.visitorCAs = self.mutualTLSCAs
    }
}

/// Those of requests, which http endpoints had.
struct OlderHTTPOptions: ParsableArguments {
    @Option(help: .hidden)
    var appProtocol: String?
    @Option(parsing: .singleValue, help: .hidden)
    var basicAuth: [String] = []
    @Option(help: .hidden)
    var circuitBreaker: Double?
    @Flag(help: .hidden)
    var compression = false
    @Option(parsing: .singleValue, help: .hidden)
    var scheme: [String] = []
    @Option(help: .hidden)
    var hostHeader: String?
    @Option(parsing: .singleValue, help: .hidden)
    var requestHeaderAdd: [String] = []
    @Option(parsing: .singleValue, help: .hidden)
    var requestHeaderRemove: [String] = []
    @Option(parsing: .singleValue, help: .hidden)
    var responseHeaderAdd: [String] = []
    @Option(parsing: .singleValue, help: .hidden)
    var responseHeaderRemove: [String] = []
    @Option(parsing: .singleValue, help: .hidden)
    var uaFilterAllow: [String] = []
    @Option(parsing: .singleValue, help: .hidden)
    var uaFilterDeny: [String] = []
    @Option(help: .hidden)
    var verifyWebhook: String?
    @Option(help: .hidden)
    var verifyWebhookSecret: String?
    @Flag(help: .hidden)
    var websocketTcpConverter = false
    @Flag(name: .customLong("verify-upstream-tls"), help: .hidden)
    var verifyUpstreamTLS = false
    @Option(name: .customLong("upstream-ca-path"), help: .hidden)
    var upstreamCAPath: String?

    func apply(to flags: inout EndpointFlags) throws {
        flags.upstreamProtocol = flags.upstreamProtocol ?? self.appProtocol
        flags.schemes = self.scheme.flatMap { $0.split(separator: ",").map(String.init) }
        flags.verifiesUpstream = flags.verifiesUpstream || self.verifyUpstreamTLS
        flags.upstreamCAs = flags.upstreamCAs ?? self.upstreamCAPath
        flags.rules.basicAuth = self.basicAuth
        flags.rules.circuitBreaker = self.circuitBreaker
        flags.rules.compresses = self.compression
        flags.rules.hostHeader = self.hostHeader
        flags.rules.requestHeaders.added = self.requestHeaderAdd
        flags.rules.requestHeaders.removed = self.requestHeaderRemove
        flags.rules.responseHeaders.added = self.responseHeaderAdd
        flags.rules.responseHeaders.removed = self.responseHeaderRemove
        flags.rules.allowedAgents = self.uaFilterAllow
        flags.rules.deniedAgents = self.uaFilterDeny
        flags.rules.webhook = self.verifyWebhook.map {
            PolicyOptions.Webhook(provider: $0, secret: self.verifyWebhookSecret)
        }
    }
}

/// Those of logins.
struct OlderLoginOptions: ParsableArguments {
    @Option(help: .hidden)
    var oauth: String?
    @Option(name: .customLong("oauth-client-id"), help: .hidden)
    var oauthClientID: String?
    @Option(help: .hidden)
    var oauthClientSecret: String?
    @Option(parsing: .singleValue, help: .hidden)
    var oauthScope: [String] = []
    @Option(parsing: .singleValue, help: .hidden)
    var oauthAllowDomain: [String] = []
    @Option(parsing: .singleValue, help: .hidden)
    var oauthAllowEmail: [String] = []
    @Option(help: .hidden)
    var oidc: String?
    @Option(name: .customLong("oidc-client-id"), help: .hidden)
    var oidcClientID: String?
    @Option(help: .hidden)
    var oidcClientSecret: String?
    @Option(parsing: .singleValue, help: .hidden)
    var oidcScope: [String] = []

    func apply(to flags: inout EndpointFlags) {
        flags.rules.oauth = self.oauth.map { provider in
            var login = PolicyOptions.Login(provider: provider)
            login.clientID = self.oauthClientID
            login.clientSecret = self.oauthClientSecret.map(Secret.init)
            login.scopes = self.oauthScope
            login.domains = self.oauthAllowDomain
            login.emails = self.oauthAllowEmail
            return login
        }
        flags.rules.oidc = self.oidc.map { issuer in
            var login = PolicyOptions.Login(provider: issuer)
            login.clientID = self.oidcClientID
            login.clientSecret = self.oidcClientSecret.map(Secret.init)
            login.scopes = self.oidcScope
            return login
        }
    }
}
