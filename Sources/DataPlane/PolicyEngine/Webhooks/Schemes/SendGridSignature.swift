import Crypto
import Model
import NIOCore
import TrafficPolicy

/// SendGrid signs with a key pair; what is configured is the public key
/// (sendgrid-python, `sendgrid/helpers/eventwebhook/__init__.py`).
struct SendGridSignature: WebhookScheme {
    private static let signature = FieldPart("x-twilio-email-event-webhook-signature")
    private static let time = SignedTime(FieldPart("x-twilio-email-event-webhook-timestamp"))

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        let text = try Self.signature.text(in: request.head)
        let time = try Self.time.text(in: request.head, now: now)
        guard let key = SendGridKey.parse(secret.reveal()) else { throw .secretMalformed }
        guard let bytes = Base64.bytes(text), let signature = try? P256.Signing.ECDSASignature(derRepresentation: bytes)
        else { throw .signatureMalformed }
        var hasher = SHA256()
        hasher.update(data: Array(time.utf8))
        request.body.withUnsafeReadableBytes { hasher.update(data: $0) }
        guard key.isValidSignature(signature, for: hasher.finalize()) else { throw .signatureWrong }
    }
}
