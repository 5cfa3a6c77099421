import Addressing
import Model
import Settings

extension PolicyOptions {
    /// The keys of a tunnel of version 2.
    init(_ reader: SettingsReader, warnings: inout [String]) {
        self.init()
        self.readBasicAuth(reader)
        self.circuitBreaker = reader.optional(
            "circuit_breaker",
            .share,
            absent: "none",
            "The share of failures from which on requests are refused."
        )
        self.compresses = reader.value("compression", .bool, default: false, "Whether responses are compressed.")
        self.hostHeader = reader.optional(
            "host_header",
            .text("host", maxBytes: 255),
            absent: "preserve",
            "What the upstream gets as Host: `rewrite` for its own address, `preserve`, or a text."
        )
        self.visitorCAs = reader.optional(
            "mutual_tls_cas",
            .path,
            absent: "none",
            "A PEM file with who may have signed visitors' certificates."
        )
        if reader.value("websocket_tcp_converter", .bool, default: false, "Without effect in this version.") {
            warnings.append("websocket_tcp_converter: without effect in this version")
        }
        self.readRestrictions(reader)
        self.readLogins(reader)
        self.requestHeaders = HeaderEdit(reader, "request_header", "Changes to requests.")
        self.responseHeaders = HeaderEdit(reader, "response_header", "Changes to responses.")
        self.readWebhook(reader)
    }

    /// Where they stand is not shown with what is wrong about them.
    private mutating func readBasicAuth(_ reader: SettingsReader) {
        let credentials = reader.value(
            "basic_auth",
            .list(of: .secret(maxBytes: 300), limit: 10),
            default: [],
            "Who may pass, as user:password."
        )
        // Version 1 had one credential.
        let auth = reader.optional("auth", .secret(maxBytes: 300), absent: "none", "Older name of `basic_auth`.")
        self.basicAuth = (credentials + [auth].compactMap(\.self)).map { $0.reveal() }
        if !self.basicAuth.allSatisfy(Self.isCredential) {
            reader.refuse(
                nil,
                "has a basic_auth that is not user:password; the user has at most 128 characters, the password 8 to 128"
            )
        }
    }

    private mutating func readRestrictions(_ reader: SettingsReader) {
        (self.allowedRanges, self.deniedRanges) = reader.section("ip_restriction", "Who may visit, by address.") {
            part in
            (
                part.value("allow_cidrs", Self.ranges, default: [], "Ranges that may.").map(\.description),
                part.value("deny_cidrs", Self.ranges, default: [], "Ranges that may not.").map(\.description)
            )
        }
        (self.allowedAgents, self.deniedAgents) = reader.section("user_agent_filter", "Who may visit, by program.") {
            (
                Self.texts($0, "allow", .text(), "Regular expressions of User-Agent that may pass."),
                Self.texts($0, "deny", .text(), "Regular expressions of User-Agent that may not.")
            )
        }
    }

    private mutating func readLogins(_ reader: SettingsReader) {
        self.oauth = reader.section("oauth", "A login at a well-known provider.") { part in
            Login(part, part.optional("provider", .text(maxBytes: 64), absent: "none", "At whom."))
        }
        self.oidc = reader.section("oidc", "A login at an OpenID Connect provider.") { part in
            Login(part, part.optional("issuer_url", .text(maxBytes: 255), absent: "none", "The provider's issuer."))
        }
    }

    private mutating func readWebhook(_ reader: SettingsReader) {
        self.webhook = reader.section("verify_webhook", "Lets signed webhooks pass alone.") { part in
            let provider = part.optional("provider", .text(maxBytes: 64), absent: "none", "Who sends them.")
            let secret = part.optional("secret", .secret(maxBytes: 2048), absent: "none", "What they are signed with.")
            return provider.map { Webhook(provider: $0, secret: secret?.reveal()) }
        }
    }

    private static let ranges = SettingType.list(of: .addressRange, limit: 1000)

    fileprivate static func texts(
        _ reader: SettingsReader,
        _ key: String,
        _ type: SettingType<String>,
        _ summary: String
    ) -> [String] {
        reader.value(key, .list(of: type, limit: 100), default: [], summary)
    }
}

extension PolicyOptions.HeaderEdit {
    fileprivate init(_ reader: SettingsReader, _ key: String, _ summary: String) {
        self.init()
        (self.added, self.removed) = reader.section(key, summary) { part in
            (
                PolicyOptions.texts(part, "add", .headerLine, "Lines name:value that are added."),
                PolicyOptions.texts(part, "remove", .text("name", maxBytes: 128), "Names that are removed.")
            )
        }
    }
}

extension PolicyOptions.Login {
    /// - Returns: nil where there is no provider.
    fileprivate init?(_ reader: SettingsReader, _ provider: String?) {
        let clientID = reader.optional("client_id", .text(), absent: "none", "The id of your application there.")
        let secret = reader.optional("client_secret", .secret(), absent: "none", "Its secret.")
        let scopes = PolicyOptions.texts(reader, "scopes", .text(), "What is asked for beside the usual.")
        let domains = PolicyOptions.texts(reader, "allow_domains", .text(), "Whose mail domains may pass.")
        let emails = PolicyOptions.texts(reader, "allow_emails", .text(), "Who may pass.")
        guard let provider else {
            if clientID != nil || !domains.isEmpty || !emails.isEmpty {
                reader.refuse(nil, "names no provider; give provider or issuer_url")
            }
            return nil
        }
        self.init(provider: provider)
        self.clientID = clientID
        self.clientSecret = secret
        self.scopes = scopes
        self.domains = domains
        self.emails = emails
    }
}
