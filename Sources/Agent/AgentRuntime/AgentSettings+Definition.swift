import Portico
import Settings

extension AgentSettings {
    /// The form of a file, by its `version`.
    enum FileVersion: String, Sendable, CaseIterable {
        case v2 = "2"
        case v3 = "3"
    }

    /// What files and the environment consist of, for each form of the file. `isFile` says that a text is read, which
    /// must tell its version, and not the environment alone.
    static func definition(_ version: FileVersion, isFile: Bool) -> SettingsDefinition<AgentSettings> {
        SettingsDefinition(variablePrefixes: []) { reader in
            let stated: FileVersion? = reader.optional(
                "version",
                .choice("version"),
                absent: "3",
                "The form of the file."
            )
            if isFile, stated == nil {
                reader.refuse(nil, "version is missing or unknown; begin the file with \"version: 3\"")
            }
            switch version {
            case .v3: return Self.version3(reader)
            case .v2: return Self.version2(reader)
            }
        }
    }

    private static func version3(_ reader: SettingsReader) -> AgentSettings {
        var settings = reader.section("agent", "How the agent connects and shows itself.") { agent in
            Self.agent(agent, connectKey: "connect_url", trustKey: "connect_cas", unsupported: Self.unsupported3)
        }
        settings.endpoints = reader.records("endpoints", limit: 1000, "Endpoints by name.", EndpointDefinition.init)
        settings.refuseEqualNames(reader)
        if reader.structure("tunnels", absent: "none", "Endpoints in the form of version 2.") != nil {
            settings.warnings.append(
                "tunnels: this version serves `endpoints`, and no tunnels of a file"
            )
        }
        return settings
    }

    private static func version2(_ reader: SettingsReader) -> AgentSettings {
        var settings = Self.agent(
            reader,
            connectKey: "server_addr",
            trustKey: "root_cas",
            unsupported: Self.unsupported2
        )
        if reader.structure("tunnels", absent: "none", "Endpoints by name.") != nil {
            settings.warnings.append(
                "tunnels: this version serves `endpoints`, and no tunnels of a file"
            )
        }
        return settings
    }

    private static func agent(
        _ reader: SettingsReader,
        connectKey: String,
        trustKey: String,
        unsupported: [String]
    ) -> AgentSettings {
        var settings = AgentSettings()
        settings.authtoken = reader.optional(
            "authtoken",
            .secret(),
            absent: "none",
            variables: ["PORTICO_AUTHTOKEN", "NGROK_AUTHTOKEN"],
            "What the agent shows to the edge; `portico config add-authtoken` writes it."
        )
        settings.connectURL = reader.optional(
            connectKey,
            .serverAddress,
            absent: "none",
            variables: ["PORTICO_CONNECT_URL", "NGROK_CONNECT_URL"],
            "Where the edge accepts agents."
        )
        settings.trust = reader.optional(
            trustKey,
            .trust,
            absent: "host",
            variables: ["PORTICO_CONNECT_CAS", "NGROK_CONNECT_CAS"],
            "Whose certificates the edge may show: `host`, or the path of a PEM file."
        )
        settings.readAPI(reader)
        settings.metadata = reader.optional(
            "metadata",
            .text(maxBytes: 4096),
            absent: "none",
            "Opaque text that the edge's API shows with the session."
        )
        settings.console = reader.optional(
            "console_ui",
            .choice(),
            absent: "iftty",
            "Whether the terminal view is shown."
        )
        settings.log = reader.optional("log", .logDestination, absent: "false", "Where the log goes.")
        settings.logLevel = reader.optional("log_level", .choice(), absent: "info", "The least level that is logged.")
        settings.logFormat = reader.optional("log_format", .choice(), absent: "term", "How log lines are spelt.")
        for key in unsupported where reader.structure(key, absent: "none", "Without effect in this version.") != nil {
            settings.warnings.append("\(key): without effect in this version")
        }
        return settings
    }

    private mutating func readAPI(_ reader: SettingsReader) {
        self.apiKey = reader.optional(
            "api_key",
            .secret(),
            absent: "none",
            variables: ["PORTICO_API_KEY", "NGROK_API_KEY"],
            "What `portico api` shows to the API; `portico config add-api-key` writes it."
        )
        self.apiURL = reader.optional(
            "api_url",
            .text(maxBytes: 512),
            absent: "http://127.0.0.1:4042",
            variables: ["PORTICO_API_URL", "NGROK_API_BASE_URL"],
            "Where the API is, for `portico api`."
        )
        self.apiAuthorities = reader.optional(
            "api_cas",
            .text(maxBytes: 4096),
            absent: "those of the system",
            variables: ["PORTICO_API_CAS"],
            "The path of a PEM file with the authorities that may vouch for the API."
        )
    }

    private mutating func refuseEqualNames(_ reader: SettingsReader) {
        var seen: Set<String> = []
        for endpoint in self.endpoints where !seen.insert(endpoint.name).inserted {
            reader.refuse("endpoints", "has the name \(endpoint.name.quotedForDisplay) twice; names must differ")
        }
    }

