import Expression
import Model
import NIOCore
import TrafficPolicy

/// Lets pass only webhooks that their sender has signed (`spec/traffic-policy.md` 4.25).
struct VerifyWebhookAction: PolicyAction {
    /// The most that is collected of a body, in bytes.
    static let bodyLimit = 4 << 20

    private static let verified = ResultSlot(.verifyWebhook, "verify_webhook.verified")
    private static let errorCode = ResultSlot(.verifyWebhook, "verify_webhook.error.code")
    private static let errorMessage = ResultSlot(.verifyWebhook, "verify_webhook.error.message")

    private let scheme: any WebhookScheme
    private let secret: TemplateProgram
    private let isEnforced: Bool

    init(_ configuration: VerifyWebhookConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        // No checked policy names a sender without a scheme.
        guard let sender = configuration.provider.sender, let secret = configuration.secret else {
            throw place.later(.verifyWebhook)
        }
        self.scheme = sender.scheme
        self.secret = try place.template(secret)
        self.isEnforced = configuration.isEnforced
    }

    func run(on exchange: Exchange) -> Verdict {
        guard let host = exchange.host else { return .next }
        let secret: Secret
        do throws(ActionError) {
            secret = Secret(try exchange.interpolate(self.secret))
        } catch {
            return error.verdict
        }
        let now = host.now.seconds * 1000 + Int64(host.now.nanoseconds / 1_000_000)
        // What the sender signed is the head and the URL as they came, and the body, which goes on unchanged.
        let body = host.collectRequestBody(upTo: Self.bodyLimit).assumeIsolated()
        return .later(
            body.map { collected in
                switch collected {
                case .tooLarge: return self.refuseLargeBody(of: exchange)
                case .complete(let body):
                    let request = WebhookRequest(
                        method: exchange.request.method,
                        target: exchange.request.receivedTarget,
                        head: exchange.request.head,
                        body: body
                    )
                    return self.judge(self.scheme.verdict(on: request, secret: secret, now: now), on: exchange)
                }
            }.nonisolated()
        )
    }

    private func judge(_ verdict: WebhookVerdict, on exchange: Exchange) -> Verdict {
        switch verdict {
        case .verified:
            exchange.record.webhookVerification = .allow
            exchange.publish(.verifyWebhook, [(Self.verified, .bool(true))])
            return .next
        case .answered(let answer):
            exchange.record.webhookVerification = answer.status < 400 ? .allow : .block
            return .respond(PolicyResponse(answer))
        case .refused(let refusal) where refusal.isOfConfiguration:
            exchange.note("verify-webhook: \(refusal.message)")
            return ActionError(
                .policyFieldExpression,
                "A secret that this endpoint's policy needs is not usable.",
                detail: refusal.message
            ).verdict
        case .refused(let refusal):
            let failure = Failure(
                .webhookUnverified,
                "This request does not carry the signature that it must have.",
                detail: refusal.message
            )
            return self.refuse(failure, because: refusal.message, on: exchange)
        }
    }

    private func refuseLargeBody(of exchange: Exchange) -> Verdict {
        let words = "the body is larger than \(Self.bodyLimit) bytes"
        let failure = Failure(
            .bodyTooLargeToReplace,
            "The body is larger than the \(Self.bodyLimit) bytes of which a signature is checked.",
            detail: words
        )
        return self.refuse(failure, because: words, on: exchange)
    }

    /// Ends the exchange, or notes why it would have ended where the policy only wants to know.
    private func refuse(_ failure: Failure, because reason: String, on exchange: Exchange) -> Verdict {
        exchange.record.webhookVerification = self.isEnforced ? .block : .allow
        exchange.publish(
            .verifyWebhook,
            [
                (Self.verified, .bool(false)), (Self.errorCode, .string(failure.code.wireName)),
                (Self.errorMessage, .string(reason)),
            ]
        )
        return self.isEnforced ? .fail(failure) : .next
    }
}

extension PolicyResponse {
    /// The answer to a question of the sender's, which nobody keeps and no browser takes for something else.
    fileprivate init(_ answer: WebhookAnswer) {
        var fields = [(name: "cache-control", value: "no-store"), (name: "x-content-type-options", value: "nosniff")]
        if let type = answer.contentType { fields.append(("content-type", type)) }
        self.init(status: answer.status, fields: fields, body: ByteBuffer(string: answer.body))
    }
}
