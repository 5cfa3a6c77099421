import Model
package import Portico

/// What a run of the agent needs to know, from flags, environment and files: complete and checked.
package struct AgentPlan: Sendable {
    package private(set) var configuration: Agent.Configuration
    /// What the configuration files name; served only where a command asks for it.
    package let endpoints: [EndpointDefinition]
    package let output: OutputPlan
    package let web: WebPlan
    package let update: UpdatePlan
    /// The files that were read, or looked for.
    package let files: ConfigurationLocation
    /// What stands in a file and has no effect.
    package let warnings: [String]

    /// - Parameters:
    ///   - flags: of the command line; they override the environment, which overrides files.
    ///   - environment: of the process.
    ///   - isTerminal: whether standard output is one.
    /// - Throws: `AgentSettings.LoadingError` for what is wrong in a file; `PorticoError` for what is wrong in flags,
    ///   or missing.
    package init(_ flags: AgentFlags, environment: [String: String], isTerminal: Bool) throws {
        let location = ConfigurationLocation(flags: flags.config, environment: environment)
        let settings = try AgentSettings.load(location, environment: environment)
        let trust = flags.connectCAs.map(Trust.init(settingText:)) ?? settings.trust ?? .system
        var configuration = Agent.Configuration(
            server: try Self.server(flags, settings),
            authtoken: try Self.authtoken(flags, settings),
            trust: trust
        )
        configuration.metadata = settings.metadata ?? ""
        configuration.product = Agent.Product(name: "portico", version: Agent.version)
        settings.way.apply(to: &configuration)
        configuration.proxy = try ProxyChoice.proxy(
            settings.way.proxy,
            to: configuration.server,
            environment: environment
        )
        self.update = UpdatePlan(settings.update)
        if settings.remoteManagement != false {
            configuration.remoteCommands = self.update.source == nil ? [.stop, .restart] : [.stop, .restart, .update]
        }
        self.configuration = configuration
        self.endpoints = settings.endpoints
        self.output = OutputPlan(flags, settings, isTerminal: isTerminal)
        self.web = WebPlan(settings)
        self.files = location
        self.warnings = settings.warnings
    }

    /// The plan for what nobody watches: a machine that boots has no network at first, and the edge is tried until it
    /// has.
    package var unattended: AgentPlan {
        var plan = self
        plan.configuration.retriesFirstConnect = true
        return plan
    }

    private static func server(_ flags: AgentFlags, _ settings: AgentSettings) throws(PorticoError) -> ServerAddress {
        if let text = flags.server { return try ServerAddress(text) }
        if let address = settings.connectURL { return address }
        throw PorticoError(
            .invalidConfiguration,
            code: ErrorCode.connectAddressInvalid.name,
            "The address of the edge is not known.",
            remedy:
                "Give --server HOST:PORT, set PORTICO_CONNECT_URL, or write agent.connect_url into the configuration."
        )
    }

    private static func authtoken(_ flags: AgentFlags, _ settings: AgentSettings) throws(PorticoError) -> String {
        if let token = flags.authtoken ?? settings.authtoken?.reveal(), !token.isEmpty { return token }
        throw PorticoError(
            .sessionRefused,
            code: ErrorCode.authtokenMissing.name,
            "No authtoken is configured.",
            remedy: "Save one with `portico config add-authtoken TOKEN`, set PORTICO_AUTHTOKEN, or give --authtoken."
        )
    }
}

/// What the agent tells programs and browsers on this machine.
package struct WebPlan: Sendable, Hashable {
    package let address: WebAddress
    /// Under which hosts it answers; empty for those of this machine.
    package let hosts: [String]
    /// Bytes of exchanges that are kept; 0 for none.
    package let keptBytes: Int

    init(_ settings: AgentSettings) {
        self.address = settings.web ?? .standard
        self.hosts = settings.webHosts ?? []
        switch settings.inspectBytes ?? 0 {
        case _ where settings.localStorage == false || self.address == .none: self.keptBytes = 0
        case ..<0: self.keptBytes = 0
        case 0: self.keptBytes = TrafficInspector.defaultBytes
        case let bytes: self.keptBytes = bytes
        }
    }
}

/// Where newer versions come from, and when they are looked for.
package struct UpdatePlan: Sendable {
    /// Where releases are, and who signs them.
    package struct Source: Sendable {
        package let url: String
        package let key: String
        package let trust: Trust

        package init(url: String, key: String, trust: Trust) {
            self.url = url
            self.key = key
            self.trust = trust
        }
    }

    /// nil where the configuration names none.
    package let source: Source?
    package let channel: UpdateChannel
    /// Whether the agent looks for newer versions by itself.
    package let isChecked: Bool

    package init(_ settings: UpdateSettings) {
        if let url = settings.url, let key = settings.key {
            self.source = Source(url: url, key: key, trust: settings.trust ?? .system)
        } else {
            self.source = nil
        }
        self.channel = settings.channel ?? .stable
        self.isChecked = settings.isChecked ?? true
    }
}

/// Where the agent shows itself.
package struct OutputPlan: Sendable, Hashable {
    package let showsConsole: Bool
    package let log: LogDestination
    package let format: LogFormatName
    package let level: LogLevelName

    init(_ flags: AgentFlags, _ settings: AgentSettings, isTerminal: Bool) {
        let wished = flags.log.map(LogDestination.init) ?? settings.log
        let wantsConsole =
            switch settings.console ?? .iftty {
            case .on: true
            case .off: false
            case .iftty: isTerminal
            }
        // Both on one terminal would write over each other.
        self.showsConsole = wantsConsole && wished != .standardOutput && wished != .standardError
        self.log = wished ?? (self.showsConsole ? .none : .standardOutput)
        // Only people read colours and columns; the rest is read by programs.
        let isForPeople = isTerminal && (self.log == .standardOutput || self.log == .standardError)
        let format = flags.logFormat ?? settings.logFormat ?? .term
        self.format = format == .term && !isForPeople ? .logfmt : format
        self.level = flags.logLevel ?? settings.logLevel ?? .info
    }
}
