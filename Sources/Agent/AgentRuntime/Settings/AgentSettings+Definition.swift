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
            Self.agent(agent, connectKey: "connect_url", trustKey: "connect_cas")
        }
        settings.readEndpoints(reader)
        settings.readTunnels(reader, "Endpoints by name, in the form of version 2.")
        settings.refuseEqualNames(reader)
        return settings
    }

    private static func version2(_ reader: SettingsReader) -> AgentSettings {
        var settings = Self.agent(reader, connectKey: "server_addr", trustKey: "root_cas")
        if reader.optional("region", .text(maxBytes: 64), absent: "none", "Without effect.") != nil {
            settings.warnings.append("region: without effect; server_addr says where the edge is")
        }
        settings.readTunnels(reader, "Endpoints by name.")
        settings.refuseEqualNames(reader)
        return settings
    }

    private static func agent(_ reader: SettingsReader, connectKey: String, trustKey: String) -> AgentSettings {
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
        settings.readOutput(reader)
        settings.readInspection(reader)
        settings.remoteManagement = reader.optional(
            "remote_management",
            .bool,
            absent: "true",
            "Whether the edge may stop this agent, start it anew, and have it update itself."
        )
        settings.readWay(reader)
        settings.readUpdate(reader)
        return settings
    }

    private mutating func readOutput(_ reader: SettingsReader) {
        self.console = reader.optional("console_ui", .choice(), absent: "iftty", "Whether the terminal view is shown.")
        let colour: ConsoleColour? = reader.optional(
            "console_ui_color",
            .choice(),
            absent: "transparent",
            "The background of the terminal view: it keeps the terminal's own."
        )
        if colour == .black {
            self.warnings.append("console_ui_color: the terminal view keeps the terminal's own background")
        }
        self.log = reader.optional("log", .logDestination, absent: "false", "Where the log goes.")
        self.logLevel = reader.optional("log_level", .choice(), absent: "info", "The least level that is logged.")
        self.logFormat = reader.optional("log_format", .choice(), absent: "term", "How log lines are spelt.")
    }

    private mutating func readInspection(_ reader: SettingsReader) {
        self.web = reader.optional(
            "web_addr",
            .webAddress,
            absent: "127.0.0.1:4040, or the next port that is free",
            variables: ["PORTICO_WEB_ADDR"],
            "Where the local web service listens; `false` for nowhere."
        )
        self.webHosts = reader.optional(
            "web_allow_hosts",
            .list(of: .text("host", maxBytes: 255), limit: 100),
            absent: "localhost, where the service listens on loopback",
            "The hosts under which it answers: names, `.name` for all below, addresses, ranges."
        )
        self.inspectBytes = reader.optional(
            "inspect_db_size",
            .integer(in: -1...(1 << 40), of: "bytes"),
            absent: "0",
            "Bytes of exchanges that are kept to look at; 0 for 50 MB, -1 for none."
        )
        self.localStorage = reader.optional(
            "local_storage",
            .bool,
            absent: "true",
            "Whether exchanges are kept to look at; in memory alone."
        )
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

    private mutating func readEndpoints(_ reader: SettingsReader) {
        var seen: Set<String> = []
        let endpoints = reader.records("endpoints", limit: 1000, "Endpoints by name.") { entry in
            let endpoint = EndpointDefinition(entry, policyOptions: nil)
            if let endpoint, !seen.insert(endpoint.name).inserted {
                entry.refuse("name", "stands twice: \(endpoint.name.quotedForDisplay); names must differ")
            }
            return endpoint
        }
        self.listed = endpoints.isEmpty ? nil : endpoints
    }

    private mutating func readTunnels(_ reader: SettingsReader, _ summary: String) {
        var warnings: [String] = []
        self.tunnels = reader.namedRecords("tunnels", limit: 1000, summary) { name, entry in
            TunnelDefinition(entry, name: name)?.endpoints(entry, warnings: &warnings)
        }
        .map { (name: $0.name, endpoints: $0.record) }
        self.warnings += warnings
    }

    private mutating func refuseEqualNames(_ reader: SettingsReader) {
        var seen = Set((self.listed ?? []).map(\.name))
        for endpoint in self.tunnels.flatMap(\.endpoints) where !seen.insert(endpoint.name).inserted {
            reader.refuse("tunnels", "has the name \(endpoint.name.quotedForDisplay) twice; names must differ")
        }
    }
}

private enum ConsoleColour: String, Sendable, CaseIterable {
    case black, transparent
}
