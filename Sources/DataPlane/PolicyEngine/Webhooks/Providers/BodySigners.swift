import TrafficPolicy

// Senders that sign the body and nothing else: who records a request can send it again.

extension WebhookProvider {
    static let bodySigners: [WebhookProvider: WebhookSender] = [
        .aftership: WebhookSender(
            SignedContent(
                signatures: [
                    // Tracking, shipping and returns each have a field of their own.
                    FieldPart("aftership-hmac-sha256"), FieldPart("am-webhook-signature"),
                    FieldPart("as-signature-hmac-sha256"),
                ],
                spelling: .base64
            ),
            "https://www.aftership.com/docs"
        ),
        .alchemy: WebhookSender(
            .body(hexadecimal: FieldPart("x-alchemy-signature")),
            "https://docs.alchemy.com/reference/notify-api-faq"
        ),
        .autodesk: WebhookSender(
            .body(hexadecimal: FieldPart("x-adsk-signature", prefix: "sha1hash="), .sha1),
            "https://aps.autodesk.com/en/docs/webhooks/v1"
        ),
        .bitbucket: WebhookSender(
            .body(hexadecimal: FieldPart("x-hub-signature", prefix: "sha256=")),
            "https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html"
        ),
        .bolt: WebhookSender(
            .body(base64: FieldPart("x-bolt-hmac-sha256")),
            "https://help.bolt.com/developers/webhooks"
        ),
        .castle: WebhookSender(
            .body(base64: FieldPart("x-castle-signature")),
            "https://github.com/castle/castle-ruby/blob/develop/lib/castle/webhooks/verify.rb"
        ),
        .chargify: WebhookSender(
            .body(hexadecimal: FieldPart("x-chargify-webhook-signature-hmac-sha-256")),
            "https://github.com/chargify/docs.chargify.com/blob/master/doculab/docs/webhooks.textile"
        ),
        .circleci: WebhookSender(
            .body(hexadecimal: FieldPart("circleci-signature", prefix: "v1=", separatedBy: ",")),
            "https://circleci.com/docs/webhooks"
        ),
        .clearbit: WebhookSender(
            .body(hexadecimal: FieldPart("x-request-signature", prefix: "sha1="), .sha1),
            "https://github.com/clearbit/clearbit-ruby/blob/master/lib/clearbit/webhook.rb"
        ),
        .coinbase: WebhookSender(
            .body(hexadecimal: FieldPart("x-cc-webhook-signature")),
            "https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-security"
        ),
        .docusign: WebhookSender(
            // One for each key of the account.
            SignedContent(
                signatures: (1...10).map { FieldPart("x-docusign-signature-\($0)") },
                spelling: .base64
            ),
            "https://www.docusign.com/blog/developers/"
                + "manually-authenticating-hmac-signatures-docusign-connect-webhook-configurations"
        ),
        .dropbox: WebhookSender(
            .body(hexadecimal: FieldPart("x-dropbox-signature")),
            "https://github.com/dropbox/mdwebhook/blob/master/app.py"
        ),
        .facebookGraphAPI: .meta,
        .facebookMessenger: .meta,
        .github: WebhookSender(
            .body(hexadecimal: FieldPart("x-hub-signature-256", prefix: "sha256=")),
            "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries"
        ),
        .gitlab: WebhookSender(
            // Nothing is signed: the field is the secret itself.
            SharedToken(place: FieldPart("x-gitlab-token")),
            "https://docs.gitlab.com/user/project/integrations/webhooks"
        ),
        .instagram: .meta,
        .intercom: WebhookSender(
            .body(hexadecimal: FieldPart("x-hub-signature", prefix: "sha1="), .sha1),
            "https://developers.intercom.com/intercom-api-reference/v1.0/reference/signed-notifications"
        ),
        .jira: WebhookSender(
            .body(hexadecimal: FieldPart("x-hub-signature", prefix: "sha256=")),
            "https://confluence.atlassian.com/adminjiraserver/managing-webhooks-938846912.html"
        ),
        .launchDarkly: WebhookSender(
            .body(hexadecimal: FieldPart("x-ld-signature")),
            "https://docs.launchdarkly.com/home/connecting/webhooks"
        ),
        .microsoftTeams: WebhookSender(
            SignedContent(
                signatures: [FieldPart("authorization", prefix: "HMAC ")],
                spelling: .base64,
                key: .base64(prefix: "")
            ),
            "https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/"
                + "add-outgoing-webhook"
        ),
        .modernTreasury: WebhookSender(
            .body(hexadecimal: FieldPart("x-signature")),
            "https://github.com/Modern-Treasury/modern-treasury-python"
                + "/blob/main/src/modern_treasury/resources/webhooks.py"
        ),
        .mongodb: WebhookSender(
            .body(base64: FieldPart("x-mms-signature"), .sha1),
            "https://www.mongodb.com/docs/atlas"
        ),
        .pagerduty: WebhookSender(
            .body(hexadecimal: FieldPart("x-pagerduty-signature", prefix: "v1=", separatedBy: ",")),
            "https://github.com/PagerDuty/go-pagerduty/blob/main/webhookv3/webhookv3.go"
        ),
        .pusher: WebhookSender(
            .body(hexadecimal: FieldPart("x-pusher-signature")),
            "https://pusher.com/docs/channels/server_api/webhooks"
        ),
        .sentry: WebhookSender(
            .body(hexadecimal: FieldPart("sentry-hook-signature")),
            "https://docs.sentry.io/organization/integrations/integration-platform/webhooks"
        ),
        .shopify: WebhookSender(
            .body(base64: FieldPart("x-shopify-hmac-sha256")),
            "https://shopify.dev/docs/apps/build/webhooks/subscribe/https"
        ),
        .signalSciences: WebhookSender(
            .body(hexadecimal: FieldPart("x-sigsci-signature")),
            "https://docs.fastly.com/en/ngwaf"
        ),
        .sonatype: WebhookSender(
            .body(hexadecimal: FieldPart("x-nexus-webhook-signature"), .sha1),
            "https://help.sonatype.com/repomanager3/integrations/webhooks/working-with-hmac-payloads"
        ),
        .terraform: WebhookSender(
            .body(hexadecimal: FieldPart("x-tfe-notification-signature"), .sha512),
            "https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations"
        ),
        .trendmicroConformity: WebhookSender(
            .body(hexadecimal: FieldPart("x-conformity-signature")),
            "https://cloudone.trendmicro.com/docs/conformity"
        ),
        .typeform: WebhookSender(
            .body(base64: FieldPart("typeform-signature", prefix: "sha256=")),
            "https://www.typeform.com/developers/webhooks/secure-your-webhooks"
        ),
        .webex: WebhookSender(
            .body(hexadecimal: FieldPart("x-spark-signature"), .sha1),
            "https://developer.webex.com/blog/using-a-webhook-secret"
        ),
        .whatsapp: .meta,
    ]
}

extension WebhookSender {
    /// All of Meta's products sign alike; those that know no SHA-256 send SHA-1 alone. A sender of forgeries gains
    /// nothing by leaving the better one out: both need the secret.
    fileprivate static let meta = WebhookSender(
        FirstPresent(choices: [
            ("x-hub-signature-256", .body(hexadecimal: FieldPart("x-hub-signature-256", prefix: "sha256="))),
            ("x-hub-signature", .body(hexadecimal: FieldPart("x-hub-signature", prefix: "sha1="), .sha1)),
        ]),
        // SHA-1 is that of fbsamples/original-coast-clothing, app.js.
        "https://github.com/WhatsApp/WhatsApp-Nodejs-SDK/blob/main/src/api/webhooks.ts"
    )
}

extension WebhookScheme where Self == SignedContent {
    /// The body alone, signed in hexadecimal digits.
    static func body(hexadecimal place: FieldPart, _ digest: MessageDigest = .sha256) -> Self {
        SignedContent(signatures: [place], digest: digest)
    }

    /// The body alone, signed in base64.
    static func body(base64 place: FieldPart, _ digest: MessageDigest = .sha256) -> Self {
        SignedContent(signatures: [place], digest: digest, spelling: .base64)
    }
}
