package import JSON
package import Addressing

extension AgentMessage {
    /// An agent asks for an endpoint (`spec/agent-protocol.md` 9.2). The envelope and its `Extra` are one value here;
    /// `options` stays whole.
    package struct Bind: AgentCall {
        package typealias Answer = BindAnswer

        package static let streamType = StreamType.bind

        /// Empty on the first bind, where the server chooses; on a rebind the name that must be used.
        package var id = ""
        /// `http`, `https`, `tcp` or `tls`, as it came.
        package var proto = ""
        /// For display: the upstream's URL, or `app://host/executable?pid=n`.
        package var forwardsTo = ""
        /// Empty, `http1` or `http2`: what the edge shall speak on the streams of an HTTP endpoint.
        package var forwardsProto = ""
        package var options = BindOptions()
        package var name = ""
        /// The bind token of an earlier answer; empty at first.
        package var token = ""
        package var ipPolicyRef = ""
        package var metadata = ""
        package var description = ""
        /// `public`, `internal`, `kubernetes`; empty for the default.
        package var bindings: [String] = []
        package var isPooled = false

        package init() {}
    }

    /// An endpoint that was granted.
    package struct BindAnswer: AgentAnswer {
        /// Names the bind inside its session.
        package var id: String
        package var url: String
        package var proto: String
        /// The options of the request with the address in use: what a rebind sends again.
        package var options: BindOptions
        /// Sent back with a rebind; it keeps a random address.
        package var token: String
        /// `tn_…`, what PatchTunnelState asks for.
        package var tunnelID: String

        package init(id: String, url: String, proto: String, options: BindOptions, token: String, tunnelID: String) {
            self.id = id
            self.url = url
            self.proto = proto
            self.options = options
            self.token = token
            self.tunnelID = tunnelID
        }

        /// Answers `bind` with the address `url`: the options go back as they came, completed.
        package init(to bind: Bind, id: String, url: EndpointURL, token: String, tunnelID: String) {
            self.init(
                id: id,
                url: url.description,
                proto: bind.proto,
                options: bind.options.answered(with: url),
                token: token,
                tunnelID: tunnelID
            )
        }
    }
}

extension AgentMessage.Bind {
    package init(json: JSONObject) throws(MessageError) {
        let fields = MessageFields(json)
        self.id = try fields.text("Id")
        self.proto = try fields.text("Proto")
        self.forwardsTo = try fields.text("ForwardsTo")
        self.forwardsProto = try fields.text("ForwardsProto")
        self.options = try AgentMessage.BindOptions(reading: fields.object("Opts"))
        let extra = try fields.fields("Extra")
        self.name = try extra.text("Name")
        self.token = try extra.text("Token")
        self.ipPolicyRef = try extra.text("IPPolicyRef")
        self.metadata = try extra.text("Metadata")
        self.description = try extra.text("Description")
        self.bindings = try extra.texts("Bindings")
        self.isPooled = try extra.flag("PoolingEnabled")
    }

    package var json: JSONObject {
        [
            "Id": .string(self.id),
            "Proto": .string(self.proto),
            "ForwardsTo": .string(self.forwardsTo),
            "ForwardsProto": .string(self.forwardsProto),
            "Opts": .object(self.options.json),
            "Extra": [
                "Name": .string(self.name),
                "Token": .string(self.token),
                "IPPolicyRef": .string(self.ipPolicyRef),
                "Metadata": .string(self.metadata),
                "Description": .string(self.description),
                "Bindings": .array(self.bindings.map(JSONValue.string)),
                "PoolingEnabled": .bool(self.isPooled),
            ],
        ]
    }

    package static func refusal(_ error: String) -> JSONObject {
        [
            "Id": "", "URL": "", "Proto": "", "Opts": .null, "Error": .string(error),
            "Extra": ["Token": "", "TunnelID": ""],
        ]
    }
}

extension AgentMessage.BindAnswer {
    package init(json: JSONObject) throws(MessageError) {
        let fields = MessageFields(json)
        let extra = try fields.fields("Extra")
        self.init(
            id: try fields.text("Id"),
            url: try fields.text("URL"),
            proto: try fields.text("Proto"),
            options: try AgentMessage.BindOptions(reading: fields.object("Opts")),
            token: try extra.text("Token"),
            tunnelID: try extra.text("TunnelID")
        )
    }

    package var json: JSONObject {
        [
            "Id": .string(self.id),
            "URL": .string(self.url),
            "Proto": .string(self.proto),
            "Opts": .object(self.options.json),
            "Error": "",
            "Extra": ["Token": .string(self.token), "TunnelID": .string(self.tunnelID)],
        ]
    }
}
