package import JSON

extension AgentMessage {
    /// The session that an Auth was granted (`spec/agent-protocol.md` 9.1).
    package struct AuthAnswer: AgentAnswer, Equatable {
        /// Names the session when the agent comes back. Unguessable.
        package var clientID: String
        /// Opaque; the agent sends it with its next Auth.
        package var cookie = ""
        /// What `Session.ID()` of an SDK returns: `ts_…`.
        package var sessionID = ""
        package var serverVersion = ""
        package var region = ""
        package var accountName = ""
        package var planName = ""
        /// Seconds after which the server will end the session; 0 for never.
        package var sessionSeconds: Int64 = 0
        /// Text that agents print.
        package var banner = ""
        package var deprecation: Deprecation?
        /// Where further legs connect, the first being the one that is open; empty for a single leg.
        package var connectAddresses: [ConnectAddress] = []
        /// Whether the server probes endpoints for the agent that asks: ours alone are told.
        package var probes = false

        package init(clientID: String) {
            self.clientID = clientID
        }
    }

    /// Tells an agent that it will be too old.
    package struct Deprecation: Sendable, Equatable {
        package var nextMinimum: String
        /// RFC 3339; nil when no date is set.
        package var date: String?
        package var message: String

        package init(nextMinimum: String, date: String?, message: String) {
            self.nextMinimum = nextMinimum
            self.date = date
            self.message = message
        }
    }

    /// An address that a leg of a session connects to.
    package struct ConnectAddress: Sendable, Equatable {
        package var region: String
        /// `host:port`.
        package var address: String

        package init(region: String, address: String) {
            self.region = region
            self.address = address
        }
    }
}

extension AgentMessage.AuthAnswer {
    package init(json: JSONObject) throws(MessageError) {
        let fields = MessageFields(json)
        self.clientID = try fields.text("ClientId")
        let extra = try fields.fields("Extra")
        self.cookie = try extra.text("Cookie")
        self.sessionID = try extra.text("AgentSessionID")
        self.serverVersion = try extra.text("Version")
        self.region = try extra.text("Region")
        self.accountName = try extra.text("AccountName")
        self.planName = try extra.text("PlanName")
        self.sessionSeconds = try extra.integer("SessionDuration")
        self.banner = try extra.text("Banner")
        self.deprecation = try AgentMessage.Deprecation(json: extra.object("DeprecationWarning"))
        self.probes = try extra.flag("Probes")
        for address in try extra.objects("ConnectAddresses") {
            self.connectAddresses.append(
                AgentMessage.ConnectAddress(region: try address.text("Region"), address: try address.text("ServerAddr"))
            )
        }
    }

    package var json: JSONObject {
        ["Version": "3", "ClientId": .string(self.clientID), "Error": "", "Extra": self.extra]
    }

    private var extra: JSONValue {
        var extra: JSONObject = [
            "Version": .string(self.serverVersion),
            "Region": .string(self.region),
            "Cookie": .string(self.cookie),
            "AccountName": .string(self.accountName),
            "SessionDuration": .integer(self.sessionSeconds),
            "PlanName": .string(self.planName),
            "Banner": .string(self.banner),
            "DeprecationWarning": self.deprecation?.json ?? .null,
            "ConnectAddresses": .array(self.connectAddresses.map(\.json)),
            "AgentSessionID": .string(self.sessionID),
        ]
        if self.probes { extra.set("Probes", to: true) }
        return .object(extra)
    }
}

extension AgentMessage.Deprecation {
    /// - Returns: nil when there is nothing to warn of.
    fileprivate init?(json: JSONObject) throws(MessageError) {
        guard !json.members.isEmpty else { return nil }
        let fields = MessageFields(json)
        self.nextMinimum = try fields.text("NextMin")
        self.date = try fields.optionalText("NextDate")
        self.message = try fields.text("Msg")
    }

    fileprivate var json: JSONValue {
        var object: JSONObject = ["NextMin": .string(self.nextMinimum), "Msg": .string(self.message)]
        // An empty date is worse than none: agents fail to read it.
        if let date = self.date { object.set("NextDate", to: .string(date)) }
        return .object(object)
    }
}

extension AgentMessage.ConnectAddress {
    fileprivate var json: JSONValue { ["Region": .string(self.region), "ServerAddr": .string(self.address)] }
}
