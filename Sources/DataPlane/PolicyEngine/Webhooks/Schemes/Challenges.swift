import Foundation
import Model
import NIOCore

// Senders that ask whether the endpoint is ours before they send to it. Where the answer is a code made with the
// secret that also signs, whoever asks could have anything signed; what they may ask for is bounded so that no signed
// answer is a body or a signed text that they could send.

extension String {
    /// Whether it has the look of a random token: 1 to 256 letters, digits and `-._~+/=`. No JSON object looks so, and
    /// nothing with a colon.
    fileprivate var isPlainToken: Bool {
        (1...256).contains(self.utf8.count)
            && self.utf8.allSatisfy { $0.isUnreserved || Array("+/=".utf8).contains($0) }
    }
}

/// X, which was Twitter ("Securing webhooks").
struct TwitterSignature: WebhookScheme {
    private let signature = SignedContent.body(
        base64: FieldPart("x-twitter-webhooks-signature", prefix: "sha256=")
    )

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        try self.signature.verify(request, secret: secret, now: now)
    }

    func answer(
        to request: WebhookRequest,
        secret: Secret,
        now: Int64
    ) throws(WebhookRefusal) -> WebhookAnswer? {
        guard request.method == "GET", let token = try request.query()["crc_token"] else { return nil }
        guard token.isPlainToken else { throw .fieldMalformed("crc_token") }
        let code = MessageDigest.sha256.code(of: [ByteBuffer(string: token)], key: Array(secret.reveal().utf8))
        return .json(#"{"response_token":"sha256=\#(Base64.text(code))"}"#)
    }
}

/// Worldline ("Webhooks"): the question is answered by repeating it.
struct WorldlineSignature: WebhookScheme {
    private static let question = FieldPart("x-gcs-webhooks-endpoint-verification")
    private let signature = SignedContent.body(base64: FieldPart("x-gcs-signature"))

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        guard request.head.contains("x-gcs-keyid") else { throw .fieldMissing("x-gcs-keyid") }
        try self.signature.verify(request, secret: secret, now: now)
    }

    func answer(
        to request: WebhookRequest,
        secret: Secret,
        now: Int64
    ) throws(WebhookRefusal) -> WebhookAnswer? {
        guard request.method == "GET", request.head.contains(Self.question.name) else { return nil }
        let text = try Self.question.text(in: request.head)
        guard text.isPlainToken else { throw .fieldMalformed(Self.question.name) }
        return WebhookAnswer(status: 200, contentType: "text/plain; charset=utf-8", body: text)
    }
}

/// Xero ("Configuring your server"): it sends bodies without events, some of them with a wrong signature, and wants
/// to be told which.
struct XeroSignature: WebhookScheme {
    private struct Body: Decodable {
        struct Event: Decodable {}

        let events: [Event]
    }

    private let signature = SignedContent.body(base64: FieldPart("x-xero-signature"))

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        try self.signature.verify(request, secret: secret, now: now)
    }

    func answer(
        to request: WebhookRequest,
        secret: Secret,
        now: Int64
    ) throws(WebhookRefusal) -> WebhookAnswer? {
        guard request.method == "POST", let body: Body = request.question(), body.events.isEmpty else { return nil }
        do throws(WebhookRefusal) {
            try self.verify(request, secret: secret, now: now)
            return WebhookAnswer(status: 200)
        } catch {
            return WebhookAnswer(status: 401)
        }
    }
}

/// Zoom (webhook-sample, `index.js`): the question is signed as every other request is.
struct ZoomSignature: WebhookScheme {
    private struct Body: Decodable {
        struct Payload: Decodable {
            let plainToken: String
        }

        let event: String
        let payload: Payload
    }

    private let signature = SignedContent.versioned(
        "v0",
        FieldPart("x-zm-signature", prefix: "v0="),
        at: FieldPart("x-zm-request-timestamp"),
        tolerance: 300
    )

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        try self.signature.verify(request, secret: secret, now: now)
    }

    func answer(
        to request: WebhookRequest,
        secret: Secret,
        now: Int64
    ) throws(WebhookRefusal) -> WebhookAnswer? {
        guard let body: Body = request.question(), body.event == "endpoint.url_validation" else { return nil }
        try self.verify(request, secret: secret, now: now)
        let token = body.payload.plainToken
        guard token.isPlainToken else { throw .bodyMalformed }
        let code = MessageDigest.sha256.code(of: [ByteBuffer(string: token)], key: Array(secret.reveal().utf8))
        return .json(#"{"plainToken":"\#(token)","encryptedToken":"\#(Hexadecimal.text(code))"}"#)
    }
}

extension WebhookRequest {
    /// Larger than any question. A stranger's JSON is read here before it is known whose it is.
    private static let maximumQuestion = 4096

    /// The body as a question; nil for a body that is none, whose signature is looked at as any other's.
    fileprivate func question<Body: Decodable>() -> Body? {
        self.body.readableBytes <= Self.maximumQuestion ? try? self.decodeBody() : nil
    }
}

extension WebhookAnswer {
    fileprivate static func json(_ text: String) -> Self {
        Self(status: 200, contentType: "application/json", body: text)
    }
}
