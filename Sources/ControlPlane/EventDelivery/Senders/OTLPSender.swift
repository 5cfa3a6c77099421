internal import Foundation
internal import JSON
package import Model

/// Sends events as log records of OpenTelemetry: OTLP over HTTP, in JSON.
package struct OTLPSender: EventSender {
    /// Of the collector, without the path of the protocol.
    let endpoint: String
    let fields: [(name: String, value: String)]
    let account: ResourceID<AccountKind>
    let transport: any EventTransport

    package init(
        endpoint: String,
        fields: [(name: String, value: String)],
        account: ResourceID<AccountKind>,
        transport: any EventTransport
    ) {
        self.endpoint = endpoint
        self.fields = fields
        self.account = account
        self.transport = transport
    }

    package func send(_ events: [SpooledEvent]) async throws(DeliveryError) {
        let base = self.endpoint.hasSuffix("/") ? String(self.endpoint.dropLast()) : self.endpoint
        let post = EventPost(
            url: base.hasSuffix("/v1/logs") ? base : "\(base)/v1/logs",
            fields: self.fields + [("content-type", "application/json"), ("user-agent", "portico-events")],
            body: Array(self.body(events).text.utf8),
            account: self.account
        )
        try await self.transport.post(post).check("The collector")
    }

    func body(_ events: [SpooledEvent]) -> JSONValue {
        [
            "resourceLogs": [
                [
                    "resource": ["attributes": .array([Self.text("service.name", "portico")])],
                    "scopeLogs": [
                        ["scope": ["name": "portico.events"], "logRecords": .array(events.map(self.record))]
                    ],
                ]
            ]
        ]
    }

    private func record(_ event: SpooledEvent) -> JSONValue {
        [
            // 64-bit numbers are texts in this form.
            "timeUnixNano": .string("\(UInt64(max(0, event.time.timeIntervalSince1970) * 1000) * 1_000_000)"),
            "severityNumber": 9, "severityText": "INFO", "eventName": .string(event.type),
            "body": ["stringValue": .string(event.line)],
            "attributes": .array([
                Self.text("event.name", event.type), Self.text("portico.event_id", event.id),
                Self.text("portico.account_id", self.account.text),
            ]),
        ]
    }

    private static func text(_ name: String, _ value: String) -> JSONValue {
        ["key": .string(name), "value": ["stringValue": .string(value)]]
    }
}
