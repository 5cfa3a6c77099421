import JSON
package import Model
package import Portico
import TrafficPolicy

/// What endpoints were told before there were traffic policies: keys of version 2 of the file and flags that are
/// deprecated. Each is carried out as rules of a policy (`spec/agent.md` 1.3, 3.5).
package struct PolicyOptions: Sendable, Hashable {
    /// `user:password`.
    package var basicAuth: [String] = []
    package var allowedRanges: [String] = []
    package var deniedRanges: [String] = []
    /// The share of failures from which on requests are refused.
    package var circuitBreaker: Double?
    package var compresses = false
    /// `rewrite`, `preserve`, or what the upstream gets as Host.
    package var hostHeader: String?
    /// The path of a PEM file with who may have signed visitors' certificates.
    package var visitorCAs: String?
    /// TLS of a tls endpoint ends at the edge.
    package var edgeTLS: EdgeTLS?
    package var oauth: Login?
    package var oidc: Login?
    /// `name:value`, and names.
    package var requestHeaders = HeaderEdit()
    package var responseHeaders = HeaderEdit()
    /// Regular expressions for the User-Agent header.
    package var allowedAgents: [String] = []
    package var deniedAgents: [String] = []
    package var webhook: Webhook?

    package init() {}

    /// A login at `provider`, a name for OAuth, an issuer's URL for OpenID Connect.
    package struct Login: Sendable, Hashable {
        package var provider: String
        package var clientID: String?
        package var clientSecret: Secret?
        package var scopes: [String] = []
        package var domains: [String] = []
        package var emails: [String] = []

        package init(provider: String) {
            self.provider = provider
        }

        package static func == (left: Login, right: Login) -> Bool {
            left.provider == right.provider && left.clientID == right.clientID
                && left.clientSecret?.reveal() == right.clientSecret?.reveal() && left.scopes == right.scopes
                && left.domains == right.domains && left.emails == right.emails
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(self.provider)
            hasher.combine(self.clientID)
        }
    }

    /// Paths of PEM files; nil: the edge has a certificate for the name.
    package struct EdgeTLS: Sendable, Hashable {
        package var certificate: String?
        package var key: String?

        package init(certificate: String?, key: String?) {
            self.certificate = certificate
            self.key = key
        }
    }

    package struct HeaderEdit: Sendable, Hashable {
        package var added: [String] = []
        package var removed: [String] = []

        package init() {}
    }

    package struct Webhook: Sendable, Hashable {
        package var provider: String
        package var secret: String?

        package init(provider: String, secret: String?) {
            self.provider = provider
            self.secret = secret
        }
    }

    package var isEmpty: Bool { self == PolicyOptions() }

    /// Whether one of them asks for something that only requests have.
    var needsRequests: Bool {
        var other = self
        other.allowedRanges = []
        other.deniedRanges = []
        other.visitorCAs = nil
        other.edgeTLS = nil
        return !other.isEmpty
    }

    static func isCredential(_ text: String) -> Bool {
        guard let colon = text.firstIndex(of: ":") else { return false }
        let password = text[text.index(after: colon)...]
        return text[..<colon].count <= 128 && (8...128).contains(password.count)
    }

    /// The two sides of a line `name:value`; nil where it is none.
    static func header(_ line: String) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { return nil }
        let value = line[line.index(after: colon)...].drop { $0 == " " }
        return (String(line[..<colon]), String(value))
    }
}

extension PolicyOptions {
    /// The policy that does what the options say.
    ///
    /// - Parameters:
    ///   - upstream: whose host `hostHeader` may ask for.
    ///   - options: of the endpoint that it is for.
    /// - Returns: nil where they say nothing.
    /// - Throws: where a file of certificates cannot be read, or the options are none that a policy can have.
    package func policy(for upstream: Upstream, of options: EndpointOptions) throws(PorticoError) -> String? {
        guard let text = try self.text(for: upstream) else { return nil }
        let report = PolicyReport("policy", text: text, for: options.policyAttachment, limits: .ofAnyEdge)
        guard let problem = report.errors.first else { return text }
        throw PorticoError(
            .invalidConfiguration,
            code: ErrorCode.configurationInvalid.name,
            "What its options ask for cannot be a traffic policy: \(problem.summary).",
            remedy: "Correct the option, or write the policy as traffic_policy."
        )
    }

    private func text(for upstream: Upstream) throws(PorticoError) -> String? {
        guard !self.isEmpty else { return nil }
        var phases = JSONObject()
        for (phase, rules) in [
            ("on_tcp_connect", try self.connectionRules()), ("on_http_request", self.requestRules(upstream)),
            ("on_http_response", self.responseRules()),
        ] where !rules.isEmpty { phases.append(phase, .array(rules)) }
        return phases.members.isEmpty ? nil : JSONValue.object(phases).text
    }

