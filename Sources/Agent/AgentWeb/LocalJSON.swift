import AgentRuntime
import Foundation
import Inspection
import JSON
import NIOCore
import Portico

/// What the local API tells, as JSON (`spec/agent.md` 7.2, "Object").
enum LocalJSON {
    static func tunnel(_ running: RunningEndpoint, _ traffic: TrafficInspector.Traffic) -> JSONObject {
        let url = running.endpoint.url
        return [
            "name": .string(running.name), "ID": .string(running.endpoint.id.text),
            "uri": .string("/api/tunnels/\(PathText.encode(running.name))"), "public_url": .string(url),
            "proto": .string(String(url.prefix { $0 != ":" })),
            "config": [
                "addr": .string(Self.address(running.definition.upstream)),
                "inspect": .bool(running.definition.options.isInspected),
            ],
            "metrics": .object(Self.metrics(traffic)),
        ]
    }

    /// In lists there is no traffic, and there are no metrics.
    static func endpoint(_ running: RunningEndpoint, _ traffic: TrafficInspector.Traffic?) -> JSONObject {
        let options = running.definition.options
        var object: JSONObject = [
            "name": .string(running.name), "id": .string(running.endpoint.id.text),
            "uri": .string("/api/endpoints/\(PathText.encode(running.name))"), "url": .string(running.endpoint.url),
            "upstream": [
                "url": .string(Self.address(running.definition.upstream)),
                "protocol": .string(options.upstreamProtocol.rawValue),
            ],
            "inspect": .bool(options.isInspected), "pooling_enabled": .bool(options.isPooled),
        ]
        if let policy = options.trafficPolicy { object.append("traffic_policy", .string(policy)) }
        if !options.description.isEmpty { object.append("description", .string(options.description)) }
        if !options.metadata.isEmpty { object.append("metadata", .string(options.metadata)) }
        if let binding = options.binding { object.append("bindings", [.string(binding.rawValue)]) }
        if let traffic { object.append("metrics", .object(Self.metrics(traffic))) }
        return object
    }

    private static func metrics(_ traffic: TrafficInspector.Traffic) -> JSONObject {
        var connections: JSONObject = [
            "count": .integer(Int64(traffic.connections.total)), "gauge": .integer(Int64(traffic.connections.open)),
        ]
        var exchanges: JSONObject = ["count": .integer(Int64(traffic.exchanges.total))]
        Self.rates(traffic.connections, into: &connections)
        Self.rates(traffic.exchanges, into: &exchanges)
        return ["conns": .object(connections), "http": .object(exchanges)]
    }

    private static func rates(_ statistics: TrafficStatistics, into object: inout JSONObject) {
        for (name, value) in [
            ("rate1", statistics.rate1), ("rate5", statistics.rate5), ("rate15", statistics.rate15),
        ] { object.append(name, .number("\(value)")) }
        for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)] {
            object.append(name, .integer(Int64(statistics.percentile(share) * 1e9)))
        }
    }

    static func exchange(_ captured: CapturedExchange) -> JSONObject {
        let exchange = captured.exchange
        return [
            "uri": .string("/api/requests/http/\(captured.id)"), "id": .string(captured.id),
            "tunnel_name": .string(captured.endpoint), "remote_addr": .string(captured.visitor),
            "start": .string(captured.start.ISO8601Format(.init(includingFractionalSeconds: true))),
            "duration": .integer(exchange.duration.nanoseconds), "request": .object(Self.request(exchange.request)),
            "response": exchange.response.map { .object(Self.response($0)) } ?? .null,
        ]
    }

    private static func request(_ message: TappedMessage) -> JSONObject {
        let head = message.head
        return [
            "method": .string(head.startLine.0), "proto": .string(head.startLine.2),
            "headers": .object(Self.headers(head)), "uri": .string(head.startLine.1),
            "raw": .string(Data(message.bytes).base64EncodedString()),
        ]
    }

    private static func response(_ message: TappedMessage) -> JSONObject {
        let head = message.head
        return [
            "status": .string("\(head.startLine.1) \(head.startLine.2)"),
            "status_code": .integer(Int64(head.startLine.1) ?? 0), "proto": .string(head.startLine.0),
            "headers": .object(Self.headers(head)), "raw": .string(Data(message.bytes).base64EncodedString()),
        ]
    }

    /// Names in the form that clients of the reference system look for: `Content-Type`.
    private static func headers(_ head: MessageHead) -> JSONObject {
        var object = JSONObject()
        for field in head.fields {
            let name = field.name.split(separator: "-", omittingEmptySubsequences: false)
                .map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }.joined(separator: "-")
            object.set(name, to: .array((object[name]?.array ?? []) + [.string(field.value)]))
        }
        return object
    }

    /// `http://localhost:80`, `localhost:22`.
    private static func address(_ upstream: Upstream) -> String {
        upstream.scheme == .tcp ? upstream.hostport : upstream.description
    }
}

/// Names in paths (RFC 3986 2.1).
enum PathText {
    static func encode(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~()"
        )
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }

    static func decode(_ text: String) -> String { text.removingPercentEncoding ?? text }
}
