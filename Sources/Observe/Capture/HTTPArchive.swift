import Foundation
package import JSON
import NIOCore

/// Exchanges as an HTTP Archive (HAR 1.2), which browsers and other tools read: the same that pages of the agent's
/// inspector make.
package enum HTTPArchive {
    package static func json(_ exchanges: [TrafficExchange], version: String) -> JSONObject {
        [
            "log": [
                "version": "1.2", "creator": ["name": "Portico", "version": .string(version)],
                "entries": .array(exchanges.map { .object(Self.entry($0)) }),
                "comment": "Secrets are masked.",
            ]
        ]
    }

    private static func entry(_ exchange: TrafficExchange) -> JSONObject {
        let facts = exchange.facts
        let query = facts.query.isEmpty ? "" : "?\(facts.query)"
        let total = Self.milliseconds(facts.microseconds)
        var entry: JSONObject = [
            "startedDateTime": .string(facts.time.trafficText), "time": total,
            "request": .object(Self.request(exchange, url: "\(facts.scheme)://\(facts.host)\(facts.path)\(query)")),
            "response": .object(Self.response(exchange)), "cache": [:],
            "timings": ["send": 0, "wait": total, "receive": 0],
            "_id": .string(facts.id), "_endpoint": .string(facts.endpoint),
            "_visitor": .string(facts.client.map { "\($0)" } ?? ""),
        ]
        if exchange.detail == nil { entry.set("comment", to: "Metadata alone were captured.") }
        return entry
    }

    private static func request(_ exchange: TrafficExchange, url: String) -> JSONObject {
        let message = exchange.detail?.request
        var request: JSONObject = [
            "method": .string(exchange.facts.method), "url": .string(url), "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": Self.headers(message), "queryString": Self.parameters(exchange.facts.query),
            "headersSize": -1, "bodySize": .integer(Int64(exchange.facts.requestBytes)),
        ]
        if let message, message.body.readableBytes > 0 {
            var data: JSONObject = ["mimeType": .string(message.first("content-type") ?? "application/octet-stream")]
            // HAR has text alone here; bytes are said to be base64, as browsers do.
            if let text = Self.text(message) {
                data.set("text", to: .string(text))
            } else {
                data.set("text", to: .string(Self.base64(message)))
                data.set("comment", to: "base64")
            }
            request.set("postData", to: .object(data))
        }
        return request
    }

    private static func response(_ exchange: TrafficExchange) -> JSONObject {
        let message = exchange.detail?.response
        var content: JSONObject = [
            "size": .integer(Int64(exchange.facts.responseBytes)),
            "mimeType": .string(message?.first("content-type") ?? "x-unknown"),
        ]
        if let message, message.body.readableBytes > 0 {
            if message.first("content-encoding") == nil, let text = Self.text(message) {
                content.set("text", to: .string(text))
            } else {
                content.set("text", to: .string(Self.base64(message)))
                content.set("encoding", to: "base64")
            }
            if message.isBodyCut { content.set("comment", to: "The beginning; more was not kept.") }
        }
        return [
            "status": .integer(Int64(exchange.facts.status ?? 0)), "statusText": "", "httpVersion": "HTTP/1.1",
            "cookies": [], "headers": Self.headers(message), "content": .object(content),
            "redirectURL": .string(message?.first("location") ?? ""), "headersSize": -1,
            "bodySize": .integer(Int64(exchange.facts.responseBytes)),
        ]
    }

    private static func headers(_ message: CapturedMessage?) -> JSONValue {
        .array((message?.fields ?? []).map { ["name": .string($0.name), "value": .string($0.value)] })
    }

    private static func parameters(_ query: String) -> JSONValue {
        .array(
            query.split(separator: "&").map { part in
                let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return ["name": .string(String(sides[0])), "value": .string(sides.count > 1 ? String(sides[1]) : "")]
            }
        )
    }

    private static func text(_ message: CapturedMessage) -> String? {
        String(validating: message.body.readableBytesView, as: UTF8.self)
    }

    private static func base64(_ message: CapturedMessage) -> String {
        Data(message.body.readableBytesView).base64EncodedString()
    }

    private static func milliseconds(_ microseconds: Int64) -> JSONValue { .number("\(Double(microseconds) / 1000)") }
}
