import AgentProtocol

/// What an agent says of itself, and what it is told in return.
extension AgentSession {
    /// Says who we are, on the leg with this number.
    func introduction(leg: Int) -> AgentMessage.Auth {
        var auth = AgentMessage.Auth(self.configuration)
        auth.clientID = self.identity?.clientID ?? ""
        auth.cookie = self.identity?.cookie ?? ""
        auth.legNumber = Int64(leg)
        return auth
    }
}

extension AgentMessage.Auth {
    /// What an agent says that the edge has never seen.
    init(_ configuration: Agent.Configuration) {
        self.init()
        self.authtoken = configuration.authtoken
        self.operatingSystem = Platform.operatingSystem
        self.architecture = Platform.architecture
        self.version = configuration.product.version
        // The last product tells the edge which library speaks, and so what it can do.
        let library = "portico/\(Agent.version)"
        let product = configuration.product.token
        self.userAgent = product == library ? library : "\(product) \(library)"
        self.clientType = configuration.product.name
        self.metadata = configuration.metadata
        self.stop = configuration.support(of: .stop)
        self.restart = configuration.support(of: .restart)
        self.update = configuration.support(of: .update)
        self.usesCustomCAs = configuration.trust != .system
    }
}

extension Agent.Configuration {
    fileprivate func support(of command: Agent.RemoteCommand.Kind) -> AgentMessage.CommandSupport {
        self.remoteCommands.contains(command) ? .supported : .unsupported(command.refusal)
    }
}

extension Agent.SessionDetails {
    init(_ answer: AgentMessage.AuthAnswer) {
        self.id = answer.sessionID
        self.accountName = answer.accountName
        self.planName = answer.planName
        self.region = answer.region
        self.serverVersion = answer.serverVersion
        self.banner = answer.banner
        self.deprecation = answer.deprecation.map { "\($0.message) (minimum version \($0.nextMinimum))" }
    }
}

/// What the agent says of the machine that it runs on.
private enum Platform {
    static var operatingSystem: String {
        #if os(macOS)
            "darwin"
        #elseif os(Windows)
            "windows"
        #else
            "linux"
        #endif
    }

    static var architecture: String {
        #if arch(arm64)
            "arm64"
        #else
            "amd64"
        #endif
    }
}
