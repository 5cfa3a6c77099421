import Model
import NIOCore

/// Plivo's third version: a code over the URL with its query sorted, the parameters of the form, and a nonce
/// (plivo-python, `plivo/utils/signature_v3.py`).
struct PlivoSignature: WebhookScheme {
    private static let place = FieldPart("x-plivo-signature-v3", separatedBy: ",")
    private static let nonce = FieldPart("x-plivo-signature-v3-nonce")

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        let texts = Self.place.texts(in: request.head)
        guard !texts.isEmpty else { throw .fieldMissing(Self.place.name) }
        guard texts.count <= SignedContent.maximumSignatures else { throw .fieldRepeated(Self.place.name) }
        let candidates = texts.compactMap(Base64.bytes)
        guard !candidates.isEmpty else { throw .signatureMalformed }
        let signed = try Self.url(of: request) + "." + Self.nonce.text(in: request.head)
        let key = Array(secret.reveal().utf8)
        guard MessageDigest.sha256.authenticates([ByteBuffer(string: signed)], key: key, candidates: candidates) else {
            throw .signatureWrong
        }
    }

    /// The URL as it is signed, with the parameters of the body behind it.
    ///
    /// - Throws: when the body is no form: then nothing that is signed covers it.
    private static func url(of request: WebhookRequest) throws(WebhookRefusal) -> String {
        let query = try request.query().sorted.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        let form = request.body.readableBytes > 0 ? try request.form().sorted.map { $0.name + $0.value }.joined() : ""
        var url = request.target.rawURLWithoutQuery
        if !query.isEmpty || !form.isEmpty { url += "?" + query }
        if !query.isEmpty, !form.isEmpty { url += "." }
        return url + form
    }
}

/// Plivo's second version: a code over the URL without its query, and a nonce. The body is not covered; for messages
/// Plivo knows nothing better (plivo-python, `plivo/utils/__init__.py`).
struct PlivoURLSignature: WebhookScheme {
    private static let places = [FieldPart("x-plivo-signature-v2"), FieldPart("x-plivo-signature-ma-v2")]
    private static let nonce = FieldPart("x-plivo-signature-v2-nonce")

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        let texts = Self.places.flatMap { $0.texts(in: request.head) }
        guard !texts.isEmpty else { throw .fieldMissing(Self.places[0].name) }
        guard texts.count <= SignedContent.maximumSignatures else { throw .fieldRepeated(Self.places[0].name) }
        let candidates = texts.compactMap(Base64.bytes)
        guard !candidates.isEmpty else { throw .signatureMalformed }
        let signed = try request.target.rawURLWithoutQuery + Self.nonce.text(in: request.head)
        let key = Array(secret.reveal().utf8)
        guard MessageDigest.sha256.authenticates([ByteBuffer(string: signed)], key: key, candidates: candidates) else {
            throw .signatureWrong
        }
    }
}

extension RequestTarget {
    var rawURLWithoutQuery: String {
        var target = self
        target.query = nil
        return target.rawURL
    }
}
