import Model

/// Whose signature a webhook must carry (`spec/traffic-policy.md` 4.25).
package struct VerifyWebhookConfiguration: Sendable, Hashable {
    package let provider: WebhookProvider
    /// Nil for `sns` alone, where it is optional.
    package let secret: TemplateSource?
    package let isEnforced: Bool

    init?(_ fields: FieldReader) {
        let provider = fields.required(
            "provider",
            .webhookProvider,
            missing: .webhookProviderMissing,
            "Who sends the webhook."
        )
        let secret = fields.optional(
            "secret",
            .secretTemplate(bytes: 2048, tooLong: .webhookSecretLong, empty: .webhookSecretMissing),
            "What the provider signs with; needed but for `sns`."
        )
        self.isEnforced = fields.value("enforce", .bool, default: true, shown: "true", .enforceMeaning)
        guard let provider else { return nil }
        guard secret != nil || provider == .sns else {
            if !fields.has("secret") { fields.report(.webhookSecretMissing, "the field \"secret\" is missing") }
            return nil
        }
        if provider == .sendgrid, let key = secret?.literal, SendGridKey.parse(key) == nil {
            let words = "is no public key on P-256, in base64 or PEM"
            fields.report(.sendgridKey, field: "secret", words, isSecret: true)
            return nil
        }
        self.provider = provider
        self.secret = secret
    }
}

/// The senders of webhooks whose signatures are known (`spec/traffic-policy.md` 5).
package enum WebhookProvider: String, Sendable, Hashable, CaseIterable {
    case aftership, airship, alchemy, autodesk, bitbucket, bolt, box, brex, buildkite, calendly, castle, chargify
    case circleci, clearbit, clerk, svix, coinbase, contentful, docusign, dropbox
    case facebookGraphAPI = "facebook_graph_api", facebookMessenger = "facebook_messenger", instagram, whatsapp
    case frameio, github, gitlab, go1, graphcms, heroku, hostedhooks, hubspot, intercom, jira
    case launchDarkly = "launch_darkly"
    case linear, mailchimp, mailgun
    case microsoftTeams = "microsoft_teams", modernTreasury = "modern_treasury"
    case mongodb, mux, orb, orbit, pagerduty, pinwheel, plivo, pusher, sendgrid, sentry, shopify
    case signalSciences = "signal_sciences"
    case slack, sns, sonatype, square, stripe, terraform, tiktok
    case trendmicroConformity = "trendmicro_conformity"
    case twilio, twitter, typeform, vmware, webex, worldline, xero, zendesk, zoom

    /// Those of which the scheme was not found in documentation of the provider's own; a policy may not name them, as it
    /// would rely on a guess.
    package static let unconfirmed: Set<Self> = [
        .brex, .heroku, .hostedhooks, .orbit,
    ]

    /// Other names that are read as one of these.
    static let aliases = [
        "sonatype_nexus": Self.sonatype, "signalsciences": .signalSciences, "vmware_workspace": .vmware,
    ]

    fileprivate static func list(_ providers: some Sequence<Self>) -> String {
        providers.map { "`\($0.rawValue)`" }.sorted().joined(separator: ", ")
    }
}

extension FieldType where Value == WebhookProvider {
    fileprivate static var webhookProvider: Self {
        let choice = FieldType<WebhookProvider>.choice(.webhookProviderUnknown)
        var type = choice
        type.read = { node, path, context in
            let found: FieldValue<WebhookProvider>? =
                if case .string = node.value, let provider = WebhookProvider.aliases[node.source.text] {
                    FieldValue(provider, .string(provider.rawValue))
                } else {
                    choice.read(node, path, context)
                }
            guard let found, WebhookProvider.unconfirmed.contains(found.value) else { return found }
            let words =
                "\"\(found.value.rawValue)\" is not supported yet: how it signs is not confirmed by its documentation"
            context.report(.webhookProviderUnknown, at: node, path: path, words)
            return nil
        }
        return type
    }
}

extension VerifyWebhookConfiguration {
    static let description = ActionDescription(
        .verifyWebhook,
        "Lets pass only webhooks that their sender has signed.",
        phases: [.httpRequest],
        ending: .sometimes,
        results: [ResultVariable("verify_webhook.verified", .bool, "Whether the signature is right.")]
            + ResultVariable.errors(of: "verify_webhook"),
        notes: [
            "The providers: \(WebhookProvider.list(WebhookProvider.allCases.filter { !WebhookProvider.unconfirmed.contains($0) })).",
            "Known by name and refused with 364, until how they sign is confirmed by documentation of their own: \(WebhookProvider.list(WebhookProvider.unconfirmed)).",
            "A signature that is missing, wrong or too old gets 403 with 3204.",
            "The body is collected for it, up to 4 MiB, and goes upstream unchanged; a larger one gets 413 with 3903.",
            "A secret that comes out empty, or not in the provider's form, verifies nothing: 500 with 2253.",
            "`sns`: the secret is the number of the account that owns the topic. Without it, messages of every customer of Amazon pass.",
            "`gitlab`, `vmware`, the token of `buildkite`, `mailgun` and the second version of `plivo` cover no body.",
            "`twitter`, `worldline`, `xero` and `zoom` ask whether the endpoint is ours; that is answered here.",
        ],
        example: """
            on_http_request:
              - actions:
                  - type: verify-webhook
                    config:
                      provider: github
                      secret: ${secrets.get('webhooks', 'github')}
            """
    ) { VerifyWebhookConfiguration($0).map(ActionConfiguration.verifyWebhook) }
}