    private func connectionRules() throws(PorticoError) -> [JSONValue] {
        var rules: [JSONValue] = []
        if !self.allowedRanges.isEmpty || !self.deniedRanges.isEmpty {
            guard !self.allowedRanges.isEmpty else {
                throw PorticoError(
                    .invalidConfiguration,
                    code: ErrorCode.configurationInvalid.name,
                    "Addresses are denied and none is allowed, so that nobody could visit.",
                    remedy: "Allow 0.0.0.0/0 and ::/0 beside what is denied."
                )
            }
            rules.append(
                Self.rule(
                    "restrict-ips",
                    ["allow": Self.list(self.allowedRanges), "deny": Self.list(self.deniedRanges)]
                )
            )
        }
        guard self.visitorCAs != nil || self.edgeTLS != nil else { return rules }
        var configuration = JSONObject()
        if let path = self.edgeTLS?.certificate {
            configuration.append("server_certificate", .string(try Self.pem(path)))
        }
        if let path = self.edgeTLS?.key { configuration.append("server_private_key", .string(try Self.pem(path))) }
        if let path = self.visitorCAs {
            configuration.append("mutual_tls_certificate_authorities", [.string(try Self.pem(path))])
        }
        rules.append(Self.rule("terminate-tls", .object(configuration)))
        return rules
    }

    private func requestRules(_ upstream: Upstream) -> [JSONValue] {
        var rules = self.userAgentRules()
        if !self.basicAuth.isEmpty {
            rules.append(Self.rule("basic-auth", ["credentials": Self.list(self.basicAuth)]))
        }
        if let oauth { rules.append(Self.rule("oauth", oauth.configuration("provider"))) }
        if let oidc { rules.append(Self.rule("openid-connect", oidc.configuration("issuer_url"))) }
        if let webhook {
            var configuration: JSONObject = ["provider": .string(webhook.provider)]
            if let secret = webhook.secret { configuration.set("secret", to: .string(secret)) }
            rules.append(Self.rule("verify-webhook", .object(configuration)))
        }
        if let circuitBreaker {
            rules.append(Self.rule("circuit-breaker", ["error_threshold": .number("\(circuitBreaker)")]))
        }
        rules += self.requestHeaders.rules
        if let host = self.host(of: upstream) {
            rules.append(Self.rule("add-headers", ["headers": ["host": .string(host)]]))
        }
        return rules
    }

    private func responseRules() -> [JSONValue] {
        self.responseHeaders.rules + (self.compresses ? [Self.rule("compress-response", [:])] : [])
    }

    private func userAgentRules() -> [JSONValue] {
        let matches = { (pattern: String) in "req.user_agent.matches(\(Self.literal(pattern)))" }
        var conditions: [String] = []
        if !self.deniedAgents.isEmpty { conditions.append(self.deniedAgents.map(matches).joined(separator: " || ")) }
        if !self.allowedAgents.isEmpty {
            conditions.append("!(\(self.allowedAgents.map(matches).joined(separator: " || ")))")
        }
        return conditions.map { condition in
            ["expressions": [.string(condition)], "actions": [["type": "deny", "config": ["status_code": 403]]]]
        }
    }

    private func host(of upstream: Upstream) -> String? {
        switch self.hostHeader {
        case nil, "preserve": nil
        case "rewrite": upstream.port == upstream.scheme.defaultPort ? upstream.host : upstream.hostport
        case let host?: host
        }
    }

    private static func pem(_ path: String) throws(PorticoError) -> String {
        do throws(TextFileError) {
            return try TextFile.read(path, limit: 1 << 16)
        } catch {
            throw PorticoError(
                .invalidConfiguration,
                code: ErrorCode.configurationInvalid.name,
                "The PEM file \(path.quotedForDisplay) is not usable: \(error.reason).",
                remedy: "Correct the path; it counts from the working directory."
            )
        }
    }

    fileprivate static func rule(_ action: String, _ configuration: JSONValue) -> JSONValue {
        var entry: JSONObject = ["type": .string(action)]
        if configuration.object?.members.isEmpty == false { entry.append("config", configuration) }
        return ["actions": [.object(entry)]]
    }

    fileprivate static func list(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }

    /// A text as an expression spells it; the escapes of JSON are among those of expressions.
    private static func literal(_ text: String) -> String { JSONValue.string(text).text }
}

extension PolicyOptions.HeaderEdit {
    fileprivate var rules: [JSONValue] {
        var rules: [JSONValue] = []
        if !self.removed.isEmpty {
            rules.append(PolicyOptions.rule("remove-headers", ["headers": PolicyOptions.list(self.removed)]))
        }
        let lines = self.added.compactMap(PolicyOptions.header)
        if !lines.isEmpty {
            var headers = JSONObject()
            for line in lines { headers.set(line.name, to: .string(line.value)) }
            rules.append(PolicyOptions.rule("add-headers", ["headers": .object(headers)]))
        }
        return rules
    }
}

extension PolicyOptions.Login {
    fileprivate func configuration(_ providerKey: String) -> JSONValue {
        var configuration: JSONObject = [providerKey: .string(self.provider)]
        if let clientID { configuration.append("client_id", .string(clientID)) }
        if let clientSecret { configuration.append("client_secret", .string(clientSecret.reveal())) }
        for (key, texts) in [
            ("scopes", self.scopes), ("email_domains", self.domains), ("email_addresses", self.emails),
        ] where !texts.isEmpty { configuration.append(key, PolicyOptions.list(texts)) }
        return .object(configuration)
    }
}
