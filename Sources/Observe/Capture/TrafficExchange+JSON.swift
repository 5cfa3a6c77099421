import Addressing
package import Foundation
package import JSON
import Model
import NIOCore

extension TrafficFacts {
    /// The members of an exchange that are known without its messages.
    fileprivate var json: JSONObject {
        [
            "id": .string(self.id), "endpoint_id": .string(self.endpointID.text),
            "endpoint_url": .string(self.endpoint), "started_at": .string(self.time.trafficText),
            "duration_us": .integer(self.microseconds), "method": .string(self.method),
            "scheme": .string(self.scheme), "host": .string(self.host), "path": .string(self.path),
            "query": .string(self.query), "user_agent": .string(self.userAgent),
            "status": self.status.map { .integer(Int64($0)) } ?? .null, "error_code": .string(self.errorCode),
            "client_ip": .string(self.client.map { "\($0)" } ?? ""), "country": .string(self.country),
            "request_bytes": .integer(Int64(self.requestBytes)),
            "response_bytes": .integer(Int64(self.responseBytes)), "answered_by": .string(self.answerer.rawValue),
            "replay_of": .string(self.original), "is_full": .bool(self.isFull),
        ]
    }
}

extension TrafficExchange {
    /// The exchange with its messages, as far as they are here, and the log of its policies.
    package var json: JSONObject {
        var object = self.facts.json
        object.set("request", to: self.detail.map { .object($0.request.json) } ?? .null)
        object.set("response", to: self.detail?.response.map { .object($0.json) } ?? .null)
        object.set("policy_log", to: self.detail.map { .array($0.log.map { .object($0.json) }) } ?? .null)
        object.set("is_policy_log_cut", to: .bool(self.detail?.isLogCut ?? false))
        return object
    }
}

extension CapturedMessage {
    var json: JSONObject {
        [
            "headers": .array(
                self.fields.map { field in
                    [
                        "name": .string(field.name), "value": .string(field.value), "is_cut": .bool(field.isCut),
                        "is_masked": .bool(field.isMasked),
                    ]
                }
            ),
            "header_count": .integer(Int64(self.fieldCount)),
            "body": .string(Data(self.body.readableBytesView).base64EncodedString()),
            "body_bytes": .integer(Int64(self.bodyBytes)),
            "captured_body_bytes": .integer(Int64(self.body.readableBytes)),
            "is_whole": .bool(self.isWhole), "is_body_masked": .bool(self.isBodyMasked),
        ]
    }
}

extension PolicyLogEntry {
    var json: JSONObject {
        [
            "endpoint_url": .string(self.endpoint), "phase": .string(self.phase), "rule": .integer(Int64(self.rule)),
            "rule_name": .string(self.name), "event": .string(self.event.rawValue),
            "expression": .string(self.expression),
            "values": .array(self.sights.map { ["name": .string($0.name), "value": .string($0.value)] }),
            "action": self.action.map { .integer(Int64($0)) } ?? .null, "action_type": .string(self.actionType),
        ]
    }
}

extension Date {
    /// RFC 3339, of Greenwich, with milliseconds.
    package var trafficText: String { self.formatted(Self.trafficStyle) }

    private static let trafficStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
