import AgentRuntime
import Foundation
import Inspection
import JSON
import NIOCore
import Portico

/// What the pages of the inspector read, as JSON: more than the reference system's objects say.
enum InspectorJSON {
    /// Of one message, so that a list of many exchanges stays small.
    private static let maxFields = 64
    private static let maxValueLength = 256
    private static let maxTargetLength = 2048

    /// Fields whose values are no business of a list.
    private static let secretFields: Set<String> = [
        "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token",
        "x-csrf-token", "x-amz-security-token",
    ]

    /// An exchange as a line of the list.
    static func summary(_ captured: CapturedExchange) -> JSONObject {
        let exchange = captured.exchange
        let request = exchange.request.head
        var object: JSONObject = [
            "id": .string(captured.id), "endpoint": .string(captured.endpoint), "visitor": .string(captured.visitor),
            "start": .integer(Int64(captured.start.timeIntervalSince1970 * 1000)),
            "duration": .integer(exchange.duration.nanoseconds), "method": .string(request.startLine.0),
            "target": .string(String(request.startLine.1.prefix(Self.maxTargetLength))),
            "request": .object(Self.outline(exchange.request, request)),
        ]
        if let original = captured.original { object.append("replay_of", .string(original)) }
        guard let message = exchange.response else { return object }
        let response = message.head
        object.append("status", .integer(Int64(response.startLine.1) ?? 0))
        object.append("reason", .string(String(response.startLine.2.prefix(Self.maxValueLength))))
        object.append("response", .object(Self.outline(message, response)))
        return object
    }

    private static func outline(_ message: TappedMessage, _ head: MessageHead) -> JSONObject {
        let fields = head.fields.lazy
            .filter { !Self.secretFields.contains($0.name.lowercased()) }
            .prefix(Self.maxFields)
            .map {
                JSONValue.array([.string($0.name.lowercased()), .string(String($0.value.prefix(Self.maxValueLength)))])
            }
        return [
            "size": .integer(Int64(max(0, message.wireBytes - message.headBytes))),
            "headers": .array(Array(fields)),
        ]
    }

    /// An exchange whole: as the local API tells of it, with what the pages want beside it.
    static func exchange(_ captured: CapturedExchange) -> JSONObject {
        let exchange = captured.exchange
        var object = LocalJSON.exchange(captured)
        object.append("summary", .object(Self.summary(captured)))
        if let answered = exchange.answeredAfter { object.append("answered_after", .integer(answered.nanoseconds)) }
        object.append("kept", .object(Self.kept(exchange.request)))
        if let response = exchange.response { object.append("response_kept", .object(Self.kept(response))) }
        return object
    }

    /// How much of a message there is.
    private static func kept(_ message: TappedMessage) -> JSONObject {
        [
            "head": .integer(Int64(message.headBytes)), "bytes": .integer(Int64(message.bytes.count)),
            "wire": .integer(Int64(message.wireBytes)),
        ]
    }

    /// How the agent stands: for the head of every page and for the page of the status.
    static func status(_ local: LocalAgent, _ endpoints: [RunningEndpoint]) -> JSONObject {
        let agent = local.running.agent
        var session: JSONObject = ["status": .string(agent.statusName)]
        if case .reconnecting(let error) = agent.status {
            session.append("error", .string(error.message))
            if let code = error.code { session.append("code", .string(code)) }
            if let remedy = error.remedy { session.append("remedy", .string(remedy)) }
        }
        if let latency = local.inspector.latency, agent.status == .online {
            session.append("latency", .integer(latency.wholeNanoseconds))
        }
        if let details = agent.details {
            session.append("id", .string(details.id))
            session.append("account", .string(details.accountName))
            session.append("plan", .string(details.planName))
            session.append("region", .string(details.region))
            session.append("server_version", .string(details.serverVersion))
        }
        let stalls = agent.stalls
        var capture: JSONObject = [:]
        if let store = local.inspector.store {
            capture = [
                "count": .integer(Int64(store.count)), "bytes": .integer(Int64(store.bytes)),
                "limit": .integer(Int64(store.limitBytes)),
            ]
        }
        return [
            "agent_version": .string(Agent.version), "session": .object(session), "capture": .object(capture),
            "endpoint_count": .integer(Int64(endpoints.count)),
            "endpoints": .array(
                endpoints.prefix(Self.maxEndpoints).map { running in
                    let id = running.endpoint.id
                    var endpoint = LocalJSON.endpoint(running, local.inspector.traffic(of: id))
                    if let stall = stalls[id] { endpoint.append("stall", .string(stall.message)) }
                    return .object(endpoint)
                }
            ),
            "configuration": .array(local.facts.map { ["name": .string($0.name), "value": .string($0.value)] }),
        ]
    }

    /// A page of an agent with more says how many there are.
    private static let maxEndpoints = 100
}

extension Duration {
    fileprivate var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
