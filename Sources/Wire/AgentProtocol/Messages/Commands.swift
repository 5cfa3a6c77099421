package import JSON
package import Model

extension AgentMessage {
    /// What a server may tell an agent to do as a whole (`spec/agent-protocol.md` 10).
    package enum Command: Sendable, Equatable {
        case restart
        case stop
        /// - version: empty for the newest.
        case update(version: String, permitMajorVersion: Bool)

        package var streamType: StreamType {
            switch self {
            case .restart: .restart
            case .stop: .stop
            case .update: .update
            }
        }

        package var json: JSONObject {
            switch self {
            case .restart, .stop: [:]
            case .update(let version, let major): ["Version": .string(version), "PermitMajorVersion": .bool(major)]
            }
        }

        /// - Returns: nil when `type` is none of a command.
        package init?(type: StreamType, json: JSONObject) throws(MessageError) {
            switch type {
            case .restart: self = .restart
            case .stop: self = .stop
            case .update:
                let fields = MessageFields(json)
                self = .update(
                    version: try fields.text("Version"),
                    permitMajorVersion: try fields.flag("PermitMajorVersion")
                )
            default: return nil
            }
        }
    }

    /// The server takes one endpoint from the agent. There is no answer.
    package struct StopTunnel: Sendable, Equatable {
        /// The bind's.
        package var id: String
        package var message: String
        /// `ERR_NGROK_n`, or empty.
        package var errorCode: String

        package init(id: String, message: String, errorCode: String) {
            self.id = id
            self.message = message
            self.errorCode = errorCode
        }

        package init(id: String, because failure: Failure) {
            self.init(id: id, message: failure.message, errorCode: failure.code.wireName)
        }

        package init(json: JSONObject) throws(MessageError) {
            let fields = MessageFields(json)
            self.id = try fields.text("Id")
            self.message = try fields.text("Message")
            self.errorCode = try fields.text("ErrorCode")
        }

        package var json: JSONObject {
            ["Id": .string(self.id), "Message": .string(self.message), "ErrorCode": .string(self.errorCode)]
        }
    }
}
