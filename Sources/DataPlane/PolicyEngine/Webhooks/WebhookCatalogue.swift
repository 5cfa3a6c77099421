package import TrafficPolicy

/// How one provider's webhooks are verified, and where that is written.
package struct WebhookSender: Sendable {
    package let scheme: any WebhookScheme
    /// The provider's own page or library in which the scheme was found.
    package let source: String

    init(_ scheme: any WebhookScheme, _ source: String) {
        self.scheme = scheme
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
