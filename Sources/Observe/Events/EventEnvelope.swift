package import Foundation
package import JSON
package import Model

/// An event as subscribers get it (`spec/observability.md` 1).
package struct EventEnvelope: Sendable, Equatable {
    package let id: ResourceID<EventKind>
    /// `ip_policy_created.v0`.
    package let type: String
    /// When it happened.
    package let time: Date
    /// Nil for what happened to nobody's endpoint, and for the test of a destination.
    package let account: ResourceID<AccountKind>?
    /// Who did it, for audit events; null for traffic.
    package let principal: JSONValue
    package let object: JSONObject

    package init(
        id: ResourceID<EventKind>,
        type: String,
        time: Date,
        account: ResourceID<AccountKind>?,
        principal: JSONValue = .null,
        object: JSONObject
    ) {
        self.id = id
        self.type = type
        self.time = time
        self.account = account
        self.principal = principal
        self.object = object
    }

    /// What the test of a destination sends.
    package static func test(_ id: ResourceID<EventKind>, at time: Date) -> EventEnvelope {
        EventEnvelope(id: id, type: "test", time: time, account: nil, object: JSONObject())
    }

    package var json: JSONValue {
        // A test says no more than that it is one.
        guard self.type != "test" else {
            return [
                "event_id": .string(self.id.text), "event_type": .string(self.type),
                "event_timestamp": .string(self.time.eventText), "object": [:],
            ]
        }
        return [
            "event_id": .string(self.id.text), "event_type": .string(self.type),
            "event_timestamp": .string(self.time.eventText),
            "account_id": self.account.map { .string($0.text) } ?? .null,
            "principal": self.principal, "object": .object(self.object),
        ]
    }

    /// One line of JSON, without its end.
    package var line: String { self.json.text }
}

extension Date {
    /// RFC 3339, of Greenwich, with milliseconds.
    package var eventText: String { self.formatted(Self.eventStyle) }

    private static let eventStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
