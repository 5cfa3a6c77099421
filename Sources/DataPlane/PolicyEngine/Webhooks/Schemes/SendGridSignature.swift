import Crypto
import Foundation
import Model
import NIOCore

/// SendGrid signs with a key pair; what is configured is the public key
/// (sendgrid-python, `sendgrid/helpers/eventwebhook/__init__.py`).
struct SendGridSignature: WebhookScheme {
    private static let signature = FieldPart("x-twilio-email-event-webhook-signature")
    private static let time = SignedTime(FieldPart("x-twilio-email-event-webhook-timestamp"))

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        let text = try Self.signature.text(in: request.head)
        let time = try Self.time.text(in: request.head, now: now)
        let key = try Self.key(of: secret)
        guard let bytes = Base64.bytes(text), let signature = try? P256.Signing.ECDSASignature(derRepresentation: bytes)
        else { throw .signatureMalformed }
        var hasher = SHA256()
        hasher.update(data: Array(time.utf8))
        request.body.withUnsafeReadableBytes { hasher.update(data: $0) }
        guard key.isValidSignature(signature, for: hasher.finalize()) else { throw .signatureWrong }
    }

    /// As base64 of a `SubjectPublicKeyInfo`, which is how SendGrid shows it, or as PEM, however its lines are broken.
    private static func key(of secret: Secret) throws(WebhookRefusal) -> P256.Signing.PublicKey {
        let lines = secret.reveal().split(whereSeparator: \.isWhitespace)
        let digits =
            secret.reveal().hasPrefix("-----BEGIN PUBLIC KEY-----")
            ? lines.dropFirst(3).dropLast(3).joined() : lines.joined()
        // Why a key is none says nothing more than that it is none.
        guard let der = Base64.bytes(digits), let key = try? P256.Signing.PublicKey(derRepresentation: der) else {
            throw .secretMalformed
        }
        return key
    }
}
