package import TrafficPolicy

/// How one provider's webhooks are verified, and where that is written.
package struct WebhookSender: Sendable {
    package enum Method: Sendable {
        /// By the request and the secret alone.
        case secret(any WebhookScheme)
        /// With a certificate that the request names; the secret may be missing.
        case certificate(SNSSignature)
    }

    package let method: Method
    /// The provider's own page or library in which the scheme was found.
    package let source: String

    init(_ scheme: any WebhookScheme, _ source: String) {
        self.method = .secret(scheme)
        self.source = source
    }

    init(_ signature: SNSSignature, _ source: String) {
        self.method = .certificate(signature)
        self.source = source
    }
}

extension WebhookProvider {
    /// How this provider's webhooks are verified; nil while the scheme is not confirmed
    /// (``TrafficPolicy/WebhookProvider/unconfirmed``), which no checked policy names.
    package var sender: WebhookSender? { Self.senders[self] }

    private static let senders: [WebhookProvider: WebhookSender] =
        [Self.timeSigners, Self.otherSigners].reduce(Self.bodySigners) { $0.merging($1) { first, _ in first } }
}
