import TrafficPolicy

// Senders that sign more, or otherwise, than data tells.

extension WebhookProvider {
    static let otherSigners: [WebhookProvider: WebhookSender] = [
        .airship: WebhookSender(
            AirshipSignature(),
            "https://support.airship.com/hc/en-us/articles/"
                + "360032501831-Implementing-a-Signature-Hash-and-Validating-an-Open-Channel-Webhook"
        ),
        .contentful: WebhookSender(
            ContentfulSignature(),
            "https://github.com/contentful/node-apps-toolkit/blob/main/src/requests/sign-request.ts"
        ),
        .graphcms: WebhookSender(
            HygraphSignature(),
            "https://hygraph.com/docs/api-reference/basics/webhooks"
        ),
        .hubspot: WebhookSender(
            FirstPresent(choices: [
                ("x-hubspot-signature-v3", HubSpotSignature()), ("x-hubspot-signature", HubSpotHash()),
            ]),
            "https://github.com/HubSpot/hubspot-api-python/blob/master/hubspot/utils/signature.py"
        ),
        .linear: WebhookSender(
            LinearSignature(),
            "https://github.com/linear/linear/blob/master/packages/sdk/src/webhooks/client.ts"
        ),
        .mailchimp: WebhookSender(
            FormSignature(place: FieldPart("x-mandrill-signature"), bodyHash: nil),
            "https://mandrill.zendesk.com/hc/en-us/articles/360039232513-How-to-Authenticate-Webhook-Requests"
        ),
        .mailgun: WebhookSender(
            MailgunSignature(),
            "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks"
        ),
        .plivo: WebhookSender(
            FirstPresent(choices: [
                ("x-plivo-signature-v3", PlivoSignature()), ("x-plivo-signature-v2", PlivoURLSignature()),
                ("x-plivo-signature-ma-v2", PlivoURLSignature()),
            ]),
            "https://github.com/plivo/plivo-python/blob/master/plivo/utils/signature_v3.py"
        ),
        .sendgrid: WebhookSender(
            SendGridSignature(),
            "https://github.com/sendgrid/sendgrid-python/blob/main/sendgrid/helpers/eventwebhook/__init__.py"
        ),
        .sns: WebhookSender(
            SNSSignature(),
            "https://github.com/aws/aws-js-sns-message-validator/blob/master/index.js"
        ),
        .square: WebhookSender(
            FirstPresent(choices: [
                (
                    "x-square-hmacsha256-signature",
                    SignedContent(
                        signatures: [FieldPart("x-square-hmacsha256-signature")],
                        spelling: .base64,
                        content: [.url, .body]
                    )
                ),
                (
                    "x-square-signature",
                    SignedContent(
                        signatures: [FieldPart("x-square-signature")],
                        digest: .sha1,
                        spelling: .base64,
                        content: [.url, .body]
                    )
                ),
            ]),
            "https://github.com/square/square-python-sdk/blob/master/src/square/utils/webhooks_helper.py"
        ),
        .twilio: WebhookSender(
            FormSignature(place: FieldPart("x-twilio-signature"), bodyHash: "bodySHA256"),
            "https://github.com/twilio/twilio-node/blob/main/src/webhooks/webhooks.ts"
        ),
        .twitter: WebhookSender(
            TwitterSignature(),
            "https://developer.x.com/content/developer-twitter/en/docs/twitter-api/enterprise/account-activity-api/"
                + "guides/securing-webhooks"
        ),
        .vmware: WebhookSender(
            BasicCredentials(),
            "https://docs.omnissa.com"
        ),
        .worldline: WebhookSender(
            WorldlineSignature(),
            "https://docs.connect.worldline-solutions.com/documentation/webhooks"
        ),
        .xero: WebhookSender(
            XeroSignature(),
            "https://developer.xero.com/documentation/webhooks/configuring-your-server"
        ),
        .zoom: WebhookSender(
            ZoomSignature(),
            "https://github.com/zoom/webhook-sample/blob/master/index.js"
        ),
    ]
}
