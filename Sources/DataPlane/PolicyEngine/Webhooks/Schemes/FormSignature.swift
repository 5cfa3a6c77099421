import Model
import Crypto
import NIOCore

/// A code over the URL and the parameters of a form, name and value after each other, in the order of their names.
///
/// Twilio (twilio-node, `src/webhooks/webhooks.ts`) and Mandrill ("How to Authenticate Webhook Requests") sign so.
struct FormSignature: WebhookScheme {
    let place: FieldPart
    /// The parameter of the URL that holds the body's SHA-256 in hexadecimal digits where the body is no form; nil
    /// where all bodies are forms.
    let bodyHash: String?

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        let text = try self.place.text(in: request.head)
        guard let signature = Base64.bytes(text) else { throw .signatureMalformed }
        let parameters = try self.parameters(of: request)
        let key = Array(secret.reveal().utf8)
        // Whether Twilio signs a default port that the URL doesn't spell out differs from product to product.
        let urls = [request.target.rawURL, request.target.rawURLWithPort]
        let isRight = urls.contains { url in
            MessageDigest.sha1.authenticates(
                [ByteBuffer(string: url), ByteBuffer(string: parameters)],
                key: key,
                candidates: [signature]
            )
        }
        guard isRight else { throw .signatureWrong }
    }

    /// The parameters of the body as they are signed: none where the URL vouches for the body.
    ///
    /// - Throws: when nothing that is signed covers the body.
    private func parameters(of request: WebhookRequest) throws(WebhookRefusal) -> String {
        if let name = self.bodyHash, let hash = try request.query()[name] {
            guard let expected = Hexadecimal.bytes(hash) else { throw .fieldMalformed(name) }
            let isRight = request.body.withUnsafeReadableBytes { SHA256.hash(data: $0) == expected }
            guard isRight else { throw .signatureWrong }
            return ""
        }
        guard request.body.readableBytes > 0 else { return "" }
        return try request.form().concatenated
    }
}

extension RequestTarget {
    /// The URL as received, with its port even where it is the scheme's own.
    var rawURLWithPort: String {
        guard self.port == nil, let port = Self.defaultPort(of: self.scheme) else { return self.rawURL }
        return "\(self.scheme)://\(self.authority):\(port)\(self.rawURI)"
    }
}

extension SignedParameters {
    /// Names and values after each other; what stands there twice counts once.
    fileprivate var concatenated: String {
        var text = ""
        var last: (name: String, value: String)?
        for pair in self.sorted {
            let isRepeated =
                last.map {
                    $0.name.utf8.elementsEqual(pair.name.utf8) && $0.value.utf8.elementsEqual(pair.value.utf8)
                } ?? false
            if !isRepeated { text += pair.name + pair.value }
            last = pair
        }
        return text
    }
}
