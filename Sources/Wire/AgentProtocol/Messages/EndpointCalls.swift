package import JSON

extension AgentMessage {
    /// An agent gives an endpoint back (`spec/agent-protocol.md` 9.3).
    package struct Unbind: AgentCall, Equatable {
        package typealias Answer = UnbindAnswer

        package static let streamType = StreamType.unbind

        package var id: String

        package init(id: String) {
            self.id = id
        }

        package init(json: JSONObject) throws(MessageError) {
            self.id = try MessageFields(json).text("Id")
        }

        package var json: JSONObject { ["Id": .string(self.id)] }

        package static func refusal(_ error: String) -> JSONObject { ["Error": .string(error), "Extra": .null] }
    }

    /// The endpoint is offline.
    package struct UnbindAnswer: AgentAnswer, Equatable {
        package init() {}

        package init(json: JSONObject) throws(MessageError) {}

        package var json: JSONObject { ["Error": "", "Extra": .null] }
    }

    /// An agent asks to serve whatever carries these labels (`spec/agent-protocol.md` 9.4).
    package struct StartTunnelWithLabel: AgentCall, Equatable {
        package typealias Answer = LabelAnswer

        package static let streamType = StreamType.startTunnelWithLabel

        package var labels: [String: String]
        package var forwardsTo = ""
        package var forwardsProto = ""
        package var metadata = ""

        package init(labels: [String: String]) {
            self.labels = labels
        }

        package init(json: JSONObject) throws(MessageError) {
            let fields = MessageFields(json)
            self.labels = [:]
            for member in try fields.object("Labels").members {
                guard let value = member.value.string else {
                    throw .wrongType(field: "Labels", wanted: "an object of strings")
                }
                self.labels[member.key] = value
            }
            self.forwardsTo = try fields.text("ForwardsTo")
            self.forwardsProto = try fields.text("ForwardsProto")
            self.metadata = try fields.text("Metadata")
        }

        package var json: JSONObject {
            let labels = self.labels.sorted { $0.key < $1.key }
            return [
                "Labels": .object(JSONObject(labels.map { .init($0.key, .string($0.value)) })),
                "ForwardsTo": .string(self.forwardsTo),
                "ForwardsProto": .string(self.forwardsProto),
                "Metadata": .string(self.metadata),
            ]
        }

        package static func refusal(_ error: String) -> JSONObject { ["Id": "", "Error": .string(error)] }
    }

    package struct LabelAnswer: AgentAnswer, Equatable {
        package var id: String

        package init(id: String) {
            self.id = id
        }

        package init(json: JSONObject) throws(MessageError) {
            self.id = try MessageFields(json).text("Id")
        }

        package var json: JSONObject { ["Id": .string(self.id), "Error": ""] }
    }

    /// An agent changes a running endpoint (`spec/agent-protocol.md` 9.6); nil leaves a property as it is.
    package struct PatchTunnelState: AgentCall, Equatable {
        package typealias Answer = Done

        package static let streamType = StreamType.patchTunnelState

        package var tunnelID: String
        package var name: String?
        package var description: String?
        package var metadata: String?
        package var isPooled: Bool?
        package var trafficPolicy: String?

        package init(tunnelID: String) {
            self.tunnelID = tunnelID
        }

        package init(json: JSONObject) throws(MessageError) {
            let fields = MessageFields(json)
            self.tunnelID = try fields.text("TunnelId")
            self.name = try fields.optionalText("Name")
            self.description = try fields.optionalText("Description")
            self.metadata = try fields.optionalText("Metadata")
            self.isPooled = try fields.optionalFlag("PoolingEnabled")
            self.trafficPolicy = try fields.optionalText("TrafficPolicy")
        }

        package var json: JSONObject {
            var json: JSONObject = ["TunnelId": .string(self.tunnelID)]
            let texts = [
                ("Name", self.name), ("Description", self.description), ("Metadata", self.metadata),
                ("TrafficPolicy", self.trafficPolicy),
            ]
            for case (let key, let text?) in texts { json.set(key, to: .string(text)) }
            if let isPooled = self.isPooled { json.set("PoolingEnabled", to: .bool(isPooled)) }
            return json
        }

        package static func refusal(_ error: String) -> JSONObject { ["Error": .string(error)] }
    }

    /// Anybody asks where this server is, without having said who asks (`spec/agent-protocol.md` 9.5).
    package struct ServerInfo: AgentCall, Equatable {
        package typealias Answer = ServerInfoAnswer

        package static let streamType = StreamType.serverInfo

        package init() {}

        package init(json: JSONObject) throws(MessageError) {}

        package var json: JSONObject { [:] }

        package static func refusal(_ error: String) -> JSONObject { ["Region": "", "Error": .string(error)] }
    }

    package struct ServerInfoAnswer: AgentAnswer, Equatable {
        package var region: String

        package init(region: String) {
            self.region = region
        }

        package init(json: JSONObject) throws(MessageError) {
            self.region = try MessageFields(json).text("Region")
        }

        package var json: JSONObject { ["Region": .string(self.region)] }
    }
}
