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
                "Sends an event that says nothing, to see whether it arrives."
            )
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

    private static func text(_ name: String) -> Field { Self.field(name, .text) }

    private static func field(_ name: String, _ type: FieldType) -> Field {
        Field(name, type, create: .optional, update: .optional, "As the target's own documentation calls it.")
    }
}
