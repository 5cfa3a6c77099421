import AgentProtocol

/// What an agent says of itself, and what it is told in return.
extension AgentSession {
    /// Says who we are, on the leg with this number.
    func introduction(leg: Int) -> AgentMessage.Auth {
        var auth = AgentMessage.Auth()
        auth.clientID = self.identity?.clientID ?? ""
        auth.cookie = self.identity?.cookie ?? ""
        auth.authtoken = self.configuration.authtoken
        auth.operatingSystem = Platform.operatingSystem
        auth.architecture = Platform.architecture
        auth.version = self.configuration.product.version
        // The last product tells the edge which library speaks, and so what it can do.
        let library = "portico/\(Agent.version)"
        let product = self.configuration.product.token
        auth.userAgent = product == library ? library : "\(product) \(library)"
        auth.clientType = self.configuration.product.name
        auth.metadata = self.configuration.metadata
        auth.stop = self.support(of: .stop)
        auth.restart = self.support(of: .restart)
        auth.update = self.support(of: .update)
        auth.usesCustomCAs = self.configuration.trust != .system
        auth.legNumber = Int64(leg)
        return auth
    }

    private func support(of command: Agent.RemoteCommand.Kind) -> AgentMessage.CommandSupport {
        self.configuration.remoteCommands.contains(command) ? .supported : .unsupported(command.refusal)
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