    /// Keys of the reference system's files that are read and not acted on.
    private static let unsupported2 = [
        "connect_timeout", "console_ui_color", "crl_noverify", "dns_resolver_ips", "heartbeat_interval",
        "heartbeat_tolerance", "http_proxy", "inspect_db_size", "proxy_url", "region", "remote_management",
        "socks5_proxy",
        "update", "update_channel", "update_check", "web_addr", "web_allow_hosts",
    ]

    private static let unsupported3 = [
        "connect_interface", "connect_timeout", "console_ui_color", "crl_noverify", "crl_url",
        "dns_resolver_ips", "heartbeat_interval", "heartbeat_tolerance", "inspect_db_size", "local_storage",
        "proxy_url",
        "remote_management", "update_channel", "update_check", "web_addr", "web_allow_hosts",
    ]
}

extension EndpointDefinition {
    /// One entry of `endpoints` (`spec/agent.md` 3.4).
    init?(_ reader: SettingsReader) {
        let name = reader.required("name", .text(maxBytes: 255), "What the endpoint is called here.")
        let url = reader.optional("url", .text(maxBytes: 512), absent: "random", "What visitors use.")
        var options = EndpointOptions(url: url)
        options.metadata = reader.value("metadata", .text(maxBytes: 4096), default: "", "Opaque to the edge.")
        options.description = reader.value("description", .text(maxBytes: 255), default: "", "For people.")
        options.isPooled = reader.value("pooling_enabled", .bool, default: false, "Whether others may share the URL.")
        _ = reader.value("inspect", .bool, default: true, "Without effect in this version.")
        options.readBinding(reader)
        options.readPolicy(reader)
        if reader.structure("agent_tls_termination", absent: "none", "Refused in this version.") != nil {
            reader.refuse("agent_tls_termination", "is not supported by this version yet; take it out")
        }
        let upstream = reader.section("upstream", "Where visitors' bytes go.") { upstream in
            options.read(upstream)
            return upstream.required("url", .text(maxBytes: 512), "A port, an address or a URL.")
        }
        guard let name, let upstream else { return nil }
        do throws(PorticoError) {
            let scheme = try options.wish().scheme
            options.name = name
            options.scheme = scheme
            self.init(name: name, upstream: try Upstream(upstream, for: scheme), options: options)
        } catch {
            reader.refuse(nil, "cannot be served: \(error.description)")
            return nil
        }
    }
}

extension EndpointOptions {
    /// `bindings`: a list, of which an endpoint has one.
    fileprivate mutating func readBinding(_ reader: SettingsReader) {
        guard let node = reader.structure("bindings", absent: "by the URL", "Who reaches it: a list of one.") else {
            return
        }
        guard case .sequence(let items) = node.value, items.count == 1, case .scalar(let text) = items[0].value,
            let binding = Binding(rawValue: text)
        else {
            return reader.refuse("bindings", "must be a list of one of public, internal and kubernetes")
        }
        self.binding = binding
    }

    fileprivate mutating func read(_ upstream: SettingsReader) {
        self.upstreamProtocol = upstream.value(
            "protocol",
            .choice("protocol"),
            default: .http1,
            "What the edge speaks with the upstream."
        )
        self.proxyProtocol = upstream.optional(
            "proxy_protocol",
            .proxyProtocol,
            absent: "none",
            "The header with the visitor's address that the upstream gets: 1 or 2."
        )
        let verifies = upstream.value(
            "tls_verify",
            .bool,
            default: false,
            "Whether the upstream's certificate is verified."
        )
        let roots = upstream.optional("tls_verify_cas", .trust, absent: "host", "Whose certificates it may show.")
        self.upstreamTrust = verifies ? roots ?? .system : nil
    }
}

extension SettingType where Value == ServerAddress {
    fileprivate static var serverAddress: SettingType {
        SettingType("address", expectation: "host:port", render: \.description) { text throws(SettingRefusal) in
            do throws(PorticoError) {
                return try ServerAddress(text)
            } catch {
                throw SettingRefusal(error.description)
            }
        }
    }
}

extension SettingType where Value == Trust {
    fileprivate static var trust: SettingType {
        SettingType("roots", expectation: "host, trusted, or the path of a PEM file", render: \.settingText) { text in
            text.isEmpty ? nil : Trust(settingText: text)
        }
    }
}

extension SettingType where Value == LogDestination {
    fileprivate static var logDestination: SettingType {
        SettingType("destination", expectation: "false, stdout, stderr or a path", render: { "\($0)" }) { text in
            LogDestination(text)
        }
    }
}

extension SettingType where Value == EndpointOptions.ProxyProtocol {
    fileprivate static var proxyProtocol: SettingType {
        SettingType("version", expectation: "1 or 2", render: { "\($0.rawValue)" }) { text in
            Int(text).flatMap(EndpointOptions.ProxyProtocol.init(rawValue:))
        }
    }
}

extension Trust {
    /// As flags and configuration files spell it: `host` and `trusted` are the system's roots (this program has none of
    /// its own built in), anything else is the path of a PEM file.
    package init(settingText text: String) {
        self = text == "host" || text == "trusted" ? .system : .file(text)
    }

    fileprivate var settingText: String {
        switch self {
        case .system: "host"
        case .file(let path): path
        case .pem: "PEM"
        }
    }
}
