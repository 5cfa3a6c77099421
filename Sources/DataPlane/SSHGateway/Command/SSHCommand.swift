import EdgeLink
import Addressing
import Model

/// What a client asks to serve: the words behind the host, as `http --metadata x`.
struct SSHCommand: Sendable, Hashable {
    enum Kind: String, Sendable, CaseIterable { case http, tls, tcp }

    enum Parsed: Sendable, Hashable {
        case endpoint(SSHCommand)
        /// `--help` of this.
        case help(Kind?)
    }

    static let maximumBytes = 64 * 1024

    let kind: Kind
    private(set) var values: [Flag: [String]] = [:]

    private init(_ kind: Kind) {
        self.kind = kind
    }

    /// The last value of a flag that may be given once.
    func value(_ flag: Flag) -> String? { self.values[flag]?.last }

    /// Reads the words behind the host; of a shell there are none.
    static func parse(_ text: String?) throws(Failure) -> Parsed {
        let words = try Self.words(text ?? "")
        guard let first = words.first else {
            throw Failure(.sshCommandMissing, "No command says what the endpoint speaks: http, tls or tcp.")
        }
        if ["help", "--help", "-h"].contains(first) { return .help(nil) }
        guard let kind = Kind(rawValue: first) else {
            throw Failure(.sshCommandUnknown, "\"\(first.prefix(100))\" is none of the commands http, tls and tcp.")
        }
        var command = SSHCommand(kind)
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            if word == "--help" || word == "-h" { return .help(kind) }
            try command.take(word, &rest)
        }
        return .endpoint(command)
    }

    private static func words(_ text: String) throws(Failure) -> [String] {
        guard text.utf8.count <= Self.maximumBytes else {
            throw Failure(.sshCommandUnreadable, "The command has more than \(Self.maximumBytes) bytes.")
        }
        do throws(CommandWords.SplitError) {
            return try CommandWords.split(text)
        } catch {
            let problem = error == .quoteOpen ? "a quote is not closed" : "it ends in a backslash"
            throw Failure(.sshCommandUnreadable, "The command cannot be split into words: \(problem).")
        }
    }

    /// Takes a flag, with its value from the same word or the next.
    private mutating func take(_ word: String, _ rest: inout ArraySlice<String>) throws(Failure) {
        guard word.hasPrefix("-"), word != "-", word != "--" else {
            throw Failure(
                .sshCommandUnreadable,
                "\"\(word.prefix(100))\" is no flag; where traffic goes is said by ssh's option -R."
            )
        }
        let parts = word.drop { $0 == "-" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts.first ?? "")
        guard let flag = Flag(rawValue: name) else {
            guard !Flag.ofAgents.contains(name) else {
                throw Failure(.sshFlagUnsupported, "The flag --\(name) is not available over SSH.")
            }
            throw Failure(.sshCommandUnreadable, "There is no flag --\(name.prefix(100)).")
        }
        guard flag.kinds.contains(self.kind) else {
            throw Failure(.sshFlagUnsupported, "The flag --\(name) is not one of \(self.kind.rawValue) endpoints.")
        }
        let value: String
        if parts.count == 2 {
            value = String(parts[1])
        } else if flag.isSwitch {
            value = "true"
        } else if let next = rest.popFirst() {
            value = next
        } else {
            throw Failure(.sshCommandUnreadable, "The flag --\(name) needs a value.")
        }
        self.values[flag, default: []].append(value)
    }
}

extension SSHCommand {
    /// The flags that are available, as they are spelt.
    enum Flag: String, Sendable, CaseIterable {
        case url, domain, hostname, subdomain
        case remoteAddress = "remote-addr"
        case name, description, metadata
        case isPooled = "pooling-enabled"
        case proxyProtocol = "proxy-proto"
        case trafficPolicy = "traffic-policy"

        var kinds: Set<Kind> {
            switch self {
            case .domain, .hostname, .subdomain: [.http, .tls]
            case .remoteAddress: [.tcp]
            case .url, .name, .description, .metadata, .isPooled, .proxyProtocol, .trafficPolicy: [.http, .tls, .tcp]
            }
        }

        var isSwitch: Bool { self == .isPooled }

        var summary: String {
            switch self {
            case .url: "URL          the endpoint's URL, in place of a name given to -R"
            case .domain: "NAME      the endpoint's host name, in place of a name given to -R"
            case .hostname: "NAME    the same, by its older name"
            case .subdomain: "LABEL  a name below the edge's base domain"
            case .remoteAddress: "HOST:PORT  a reserved TCP address"
            case .name: "TEXT        a name for people"
            case .description: "TEXT  more for people"
            case .metadata: "TEXT    text for programs"
            case .isPooled: "   share the URL with others of the account that say so too"
            case .proxyProtocol: "1|2  begin each connection with a PROXY header"
            case .trafficPolicy: "TEXT  a traffic policy, as YAML or JSON in one word"
            }
        }

