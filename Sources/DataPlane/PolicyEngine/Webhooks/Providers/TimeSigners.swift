import TrafficPolicy

// Senders that sign the moment of sending with the body.

extension WebhookProvider {
    static let timeSigners: [WebhookProvider: WebhookSender] = [
        .box: WebhookSender(
            // While keys are changed, either may be the one that is configured.
            SignedContent(
                signatures: [FieldPart("box-signature-primary"), FieldPart("box-signature-secondary")],
                spelling: .base64,
                content: [.body, .time],
                time: SignedTime(FieldPart("box-delivery-timestamp"), .calendar, tolerance: 600)
            ),
            "https://developer.box.com/guides/webhooks/v2/signatures-v2"
        ),
        .buildkite: WebhookSender(
            FirstPresent(choices: [
                (
                    "x-buildkite-signature",
                    SignedContent(
                        signatures: [FieldPart("x-buildkite-signature", prefix: "signature=", separatedBy: ",")],
                        content: [.time, .text("."), .body],
                        time: SignedTime(FieldPart("x-buildkite-signature", prefix: "timestamp=", separatedBy: ","))
                    )
                ),
                ("x-buildkite-token", SharedToken(place: FieldPart("x-buildkite-token"))),
            ]),
            "https://buildkite.com/docs/apis/webhooks/pipelines"
        ),
        .calendly: WebhookSender(
            .timed(in: "calendly-webhook-signature"),
            "https://developer.calendly.com/docs/webhooks/overview"
        ),
        .clerk: .svix,
        .frameio: WebhookSender(
            .versioned(
                "v0",
                FieldPart("x-frameio-signature", prefix: "v0="),
                at: FieldPart("x-frameio-request-timestamp"),
                tolerance: 300
            ),
            "https://github.com/Frameio/webhooks-example-app/blob/master/main.go"
        ),
        .go1: WebhookSender(
            .timed(in: "go1-signature"),
            "https://www.go1.com/developers"
        ),
        .mux: WebhookSender(
            .timed(in: "mux-signature", tolerance: 300),
            "https://docs.mux.com/core/verify-webhook-signatures"
        ),
        .orb: WebhookSender(
            .versioned(
                "v1",
                FieldPart("x-orb-signature", prefix: "v1=", separatedBy: " "),
                at: FieldPart("x-orb-timestamp"),
                .calendar,
                tolerance: 300
            ),
            "https://github.com/orbcorp/orb-python/blob/main/src/orb/resources/webhooks.py"
        ),
        .pinwheel: WebhookSender(
            .versioned("v2", FieldPart("x-pinwheel-signature", prefix: "v2="), at: FieldPart("x-timestamp")),
            "https://docs.pinwheelapi.com"
        ),
        .slack: WebhookSender(
            .versioned(
                "v0",
                FieldPart("x-slack-signature", prefix: "v0="),
                at: FieldPart("x-slack-request-timestamp"),
                tolerance: 300
            ),
            "https://api.slack.com/authentication/verifying-requests-from-slack"
        ),
        .stripe: WebhookSender(
            .timed(in: "stripe-signature", tolerance: 300),
            "https://docs.stripe.com/webhooks/signature"
        ),
        .svix: .svix,
        .tiktok: WebhookSender(
            .timed(in: "tiktok-signature", behind: "s="),
            "https://developers.tiktok.com/doc/webhooks-verification"
        ),
        .zendesk: WebhookSender(
            SignedContent(
                signatures: [FieldPart("x-zendesk-webhook-signature")],
                spelling: .base64,
                content: [.time, .body],
                time: SignedTime(FieldPart("x-zendesk-webhook-signature-timestamp"), .calendar)
            ),
            "https://developer.zendesk.com/documentation/webhooks/verifying"
        ),
    ]
}

extension WebhookSender {
    /// Svix signs for others, under its own names of fields or under those that it proposes as a standard.
    fileprivate static let svix = WebhookSender(
        FirstPresent(choices: [
            ("svix-signature", .identified(by: "svix")), ("webhook-signature", .identified(by: "webhook")),
        ]),
        "https://github.com/svix/svix-webhooks/blob/main/python/svix/webhooks.py"
    )
}

extension WebhookScheme where Self == SignedContent {
    /// One field `t=…,v1=…`, of which the signature covers `time.body`.
    static func timed(
        in field: String,
        behind prefix: String = "v1=",
        tolerance: Int64 = SignedTime.usualTolerance
    ) -> Self {
        SignedContent(
            signatures: [FieldPart(field, prefix: prefix, separatedBy: ",")],
            content: [.time, .text("."), .body],
            time: SignedTime(FieldPart(field, prefix: "t=", separatedBy: ","), tolerance: tolerance)
        )
    }

    /// A field with the version before the signature, which covers `version:time:body`, and one with the time.
    static func versioned(
        _ version: String,
        _ signature: FieldPart,
        at time: FieldPart,
        _ format: SignedTime.Format = .seconds,
        tolerance: Int64 = SignedTime.usualTolerance
    ) -> Self {
        SignedContent(
            signatures: [signature],
            content: [.text("\(version):"), .time, .text(":"), .body],
            time: SignedTime(time, format, tolerance: tolerance)
        )
    }

    /// `NAME-signature: v1,… v1,…` covers `id.time.body`, of which `NAME-id` and `NAME-timestamp` tell the first two.
    static func identified(by name: String) -> Self {
        SignedContent(
            signatures: [FieldPart("\(name)-signature", prefix: "v1,", separatedBy: " ")],
            spelling: .base64,
            content: [.field(FieldPart("\(name)-id")), .text("."), .time, .text("."), .body],
            time: SignedTime(FieldPart("\(name)-timestamp"), tolerance: 300),
            key: .base64(prefix: "whsec_")
        )
    }
}
