import Addressing
import Events
import Foundation
import JSON
import Model
import Testing

/// Events as JSON, in the names of `spec/observability.md`.
@Suite struct TrafficEventTests {
    private static func connection() throws -> TrafficEvent.Connection {
        var connection = TrafficEvent.Connection(start: Date(timeIntervalSince1970: 1_795_867_200))
        connection.client = try IPAddress(parsing: "198.51.100.7")
        connection.server = try NetworkAddress(parsing: "192.0.2.1:443")
        connection.serverName = "app.example.com"
        connection.ja4Fingerprint = "t13d"
        connection.tlsVersion = "1.3"
        connection.cipherSuite = "TLS_AES_128_GCM_SHA256"
        (connection.clientSerialNumber, connection.clientCommonName) = ("0a1b", "laptop 7")
        (connection.bytesIn, connection.bytesOut) = (10, 20)
        return connection
    }

    private static func line(
        _ request: TrafficEvent.Request? = nil,
        _ policy: TrafficEvent.Policy = .init()
    ) throws -> String {
        TrafficEvent(
            of: ResourceID("ac_2test"),
            at: Date(timeIntervalSince1970: 1_795_867_200.25),
            connection: try Self.connection(),
            request: request,
            policy: policy
        ).line(id: try #require(ResourceID("ev_2test")))
    }

    @Test(
        arguments: [
            ("access_token=hush&b=c", "access_token=[redacted]&b=c"), ("a&code=hush", "a&code=[redacted]"),
            ("b=c&tokens=3", "b=c&tokens=3"),
        ]
    )
    func `What lets its reader act as somebody else is in no URL of an event`(query: String, shown: String) throws {
        let request = TrafficEvent.Request(method: "GET", scheme: "https", host: "a.test", path: "/a", query: query)
        let line = try Self.line(request)
        #expect(line.contains("\"query\":\"\(shown)\"") && line.contains("\"raw\":\"https://a.test/a?\(shown)\""))
        #expect(!line.contains("hush"))
    }

    @Test func `The event of a request has its fields under their names`() throws {
        var request = TrafficEvent.Request(
            method: "GET",
            scheme: "https",
            host: "app.example.com",
            path: "/a",
            query: "b=c"
        )
        request.userAgent = "curl/8"
        request.status = 200
        var policy = TrafficEvent.Policy()
        (policy.basicAuth, policy.basicAuthUsername) = ("allow", "alice")
        (policy.circuitBreaker, policy.ipPolicy, policy.webhookVerification) = ("allow_while_open", "allow", "block")
        (policy.compressionAlgorithm, policy.compressionBytesSaved) = ("gzip", 100)
        (policy.login, policy.loginApplication) = ("allow", "app-1")
        (policy.loginUserID, policy.loginUserName) = ("au_1", "Ada")
        policy.logs = [#"{"a":1}"#, #"{"b":[true]}"#]
        policy.problems = [.init(phase: "on_http_request", rule: 2, action: nil, message: "no such key")]
        let expected = """
            {"event_id":"ev_2test","event_type":"http_request_complete.v0",\
            "event_timestamp":"2026-11-28T12:00:00.250Z","account_id":"ac_2test","principal":null,"object":{\
            "conn":{"client_ip":"198.51.100.7","server_ip":"192.0.2.1","server_name":"app.example.com",\
            "start_ts":"2026-11-28T12:00:00.000Z","server_port":443},"ja4_fingerprint":"t13d",\
            "tls":{"version":"1.3","cipher_suite":"TLS_AES_128_GCM_SHA256",\
            "client_cert":{"serial_number":"0a1b","subject":{"cn":"laptop 7"}}},\
            "http":{"request":{"method":"get","url":{"scheme":"https","host":"app.example.com","path":"/a",\
            "query":"b=c","raw":"https://app.example.com/a?b=c"},"user_agent":"curl/8"},\
            "response":{"status_code":200}},\
            "basic_auth":{"decision":"allow","username":"alice"},\
            "circuit_breaker":{"decision":"allow_while_open"},\
            "compression":{"algorithm":"gzip","bytes_saved":100},\
            "ip_policy":{"decision":"allow"},\
            "oauth":{"app_client_id":"app-1","decision":"allow","user":{"id":"au_1","name":"Ada"}},\
            "webhook_verification":{"decision":"block"},\
            "traffic_policy":{"logs":[{"metadata":{"a":1}},{"metadata":{"b":[true]}}],\
            "errors":[{"phase":"on_http_request","rule":2,"action":null,"message":"no such key"}]}}}
            """
        #expect(try Self.line(request, policy) == expected)
    }

    @Test func `The event of a connection has its own`() throws {
        let expected = """
            {"event_id":"ev_2test","event_type":"tcp_connection_closed.v0",\
            "event_timestamp":"2026-11-28T12:00:00.250Z","account_id":"ac_2test","principal":null,"object":{\
            "conn":{"client_ip":"198.51.100.7","server_ip":"192.0.2.1","server_name":"app.example.com",\
            "start_ts":"2026-11-28T12:00:00.000Z","server_port":443,"bytes_in":10,"bytes_out":20,\
            "end_ts":"2026-11-28T12:00:00.250Z"},"ja4_fingerprint":"t13d"}}
            """
        #expect(try Self.line() == expected)
    }

    @Test func `What a visitor sends can't break the line`() throws {
        let request = TrafficEvent.Request(
            method: "GE\nT",
            scheme: "http",
            host: "a\"b",
            path: "/\u{1b}[31m",
            query: ""
        )
        let line = try Self.line(request)
        #expect(line.utf8.allSatisfy { $0 >= 0x20 })
        #expect(try JSONValue(reading: line.utf8).object?["event_type"] == "http_request_complete.v0")
    }
}
