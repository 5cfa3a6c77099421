import Model
import NIOCore

/// Airship signs the time and the JSON text, which may be compressed on its way ("Implementing a Signature Hash and
/// Validating an Open Channel Webhook").
struct AirshipSignature: WebhookScheme {
    /// More than a delivery has. A stranger's body is decompressed before it is known whose it is.
    private static let maximumBytes = 1 << 20

    private let signature = SignedContent(
        signatures: [FieldPart("x-ua-signature")],
        content: [.time, .text(":"), .body],
        time: SignedTime(FieldPart("x-ua-timestamp"))
    )

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        let codings = BodyCodings(request.head.values("content-encoding"))
        guard let names = codings.codings, !names.isEmpty else {
            try self.signature.verify(request, secret: secret, now: now)
            return
        }
        // Why a body can't be decompressed is of no use to who sent it.
        guard let body = try? codings.decode(request.body, limit: Self.maximumBytes) else { throw .bodyMalformed }
        let decoded = WebhookRequest(method: request.method, target: request.target, head: request.head, body: body)
        try self.signature.verify(decoded, secret: secret, now: now)
    }
}
