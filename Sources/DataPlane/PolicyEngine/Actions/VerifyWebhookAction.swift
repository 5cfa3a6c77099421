import Expression
import Model
import NIOCore
import TrafficPolicy

/// Lets pass only webhooks that their sender has signed (`spec/traffic-policy.md` 4.25).
struct VerifyWebhookAction: PolicyAction {
    private static let verified = ResultSlot(.verifyWebhook, "verify_webhook.verified")
    private static let errorCode = ResultSlot(.verifyWebhook, "verify_webhook.error.code")
    private static let errorMessage = ResultSlot(.verifyWebhook, "verify_webhook.error.message")

    private let method: WebhookSender.Method
    private let secret: TemplateProgram?
    private let isEnforced: Bool
    private let certificates = CertificateStore()

    init(_ configuration: VerifyWebhookConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        // No checked policy names a sender without a scheme.
        guard let sender = configuration.provider.sender else { throw place.later(.verifyWebhook) }
        self.method = sender.method
        self.secret = try configuration.secret.map { (secret) throws(PolicyProblem) in try place.template(secret) }
        self.isEnforced = configuration.isEnforced
    }

    func run(on exchange: Exchange) -> Verdict {
        guard let host = exchange.host else { return .next }
        let secret: Secret?
        do throws(ActionError) {
            secret = try self.secret.map { (template) throws(ActionError) in Secret(try exchange.interpolate(template))
            }
        } catch {
            return error.verdict
        }
        let now = host.now.seconds * 1000 + Int64(host.now.nanoseconds / 1_000_000)
        let loop = host.eventLoop
        // What the sender signed is the head and the URL as they came, and the body, which goes on unchanged.
        let body = host.collectRequestBody(upTo: exchange.loop.services.bodyBytes).assumeIsolated()
        return .later(
            body.flatMap { collected in
                guard case .complete(let body) = collected else {
                    return loop.makeSucceededFuture(self.refuseLargeBody(of: exchange))
                }
                let request = WebhookRequest(
                    method: exchange.request.method,
                    target: exchange.request.receivedTarget,
                    head: exchange.request.head,
                    body: body
                )
                switch self.method {
                case .secret(let scheme):
                    // There is a secret wherever one is needed; an empty one verifies nothing.
                    let verdict = scheme.verdict(on: request, secret: secret ?? Secret(""), now: now)
                    return loop.makeSucceededFuture(self.judge(verdict, on: exchange))
                case .certificate(let signature):
                    return self.fetch(for: request, by: signature, account: secret, now: now, on: exchange, loop)
                }
            }.nonisolated()
        )
    }

    /// Judges by a certificate that the request names.
    private func fetch(
        for request: WebhookRequest,
        by signature: SNSSignature,
        account: Secret?,
        now: Int64,
        on exchange: Exchange,
        _ loop: any EventLoop
    ) -> EventLoopFuture<Verdict> {
        let message: SNSMessage
        do throws(WebhookRefusal) {
            message = try signature.message(in: request, account: account, now: now)
        } catch {
            return loop.makeSucceededFuture(self.judge(.refused(error), on: exchange))
        }
        guard let requester = exchange.loop.services.requester, let uptime = exchange.host?.uptime else {
            return loop.makeSucceededFuture(self.lacksCertificate("policies can make no requests here", on: exchange))
        }
        let promise = loop.makePromise(of: Verdict.self)
        let certificate = self.certificates.certificate(
            at: message.certificate,
            for: exchange.endpoint.account,
            by: requester,
            at: uptime,
            on: loop
        )
        certificate.assumeIsolated().whenComplete { result in
            promise.succeed(self.judge(message, by: result, now: now, on: exchange))
        }
        return promise.futureResult
    }

    private func judge(
        _ message: SNSMessage,
        by document: Result<ByteBuffer, any Error>,
        now: Int64,
        on exchange: Exchange
    ) -> Verdict {
        do {
            try message.verify(certificate: document.get(), now: now)
            return self.judge(.verified, on: exchange)
        } catch let refusal as WebhookRefusal {
            return self.judge(.refused(refusal), on: exchange)
        } catch CertificateError.absent {
            return self.judge(.refused(.certificateUnusable), on: exchange)
        } catch {
            return self.lacksCertificate("\(error)", on: exchange)
        }
    }

    /// The edge's failure, not the sender's, who is to try again.
    private func lacksCertificate(_ reason: String, on exchange: Exchange) -> Verdict {
        let words = "the certificate could not be fetched"
        let failure = Failure(
            .policyActionFailed,
            "The certificate of this request could not be fetched.",
            detail: reason
        )
        exchange.note("verify-webhook: \(words): \(reason)")
        return self.refuse(failure, because: words, on: exchange)
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
        let limit = exchange.loop.services.bodyBytes
        let words = "the body is larger than \(limit) bytes"
        let failure = Failure(
            .bodyTooLargeToReplace,
            "The body is larger than the \(limit) bytes of which a signature is checked.",
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
