import Control
import JSON
import Model
import Store
import Testing

@testable import APIServer

/// Where events are sent.
@Suite struct EventDestinationTests {
    private static let role: JSONValue = ["role": ["role_arn": "arn:aws:iam::123456789012:role/events"]]
    private static let keys: JSONValue = ["creds": ["aws_access_key_id": "AKIA1", "aws_secret_access_key": "hush-1"]]
    private static let azure: JSONObject = [
        "tenant_id": "t", "client_id": "c", "client_secret": "hush-2", "logs_ingestion_uri": "https://a.example.test",
        "data_collection_rule_id": "r", "data_collection_stream_name": "s",
    ]
    private static let stream = "arn:aws:firehose:us-east-1:123456789012:deliverystream/x"

    private static func azure(without name: String) -> JSONValue {
        .object(JSONObject(Self.azure.members.filter { $0.key != name }))
    }

    @Test(
        arguments: [
            ("firehose", ["auth": Self.role, "delivery_stream_arn": .string(Self.stream)]),
            ("firehose", ["auth": Self.keys, "delivery_stream_arn": .string(Self.stream)]),
            ("kinesis", ["auth": Self.role, "stream_arn": "arn:aws:kinesis:eu-west-1:123456789012:stream/y"]),
            ("cloudwatch_logs", ["auth": Self.role, "log_group_arn": "arn:aws:logs:eu-west-1:1:log-group:/a/b"]),
            ("datadog", ["api_key": "hush-3", "ddtags": "env:x", "service": "web", "ddsite": "datadoghq.eu"]),
            ("azure_logs_ingestion", .object(Self.azure)),
            (
                "s3",
                [
                    "auth": Self.keys, "bucket_arn": "arn:aws:s3:::logs", "object_prefix": "p/", "compression": true,
                    "max_file_size": 1000, "max_file_age": 60,
                ]
            ),
            ("debug", ["log": true, "callback_url": "http://hooks.example.test/x"]),
            (
                "http",
                [
                    "url": "https://hooks.example.test/x", "headers": ["authorization": "hush-1", "x-a": "hush-2"],
                    "secret": "hush-3",
                ]
            ),
            ("otlp", ["endpoint": "https://otel.example.test:4318", "headers": ["x-key": "hush-1"]]),
            (
                "syslog",
                ["address": "logs.example.test:6514", "tls": true, "facility": 4, "app_name": "edge"]
            ),
            (
                "kafka",
                [
                    "brokers": "a.example.test:9092,192.0.2.1:9093", "topic": "events", "tls": true, "username": "u",
                    "password": "hush-1",
                ]
            ),
            ("file", ["name": "all.jsonl", "max_file_size": 4096, "max_files": 2]),
        ] as [(String, JSONValue)]
    )
    func `A target is shown without its secrets, and keeps them`(kind: String, target: JSONValue) async throws {
        try await APIUnderTest.run { (api) async throws in
            let body: JSONValue = ["target": .object([kind: target]), "format": "JSON"]
            let made = try await api.create("/event_destinations", body)
            #expect(made.text("format") == "json")
            let shown = try #require(made["target"]?.object)
            #expect(shown.members.filter { !$0.value.isNull }.map(\.key) == [kind])
            #expect(shown[kind]?.text.contains("hush") == false)
            // What is shown is what was given, but for the secrets.
            let given = target.text.replacing("hush-1", with: "[redacted]").replacing("hush-2", with: "[redacted]")
                .replacing("hush-3", with: "[redacted]")
            for member in try JSONValue(reading: Array(given.utf8)).object?.members ?? [] where member.key != "auth" {
                #expect(shown[kind]?.object?[member.key] == member.value)
            }
            for kind in ["event_destination", "audit_event"] {
                for record in try await api.store.list(.init(kind), in: .platform, .init(limit: 1000)) {
                    #expect(!String(decoding: record.document, as: UTF8.self).contains("hush"))
                }
            }

            // Sent back as it was shown, the secrets stay.
            let id = try #require(ResourceID<EventDestinationKind>(made.text("id")))
            let before = try await api.store.get(id, as: EventDestinationRecord.self, in: .platform).document.target
            let change: JSONValue = ["target": .object(shown)]
            #expect(try await api.call("PATCH", "/event_destinations/\(id)", change).status == 200)
            let after = try await api.store.get(id, as: EventDestinationRecord.self, in: .platform).document.target
            #expect(before == after)
            #expect(
                try await api.call(
                    "PATCH",
                    "/event_destinations/\(id)",
                    ["target": kind == "debug" ? .object(["datadog": ["api_key": "k"]]) : ["debug": ["log": true]]]
                )
                .code == 5108
            )
        }
    }

    @Test(
        arguments: [
            ([:], 5100), (["target": [:]], 5100), (["target": .null], 5100), (["target": ["debug": .null]], 5100),
            (["target": ["debug": ["log": true], "datadog": ["api_key": "k"]]], 5115),
            (["format": "xml", "target": ["debug": ["log": true]]], 235), (["target": ["debug": [:]]], 236),
            (["target": ["debug": ["log": false, "callback_url": ""]]], 236), (["target": ["nope": [:]]], 214),
            (["target": ["debug": ["callback_url": "ftp://x"]]], 100_612),
            (["target": ["debug": ["callback_url": "/x"]]], 100_612),
            (["target": ["datadog": [:]]], 5133), (["target": ["datadog": ["api_key": "k", "ddsite": "a b"]]], 5134),
            (["target": ["firehose": ["delivery_stream_arn": .string(Self.stream)]]], 5106),
            (["target": ["firehose": ["auth": [:], "delivery_stream_arn": .string(Self.stream)]]], 5107),
            (
                [
                    "target": [
                        "firehose": [
                            "auth": ["role": ["role_arn": "x"], "creds": ["aws_access_key_id": "x"]],
                            "delivery_stream_arn": .string(Self.stream),
                        ]
                    ]
                ], 5116
            ),
            (
                [
                    "target": [
                        "firehose": [
                            "auth": ["role": ["role_arn": "arn:aws:iam::1:user/x"]],
                            "delivery_stream_arn": .string(Self.stream),
                        ]
                    ]
                ], 5104
            ),
            (
                [
                    "target": [
                        "firehose": [
                            "auth": ["creds": ["aws_access_key_id": "x"]],
                            "delivery_stream_arn": .string(Self.stream),
                        ]
                    ]
                ], 236
            ),
            (["target": ["kinesis": ["auth": Self.role]]], 236),
            (["target": ["kinesis": ["auth": Self.role, "stream_arn": .string(Self.stream)]]], 5120),
            (["target": ["kinesis": ["auth": Self.role, "stream_arn": "arn:aws:kinesis:x:1:stream/"]]], 5120),
            (["target": ["cloudwatch_logs": ["auth": Self.role, "log_group_arn": "arn"]]], 5120),
            (["target": ["s3": ["auth": Self.role, "bucket_arn": "arn:aws:s3:::b", "max_file_age": -1]]], 236),
            (["target": ["azure_logs_ingestion": Self.azure(without: "client_secret")]], 236),
            (["target": ["azure_logs_ingestion": Self.azure(without: "tenant_id")]], 236),
            (["target": ["azure_logs_ingestion": Self.azure(without: "data_collection_stream_name")]], 236),
            (["target": ["http": [:]]], 236), (["target": ["http": ["url": "ftp://x"]]], 100_612),
            (["target": ["http": ["url": "http://a.test", "headers": ["Host": "b"]]]], 100_662),
            (["target": ["http": ["url": "http://a.test", "headers": ["x": "a\nb"]]]], 100_662),
            (["target": ["http": ["url": "http://a.test", "secret": "[redacted]"]]], 100_662),
            (["target": ["otlp": ["endpoint": "x"]]], 100_612), (["target": ["syslog": ["address": "a b"]]], 100_661),
            (["target": ["syslog": ["address": "a.test:0"]]], 100_661),
            (["target": ["syslog": ["address": "a.test/x"]]], 100_661),
            (["target": ["syslog": ["address": "a.test", "facility": 24]]], 100_662),
            (["target": ["syslog": ["address": "a.test", "app_name": "a b"]]], 100_662),
            (["target": ["kafka": ["brokers": "a.test"]]], 236),
            (["target": ["kafka": ["brokers": "a.test:x", "topic": "t"]]], 100_661),
            (["target": ["kafka": ["brokers": "a.test", "topic": "t t"]]], 100_662),
            (["target": ["kafka": ["brokers": "a.test", "topic": "t", "username": "u"]]], 100_662),
            (["target": ["file": ["name": "../x"]]], 100_660), (["target": ["file": ["name": ".x"]]], 100_660),
            (["target": ["file": ["name": "x", "max_file_size": 1]]], 100_662),
            (["target": ["file": ["name": "x", "max_files": 101]]], 100_662),
        ] as [(JSONValue, Int)]
    )
    func `A destination that cannot be is refused`(body: JSONValue, code: Int) async throws {
        try await APIUnderTest.run { (api) async throws in
            let answer = try await api.call("POST", "/event_destinations", body)
            #expect(answer.status == 400)
            #expect(answer.code == code, "\(answer)")
        }
    }

    private static func azure(
        _ uri: String = "https://dce.example.test",
        tenant: String = "t",
        secret: String = "hush"
    ) -> JSONValue {
        var object = Self.azure
        object.set("logs_ingestion_uri", to: .string(uri))
        object.set("tenant_id", to: .string(tenant))
        object.set("client_secret", to: .string(secret))
        return .object(object)
    }

    @Test func `A key is not sent to another site than it was given for`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let made = try await api.create("/event_destinations", ["target": ["datadog": ["api_key": "hush"]]])
            #expect(made["target"]?.object?["datadog"]?.object?.text("ddsite") == "datadoghq.com")
            let path = "/event_destinations/\(made.text("id"))"
            let moved: JSONObject = ["api_key": "[redacted]", "ddsite": "evil.example.test"]
            #expect(try await api.call("PATCH", path, ["target": ["datadog": .object(moved)]]).code == 5133)
        }
    }

    @Test(
        arguments: [
            (
                "http", ["url": "https://a.test/x", "secret": "hush"],
                ["url": "https://b.test/x", "secret": "[redacted]"]
            ),
            (
                "http", ["url": "https://a.test/x", "headers": ["k": "hush"]],
                ["url": "http://a.test/x", "headers": ["k": "[redacted]"]]
            ),
            (
                "otlp", ["endpoint": "https://a.test", "headers": ["k": "hush"]],
                ["endpoint": "https://a.test:8443", "headers": ["k": "[redacted]"]]
            ),
            (
                "kafka", ["brokers": "a.test", "topic": "t", "tls": true, "username": "u", "password": "hush"],
                ["brokers": "a.test", "topic": "t", "tls": false, "username": "u", "password": "[redacted]"]
            ),
            ("azure_logs_ingestion", Self.azure(), Self.azure("https://evil.example.test", secret: "[redacted]")),
            ("azure_logs_ingestion", Self.azure(), Self.azure(tenant: "evil", secret: "[redacted]")),
        ] as [(String, JSONValue, JSONValue)]
    )
    func `A secret is not sent to another host than it was given for`(
        kind: String,
        given: JSONValue,
        moved: JSONValue
    ) async throws {
        try await APIUnderTest.run { (api) async throws in
            let made = try await api.create("/event_destinations", ["target": .object([kind: given])])
            let path = "/event_destinations/\(made.text("id"))"
            #expect(try await api.call("PATCH", path, ["target": .object([kind: moved])]).code == 100_662)
        }
    }

    @Test func `An account has at most a hundred destinations`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let body: JSONValue = ["target": ["debug": ["log": true]]]
            for _ in 0..<100 { _ = try await api.create("/event_destinations", body) }
            #expect(try await api.call("POST", "/event_destinations", body).code == 5102)
            #expect(try await api.call("POST", "/event_destinations", body, key: api.foreignKey).status == 201)
        }
    }

    @Test func `No test event is sent, and nobody is told that it was`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let target: JSONValue = ["debug": ["log": true, "callback_url": ""]]
            let id = try await api.create("/event_destinations", ["target": target]).text("id")
            let answer = try await api.call("POST", "/event_destinations/\(id)/send_test_event")
            #expect(answer.status == 400)
            #expect(answer.code == 100_626, "\(answer)")
            let other = try await api.call("POST", "/event_destinations/\(id)/send_test_event", key: api.foreignKey)
            #expect(other.status == 404)
        }
    }
}
