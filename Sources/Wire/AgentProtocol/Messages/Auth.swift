package import JSON
package import Model

extension AgentMessage {
    /// An agent introduces itself (`spec/agent-protocol.md` 9.1). The envelope and its `Extra` are one value here.
    package struct Auth: AgentCall {
        package typealias Answer = AuthAnswer

        package static let streamType = StreamType.auth

        /// Protocol versions by preference.
        package var versions = ["3", "2"]
        /// Empty for a new session; on a reconnect and on further legs the one of the first answer.
        package var clientID = ""
        /// The server's, from the last answer; empty at first.
        package var cookie = ""
        package var authtoken = Secret("")
        package var operatingSystem = ""
        package var architecture = ""
        /// Version of the application or SDK that `clientType` names.
        package var version = ""
        package var hostname = ""
        /// Products, the most specific first.
        package var userAgent = ""
        package var clientType = ""
        package var metadata = ""
        package var heartbeatInterval = Duration.zero
        package var heartbeatTolerance = Duration.zero
        package var restart = CommandSupport.unknown
        package var stop = CommandSupport.unknown
        package var update = CommandSupport.unknown
        package var proxyType = ""
        package var configVersion = ""
        /// Facts about the agent's set-up.
        package var usesMutualTLS = false
        package var runsAsService = false
        package var usesCustomInterface = false
        package var usesCustomCAs = false
        /// 0 for the first connection of a session, 1 and up for further ones.
        package var legNumber: Int64 = 0

        package init() {}
    }

    /// What an agent says of a command that it may be given.
    package enum CommandSupport: Sendable, Equatable {
        /// Too old to know of the command.
        case unknown
        case supported
        /// The reason, for whoever asks.
        case unsupported(String)
    }
}

extension AgentMessage.Auth {
    package init(json: JSONObject) throws(MessageError) {
        let fields = MessageFields(json)
        self.versions = try fields.texts("Version")
        self.clientID = try fields.text("ClientId")
        let extra = try fields.fields("Extra")
        self.cookie = try extra.text("Cookie")
        self.authtoken = Secret(try extra.text("Authtoken"))
        self.operatingSystem = try extra.text("OS")
        self.architecture = try extra.text("Arch")
        self.version = try extra.text("Version")
        self.hostname = try extra.text("Hostname")
        self.userAgent = try extra.text("UserAgent")
        self.clientType = try extra.text("ClientType")
        self.metadata = try extra.text("Metadata")
        self.heartbeatInterval = .nanoseconds(try extra.integer("HeartbeatInterval"))
        self.heartbeatTolerance = .nanoseconds(try extra.integer("HeartbeatTolerance"))
        self.restart = .init(wireText: try extra.optionalText("RestartUnsupportedError"))
        self.stop = .init(wireText: try extra.optionalText("StopUnsupportedError"))
        self.update = .init(wireText: try extra.optionalText("UpdateUnsupportedError"))
        self.proxyType = try extra.text("ProxyType")
        self.configVersion = try extra.text("ConfigVersion")
        self.usesMutualTLS = try extra.flag("MutualTLS")
        self.runsAsService = try extra.flag("ServiceRun")
        self.usesCustomInterface = try extra.flag("CustomInterface")
        self.usesCustomCAs = try extra.flag("CustomCAs")
        self.legNumber = try extra.integer("LegNumber")
    }

    package var json: JSONObject {
        [
            "Version": .array(self.versions.map(JSONValue.string)), "ClientId": .string(self.clientID),
            "Extra": self.extra,
        ]
    }

    private var extra: JSONValue {
        [
            "OS": .string(self.operatingSystem),
            "Arch": .string(self.architecture),
            "Authtoken": .string(self.authtoken.reveal()),
            "Version": .string(self.version),
            "Hostname": .string(self.hostname),
            "UserAgent": .string(self.userAgent),
            "Metadata": .string(self.metadata),
            "Cookie": .string(self.cookie),
            "HeartbeatInterval": .integer(self.heartbeatInterval.wholeNanoseconds),
            "HeartbeatTolerance": .integer(self.heartbeatTolerance.wholeNanoseconds),
            "UpdateUnsupportedError": self.update.json,
            "StopUnsupportedError": self.stop.json,
            "RestartUnsupportedError": self.restart.json,
            "ProxyType": .string(self.proxyType),
            "MutualTLS": .bool(self.usesMutualTLS),
            "ServiceRun": .bool(self.runsAsService),
            "ConfigVersion": .string(self.configVersion),
            "CustomInterface": .bool(self.usesCustomInterface),
            "CustomCAs": .bool(self.usesCustomCAs),
            "ClientType": .string(self.clientType),
            "LegNumber": .integer(self.legNumber),
        ]
    }

    package static func refusal(_ error: String) -> JSONObject {
        ["Version": "3", "ClientId": "", "Error": .string(error), "Extra": [:]]
    }
}

extension AgentMessage.CommandSupport {
    fileprivate init(wireText: String?) {
        switch wireText {
        case nil: self = .unknown
        case "": self = .supported
        case let reason?: self = .unsupported(reason)
        }
    }

    fileprivate var json: JSONValue {
        switch self {
        case .unknown: .null
        case .supported: ""
        case .unsupported(let reason): .string(reason)
        }
    }
}

extension Duration {
    /// In nanoseconds, cut to what 64 bits hold.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = nanoseconds.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !overflow, !carry else { return seconds < 0 ? .min : .max }
        return sum
    }
}
