import Addressing
import Foundation
import JSON
package import Model

extension TrafficEvent {
    /// The event as one line of JSON, in its envelope (`spec/observability.md` 1). Fields without a value are left out.
    ///
    /// - Parameter id: the event's own.
    /// - Returns: the line, without its end.
    package func line(id: ResourceID<EventKind>) -> String { self.envelope(id: id).line }

    /// The event in its envelope.
    ///
    /// - Parameters:
    ///   - id: the event's own.
    ///   - fields: what of it is wanted, `conn.client_ip` say; nil for all that there is.
    /// - Returns: the event as subscribers get it.
    package func envelope(id: ResourceID<EventKind>, fields: Set<String>? = nil) -> EventEnvelope {
        var object = NestedObject(wanted: fields)
        self.connection.write(into: &object, isConnectionEvent: self.request == nil)
        if self.request == nil { object["conn.end_ts"] = self.time.eventText }
        self.request?.write(into: &object)
        self.policy.write(into: &object)
        return EventEnvelope(
            id: id,
            type: self.type,
            time: self.time,
            account: self.account,
            object: object.members
        )
    }
}

extension TrafficEvent.Connection {
    fileprivate func write(into object: inout NestedObject, isConnectionEvent: Bool) {
        object["conn.client_ip"] = self.client.map { "\($0)" }
        object["conn.server_ip"] = self.server.map { "\($0.ip)" }
        object["conn.server_name"] = self.serverName
        object["conn.start_ts"] = self.start.eventText
        object.set("conn.server_port", self.server.map { .integer(Int64($0.port)) })
        object["ja4_fingerprint"] = self.ja4Fingerprint
        guard !isConnectionEvent else {
            object.set("conn.bytes_in", self.bytesIn.map { .integer(Int64($0)) })
            object.set("conn.bytes_out", self.bytesOut.map { .integer(Int64($0)) })
            return
        }
        object["tls.version"] = self.tlsVersion
        object["tls.cipher_suite"] = self.cipherSuite
        object["tls.client_cert.serial_number"] = self.clientSerialNumber
        object["tls.client_cert.subject.cn"] = self.clientCommonName
    }
}

extension TrafficEvent.Request {
    fileprivate func write(into object: inout NestedObject) {
        object.set("http.request.headers", Self.map(self.fields))
        object.set("http.response.headers", Self.map(self.responseFields))
        object["http.request.method"] = self.method.lowercased()
        object["http.request.url.scheme"] = self.scheme
        object["http.request.url.host"] = self.host
        object["http.request.url.path"] = self.path
        // A token in a query lets its reader act as somebody else, too.
        let shown = SecretNames.standardOnly.query(self.query, mask: RecordedField.hidden)
        object["http.request.url.query"] = shown
        let query = shown.isEmpty ? "" : "?\(shown)"
        object["http.request.url.raw"] = "\(self.scheme)://\(self.host)\(self.path)\(query)"
        object["http.request.user_agent"] = self.userAgent
        object.set("http.request.body_length", self.bodyBytes.map { .integer(Int64($0)) })
        object.set("http.response.status_code", self.status.map { .integer(Int64($0)) })
        object.set("http.response.body_length", self.responseBytes.map { .integer(Int64($0)) })
        object.set("backend.connection_reused", self.connectionReused.map { .bool($0) })
        object["request_id"] = self.id
        object["endpoint"] = self.endpoint
        object["error_code"] = self.errorCode
        object.set("duration_us", self.nanoseconds.map { .integer(Int64(clamping: $0 / 1000)) })
        object["trace_id"] = self.span?.traceText
    }

    /// Names as they are written in documents, values in small letters (`spec/observability.md` 2.1), and no secrets.
    private static func map(_ head: RecordedHead?) -> JSONValue? {
        guard let head else { return nil }
        var members = JSONObject()
        for field in head.fields {
            let name = field.canonicalName
            let value = JSONValue.string(field.isSecret ? RecordedField.hidden : field.value.lowercased())
            members.set(name, to: .array((members[name]?.array ?? []) + [value]))
        }
        return .object(members)
    }
}

extension TrafficEvent.Policy {
    fileprivate func write(into object: inout NestedObject) {
        object["basic_auth.decision"] = self.basicAuth
        object["basic_auth.username"] = self.basicAuthUsername
        object["circuit_breaker.decision"] = self.circuitBreaker
        object["compression.algorithm"] = self.compressionAlgorithm
        object.set("compression.bytes_saved", self.compressionBytesSaved.map { .integer(Int64($0)) })
        object["ip_policy.decision"] = self.ipPolicy
        object["oauth.app_client_id"] = self.loginApplication
        object["oauth.decision"] = self.login
        object["oauth.user.id"] = self.loginUserID
        object["oauth.user.name"] = self.loginUserName
        object["webhook_verification.decision"] = self.webhookVerification
        if !self.logs.isEmpty { object.set("traffic_policy.logs", .array(self.logs.map(Self.entry))) }
        if !self.problems.isEmpty { object.set("traffic_policy.errors", .array(self.problems.map(\.value))) }
    }

    private static func entry(_ text: String) -> JSONValue {
        // The engine wrote it as JSON; what it could not be read as is still told.
        ["metadata": (try? JSONValue(reading: text.utf8)) ?? .string(text)]
    }
}

extension TrafficEvent.Problem {
    fileprivate var value: JSONValue {
        [
            "phase": .string(self.phase), "rule": .integer(Int64(self.rule)),
            "action": self.action.map { .integer(Int64($0)) } ?? .null, "message": .string(self.message),
        ]
    }
}

/// An object whose members are named by the way to them: `conn.client_ip`.
private struct NestedObject {
    private(set) var members = JSONObject()
    /// Nil for all.
    private let wanted: Set<String>?

    init(wanted: Set<String>?) {
        self.wanted = wanted
    }

    /// Texts that are empty, or nil, are left out.
    subscript(path: String) -> String? {
        get { nil }
        set {
            guard let newValue, !newValue.isEmpty else { return }
            self.set(path, .string(newValue))
        }
    }

    mutating func set(_ path: String, _ value: JSONValue?) {
        guard let value, self.wanted?.contains(path) ?? true else { return }
        Self.set(path.split(separator: ".")[...], value, in: &self.members)
    }

    private static func set(_ path: ArraySlice<Substring>, _ value: JSONValue, in object: inout JSONObject) {
        guard let name = path.first.map(String.init) else { return }
        guard path.count > 1 else { return object.append(name, value) }
        var child = object[name]?.object ?? JSONObject()
        Self.set(path.dropFirst(), value, in: &child)
        object.set(name, to: .object(child))
    }
}
