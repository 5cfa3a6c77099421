import Foundation
import Model
import NIOCore

/// Linear signs the body, in which the time stands (linear, `packages/sdk/src/webhooks/client.ts`).
struct LinearSignature: WebhookScheme {
    private struct Body: Decodable {
        /// Milliseconds since the start of 1970.
        let webhookTimestamp: Int64
    }

    private static let tolerance: Int64 = 60
    private let signature = SignedContent(signatures: [FieldPart("linear-signature")])

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        // Nothing of the body is read before it is known to be Linear's.
        try self.signature.verify(request, secret: secret, now: now)
        let body: Body = try request.decodeBody()
        try SignedTime.check("\(body.webhookTimestamp)", .milliseconds, tolerance: Self.tolerance, now: now)
    }
}

/// Mailgun signs a time and a token that stand in the body; the rest of the body is not covered ("Securing Webhooks").
struct MailgunSignature: WebhookScheme {
    private struct Body: Decodable {
        let signature: Signature
    }

    /// More than any event of Mailgun's has: a stranger's JSON is read before it is known whose it is.
    private static let maximumBytes = 1 << 20

    private struct Signature: Decodable {
        let timestamp: String
        let token: String
        let signature: String
    }

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        let signature = try self.signature(in: request)
        guard let code = Hexadecimal.bytes(signature.signature) else { throw .signatureMalformed }
        try SignedTime.check(signature.timestamp, .seconds, tolerance: SignedTime.usualTolerance, now: now)
        let signed = ByteBuffer(string: signature.timestamp + signature.token)
        let key = Array(secret.reveal().utf8)
        guard MessageDigest.sha256.authenticates([signed], key: key, candidates: [code]) else { throw .signatureWrong }
    }

    /// From JSON, or from a form, which forwarded messages come in.
    private func signature(in request: WebhookRequest) throws(WebhookRefusal) -> Signature {
        guard request.isForm else {
            guard request.body.readableBytes <= Self.maximumBytes else { throw .bodyMalformed }
            return try (request.decodeBody() as Body).signature
        }
        let form = try request.form()
        guard let timestamp = form["timestamp"], let token = form["token"],
            let signature = form["signature"]
        else { throw .bodyMalformed }
        return Signature(timestamp: timestamp, token: token, signature: signature)
    }
}

extension WebhookRequest {
    /// The body as JSON of which some members are known.
    func decodeBody<Value: Decodable>() throws(WebhookRefusal) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(self.body.readableBytesView))
        } catch {
            // What exactly is wrong with a stranger's JSON helps nobody here.
            throw .bodyMalformed
        }
    }
}
