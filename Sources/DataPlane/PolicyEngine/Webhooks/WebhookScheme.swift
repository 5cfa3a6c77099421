package import Model

/// How a sender of webhooks shows that a request is its own.
///
/// It decides about values alone: it reads no clock and asks nobody.
package protocol WebhookScheme: Sendable {
    /// Checks that a request is the sender's. The secret is not empty; `now` is in milliseconds since the start of 1970.
    ///
    /// - Throws: why the request doesn't count as the sender's.
    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal)

    /// What the sender wants to hear when it asks whether the endpoint is ours; nil for every other request.
    ///
    /// - Throws: when the question is not the sender's.
    func answer(to request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) -> WebhookAnswer?
}

extension WebhookScheme {
    package func answer(
        to request: WebhookRequest,
        secret: Secret,
        now: Int64
    ) throws(WebhookRefusal) -> WebhookAnswer? { nil }

    /// What becomes of a request. The secret is as configured, with its templates filled in; `now` is in milliseconds
    /// since the start of 1970.
    package func verdict(on request: WebhookRequest, secret: Secret, now: Int64) -> WebhookVerdict {
        // A code made with an empty key is one that everyone can make.
        guard !secret.isEmpty else { return .refused(.secretEmpty) }
        do throws(WebhookRefusal) {
            if let answer = try self.answer(to: request, secret: secret, now: now) { return .answered(answer) }
            try self.verify(request, secret: secret, now: now)
            return .verified
        } catch {
            return .refused(error)
        }
    }
}

/// What came of looking at a webhook.
package enum WebhookVerdict: Sendable, Hashable {
    case verified
    case refused(WebhookRefusal)
    /// The sender asked whether the endpoint is ours; the upstream is not to see that.
    case answered(WebhookAnswer)
}

/// What a sender hears that asked whether the endpoint is ours.
package struct WebhookAnswer: Sendable, Hashable {
    package let status: Int
    /// Nil where there is no body.
    package let contentType: String?
    package let body: String

    init(status: Int, contentType: String? = nil, body: String = "") {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// Why a webhook doesn't count as its sender's. Says nothing that would help to forge one.
package enum WebhookRefusal: Error, Sendable, Hashable {
    /// The configured secret came out empty.
    case secretEmpty
    /// The configured secret is not of the form that the sender gives out.
    case secretMalformed
    /// A field of the head, named in small letters, or a part of it.
    case fieldMissing(String)
    case fieldRepeated(String)
    case fieldMalformed(String)
    /// The body has not the form that the sender's bodies have.
    case bodyMalformed
    case timeMalformed
    /// Signed too long ago, or too far ahead.
    case timeOutside(toleranceSeconds: Int64)
    /// The certificate that the request names is none, is not there, or is not of this time.
    case certificateUnusable
    case signatureMalformed
    case signatureWrong

    /// In words, for the result variables and the log.
    package var message: String {
        switch self {
        case .secretEmpty: "the secret is empty"
        case .secretMalformed: "the secret is not of the form that the provider gives out"
        case .fieldMissing(let name): "the request has no \(name), or not the part of it that is needed"
        case .fieldRepeated(let name): "the request says more than one thing in \(name)"
        case .fieldMalformed(let name): "\(name) is not of the form that the provider sends"
        case .bodyMalformed: "the body is not of the form that the provider sends"
        case .timeMalformed: "the time of the signature cannot be read"
        case .timeOutside(let seconds): "the time of the signature is more than \(seconds) seconds from now"
        case .certificateUnusable: "the certificate that the request names cannot be used"
        case .signatureMalformed: "the signature is not of the form that the provider sends"
        case .signatureWrong: "the signature is not the one that the secret makes of this request"
        }
    }

    /// Whether the policy is at fault, and no request could pass.
    package var isOfConfiguration: Bool { self == .secretEmpty || self == .secretMalformed }
}
