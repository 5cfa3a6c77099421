import Model

extension ResourceShape {
    package static let eventDestinations = ResourceShape(
        "event_destination",
        path: "event_destinations",
        idPrefix: "ed",
        nothingToChange: .destinationNothingToChange,
        operations: [
            OperationShape(
                "send_test_event",
                .post,
                "{id}/send_test_event",
                answer: .object([Field("event_id", .text, "The event that was sent.")], status: 200),
                "Sends an event that says nothing, to see whether it arrives, and answers when it has."
            ),
            OperationShape(
                "get_status",
                .get,
                "{id}/status",
                answer: .object(Self.deliveryStatus, status: 200),
                "How the delivery goes, as far as this edge knows since it was started."
            ),
        ],
        summary: "Where events are sent. Secrets of a target are shown as [redacted], and kept when sent back so.",
        fields: [
            .id, .uri, .createdAt, .description(), .metadata(),
            Field("format", .text, create: .optional, update: .optional, "json."),
            Field(
                "target",
                .object(EventTargetFields.all),
                create: .required(.destinationTargetMissing),
                update: .optional,
                "One of these; it stays of its kind."
            ),
        ]
    )
}

extension ResourceShape {
    private static let deliveryStatus = [
        Field("status", .text, "`delivering`, `failing`, `idle`, or `unsupported` where the edge sends nothing to it."),
        Field("last_success", .timestamp, isNullable: true, "When events arrived last."),
        Field("last_failure", .timestamp, isNullable: true, "When some did not."),
        Field("last_error", .text, "Why they did not; empty where they did."),
        Field("failing_since", .timestamp, isNullable: true, "Since when none arrive; null where they do."),
        Field("queued", .integer, "Events that wait."),
        Field("queued_bytes", .integer, "Bytes of the files in which they wait."),
        Field("delivered", .integer, "Events that arrived."),
        Field("dropped", .integer, "Events for which there was no room, and those that were refused for good."),
        Field("uri", .text, "Where this is found."),
    ]
}

/// The members of an event destination's target, of which one is not null.
enum EventTargetFields {
    static let all: [Field] = [
        Self.target(
            "firehose",
            "A delivery stream of Amazon Data Firehose.",
            [Self.auth, Self.text("delivery_stream_arn")]
        ),
        Self.target("kinesis", "A stream of Amazon Kinesis.", [Self.auth, Self.text("stream_arn")]),
        Self.target("cloudwatch_logs", "A log group of Amazon CloudWatch.", [Self.auth, Self.text("log_group_arn")]),
        Self.target(
            "datadog",
            "The logs of Datadog.",
            [Self.text("api_key"), Self.text("ddtags"), Self.text("service"), Self.text("ddsite")]
        ),
        Self.target(
            "azure_logs_ingestion",
            "The logs ingestion API of Azure.",
            [
                "tenant_id", "client_id", "client_secret", "logs_ingestion_uri", "data_collection_rule_id",
                "data_collection_stream_name",
            ].map(Self.text)
        ),
        Self.target(
            "s3",
            "A bucket of Amazon S3.",
            [
                Self.auth, Self.text("bucket_arn"), Self.text("object_prefix"),
                Self.field("compression", .boolean), Self.field("max_file_size", .integer),
                Self.field("max_file_age", .integer),
            ]
        ),
        Self.target(
            "debug",
            "The log of the edge, a URL that events are posted to, or both.",
            [Self.field("log", .boolean), Self.text("callback_url")]
        ),
        Self.target(
            "http",
            "A URL that batches of events are posted to, as a JSON array.",
            [
                Self.own("url", .text, "With http or https."),
                Self.own("headers", .texts, "Fields of each request; values are kept secret."),
                Self.own("secret", .text, "Signs each request, where it is given."),
            ]
        ),
        Self.target(
            "otlp",
            "A collector of OpenTelemetry, which gets log records over HTTP.",
            [
                Self.own("endpoint", .text, "The collector's URL, without /v1/logs."),
                Self.own("headers", .texts, "Fields of each request; values are kept secret."),
            ]
        ),
        Self.target(
            "syslog",
            "A server of syslog (RFC 5424), over TCP or TLS.",
            [
                Self.own("address", .text, "host:port; without a port 514, or 6514 for TLS."),
                Self.own("tls", .boolean, "Whether the connection is encrypted, and the server's certificate checked."),
                Self.own("facility", .integer, "0 to 23; 16, local0, where none is given."),
                Self.own("app_name", .text, "What messages call their sender; portico where none is given."),
            ]
        ),
        Self.target(
            "kafka",
            "A topic of Kafka.",
            [
                Self.own("brokers", .text, "host:port, several with commas between them."),
                Self.own("topic", .text, "Letters, digits, dots, hyphens and underscores, at most 249."),
                Self.own("tls", .boolean, "Whether connections are encrypted, and certificates checked."),
                Self.own("username", .text, "For SASL/PLAIN; empty for none."),
                Self.own("password", .text, "For SASL/PLAIN."),
            ]
        ),
        Self.target(
            "file",
            "A file on the edge's machine, with an event on each line.",
            [
                Self.own("name", .text, "Without a folder: files of an account lie in one of its own."),
                Self.own(
                    "max_file_size",
                    .integer,
                    "Bytes from which on it is put aside; 100 MiB where none are given."
                ),
                Self.own("max_files", .integer, "How many are kept so; 5 where none are given."),
            ]
        ),
    ]

    private static let auth = Self.nullable(
        "auth",
        "How the edge shows AWS who it is: one of these.",
        [
            Self.nullable("role", "A role of AWS IAM that the edge assumes.", [Self.text("role_arn")]),
            Self.nullable(
                "creds",
                "An access key of AWS.",
                [Self.text("aws_access_key_id"), Self.text("aws_secret_access_key")]
            ),
        ],
        isNullable: false
    )

    private static func target(_ name: String, _ summary: String, _ fields: [Field]) -> Field {
        Self.nullable(name, summary, fields)
    }

    private static func nullable(
        _ name: String,
        _ summary: String,
        _ fields: [Field],
        isNullable: Bool = true
    ) -> Field {
        Field(name, .object(fields), create: .optional, update: .optional, isNullable: isNullable, summary)
    }

    private static func own(_ name: String, _ type: FieldType, _ summary: String) -> Field {
        Field(name, type, create: .optional, update: .optional, summary)
    }

    private static func text(_ name: String) -> Field { Self.field(name, .text) }

    private static func field(_ name: String, _ type: FieldType) -> Field {
        Field(name, type, create: .optional, update: .optional, "As the target's own documentation calls it.")
    }
}
