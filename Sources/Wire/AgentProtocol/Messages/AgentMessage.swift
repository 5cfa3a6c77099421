package import JSON
package import NIOCore

/// The messages of the agent protocol (`spec/agent-protocol.md` 9 and 10), as values.
///
/// Each reads itself from JSON without regard to the case of keys and writes itself with the keys as the tables of the
/// specification spell them.
package enum AgentMessage {}

/// A request that has an answer: one typed stream, one JSON value each way.
package protocol AgentCall: Sendable {
    associatedtype Answer: AgentAnswer

    static var streamType: StreamType { get }

    init(json: JSONObject) throws(MessageError)
    var json: JSONObject { get }

    /// The answer's JSON when the call is refused with `error`: every field with its zero value, since one family of
    /// agents insists on some of them.
    static func refusal(_ error: String) -> JSONObject
}

/// What comes back when a call was not refused.
package protocol AgentAnswer: Sendable {
    init(json: JSONObject) throws(MessageError)
    var json: JSONObject { get }
}

/// Why a message cannot be read.
package enum MessageError: Error, Sendable, Equatable {
    case notJSON(JSONError)
    case notAnObject
    /// A field holds a value of another kind than its message says.
    case wrongType(field: String, wanted: String)
}

extension MessageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let error): error.description
        case .notAnObject: "not a JSON object"
        case .wrongType(let field, let wanted): "field \(field) is not \(wanted)"
        }
    }
}

extension JSONObject {
    /// Reads the one object that `buffer` holds.
    package init(message buffer: ByteBuffer, limits: JSONLimits = JSONLimits()) throws(MessageError) {
        let value: JSONValue
        do {
            value = try JSONValue(reading: buffer, limits: limits)
        } catch {
            throw .notJSON(error)
        }
        guard let object = value.object else { throw .notAnObject }
        self = object
    }
}

extension AgentMessage {
    /// The answer of a call that has nothing to tell but that it succeeded.
    package struct Done: AgentAnswer, Equatable {
        package init() {}

        package init(json: JSONObject) throws(MessageError) {}

        package var json: JSONObject { ["Error": ""] }
    }
}