        /// Those of agents that make no sense where nothing of ours runs, or that a policy says better.
        static let ofAgents: Set<String> = [
            "traffic-policy-file", "inspect", "scheme", "host-header", "verify-webhook", "verify-webhook-secret",
            "websocket-tcp-converter", "circuit-breaker", "compression", "mutual-tls-cas", "verify-upstream-tls",
            "upstream-tls-verify", "upstream-tls-verify-cas", "upstream-protocol", "app-protocol", "log", "log-format",
            "log-level", "config", "authtoken", "crt", "key", "terminate-at", "agent-tls-termination", "label",
            "binding", "bind-tls", "web-allow-hosts", "basic-auth", "oauth", "oauth-allow-email",
            "oauth-allow-domain", "oauth-scope", "oauth-client-id", "oauth-client-secret", "oidc", "oidc-client-id",
            "oidc-client-secret", "oidc-scope", "cidr-allow", "cidr-deny", "request-header-add",
            "request-header-remove", "response-header-add", "response-header-remove", "traffic-policy-url",
            "user-agent-filter-allow", "user-agent-filter-deny", "region",
        ]
    }

    static func help(_ kind: Kind?) -> String {
        let flags = Flag.allCases.filter { kind.map($0.kinds.contains) ?? true }
        return """
            ssh -R [NAME:]PORT:HOST:PORT [v2@]EDGE \(kind?.rawValue ?? "http|tls|tcp") [FLAG ...]

            The remote port is 0, which leaves it to the edge; 80 or 443 for http and https; or that of a reserved
            TCP address, which is given as NAME.

            \(flags.map { "  --\($0.rawValue) \($0.summary)" }.joined(separator: "\n"))

            """
    }
}

extension SSHCommand {
    /// What is asked of the control plane.
    ///
    /// - Throws: what of the command and of -R does not go together (`spec/agent.md` 11).
    func bind(_ forward: SSHForward) throws(Failure) -> BindRequest {
        var request = BindRequest(bindID: "", scheme: try self.scheme(forward))
        try self.name(&request, forward)
        request.url = self.value(.url) ?? ""
        if !request.url.isEmpty, let name = forward.name {
            throw Failure(.sshHostTwice, "-R names \(name), and --url \(request.url).")
        }
        request.isPooled = try self.isPooled
        request.name = self.value(.name) ?? ""
        request.description = self.value(.description) ?? ""
        request.metadata = self.value(.metadata) ?? ""
        request.trafficPolicy = self.value(.trafficPolicy) ?? ""
        request.forwardsTo = "ssh -R"
        if let version = self.value(.proxyProtocol) {
            guard let number = Int(version), ProxyProtocolVersion(rawValue: number) != nil else {
                throw Failure(.sshProxyVersion, "\"\(version.prefix(20))\" is no version of the PROXY protocol.")
            }
            request.proxyProtocol = number
        }
        return request
    }

    private var isPooled: Bool {
        get throws(Failure) {
            switch self.value(.isPooled) {
            case nil, "false": return false
            case "true": return true
            case .some(let value):
                throw Failure(.sshCommandUnreadable, "--pooling-enabled is true or false, not \"\(value.prefix(20))\".")
            }
        }
    }

    private func scheme(_ forward: SSHForward) throws(Failure) -> EndpointScheme {
        switch (self.kind, forward.port) {
        case (.http, 80): return .http
        case (.http, 0): return self.value(.url)?.hasPrefix("http://") ?? false ? .http : .https
        case (.http, 443): return .https
        case (.tls, 0), (.tls, 443): return .tls
        case (.tcp, _): return .tcp
        case (.http, _), (.tls, _):
            throw Failure(
                .sshPortOfCommand,
                "The remote port \(forward.port) is none of \(self.kind.rawValue) endpoints."
            )
        }
    }

    private func name(_ request: inout BindRequest, _ forward: SSHForward) throws(Failure) {
        guard self.kind != .tcp else { return try self.address(&request, forward) }
        let host = self.value(.domain) ?? self.value(.hostname)
        let subdomain = self.value(.subdomain)
        if let host, let subdomain {
            throw Failure(.sshHostAndSubdomain, "Both the host \(host) and the subdomain \(subdomain) are given.")
        }
        if let name = forward.name {
            if let host { throw Failure(.sshHostTwice, "-R names \(name), and a flag \(host).") }
            if let subdomain {
                throw Failure(.sshSubdomainTwice, "-R names \(name), and a flag the subdomain \(subdomain).")
            }
            // One label is a name below the edge's base domain.
            if name.contains(".") { request.hostname = name } else { request.subdomain = name }
        } else {
            request.hostname = host ?? ""
            request.subdomain = subdomain ?? ""
        }
    }

    private func address(_ request: inout BindRequest, _ forward: SSHForward) throws(Failure) {
        let flag = self.value(.remoteAddress)
        if let name = forward.name {
            if let flag { throw Failure(.sshAddressTwice, "-R names \(name), and --remote-addr \(flag).") }
            guard forward.port != 0 else {
                throw Failure(.sshPortMissing, "-R names the address \(name) without a port.")
            }
            request.address = "\(name):\(forward.port)"
        } else if let flag {
            guard forward.port == 0 else {
                throw Failure(.sshPortWithAddressFlag, "-R names the port \(forward.port), and --remote-addr \(flag).")
            }
            request.address = flag
        } else if forward.port != 0 {
            throw Failure(.sshPortCustom, "-R names the port \(forward.port), and no address that it belongs to.")
        }
    }
}
