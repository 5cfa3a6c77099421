package import Events
import Foundation
package import JSON

/// Writes traced requests as OpenTelemetry's collectors take them: OTLP over HTTP, in JSON.
package struct TraceExport: Sendable {
    /// Behind the address of a collector.
    package static let path = "/v1/traces"

    private let service: String

    /// - Parameter service: the name of this program among others.
    package init(service: String) {
        self.service = service
    }

    /// The body of one export. Events that are not traced are passed over.
    package func body(_ events: [TrafficEvent]) -> JSONValue {
        let spans: [JSONValue] = events.compactMap(Self.span)
        return [
            "resourceSpans": [
                [
                    "resource": ["attributes": .array([Self.text("service.name", self.service)])],
                    "scopeSpans": [["scope": ["name": "portico"], "spans": .array(spans)]],
                ]
            ]
        ]
    }

    private static func span(_ event: TrafficEvent) -> JSONValue? {
        guard let request = event.request, let span = request.span else { return nil }
        let end = event.time.timeIntervalSince1970 * 1e9
        let start = end - Double(request.nanoseconds ?? 0)
        var members: JSONObject = [
            "traceId": .string(span.traceText), "spanId": .string(TraceSpan.hexadecimal(span.id)),
            "name": .string(request.method), "kind": 2,
            // 64-bit numbers are texts in this form.
            "startTimeUnixNano": .string("\(UInt64(start))"), "endTimeUnixNano": .string("\(UInt64(end))"),
            "attributes": .array(Self.attributes(of: request, event.connection)),
        ]
        if let parent = span.parent { members.append("parentSpanId", .string(TraceSpan.hexadecimal(parent))) }
        if request.status ?? 500 >= 500 { members.append("status", ["code": 2]) }
        return .object(members)
    }

    /// Under the names of the semantic conventions. The query is left out: secrets stand there.
    private static func attributes(
        of request: TrafficEvent.Request,
        _ connection: TrafficEvent.Connection
    ) -> [JSONValue] {
        let texts = [
            ("http.request.method", request.method), ("url.scheme", request.scheme), ("url.path", request.path),
            ("server.address", request.host), ("user_agent.original", request.userAgent),
            ("client.address", connection.client.map { "\($0)" } ?? ""), ("error.type", request.errorCode),
            ("portico.endpoint", request.endpoint), ("portico.request_id", request.id),
        ]
        let numbers = [
            ("http.response.status_code", request.status), ("http.request.body.size", request.bodyBytes),
            ("http.response.body.size", request.responseBytes),
        ]
        return texts.filter { !$0.1.isEmpty }.map { Self.text($0.0, $0.1) }
            + numbers.compactMap { name, number in
                number.map { ["key": .string(name), "value": ["intValue": .string("\($0)")]] }
            }
    }

    private static func text(_ name: String, _ value: String) -> JSONValue {
        ["key": .string(name), "value": ["stringValue": .string(value)]]
    }
}
