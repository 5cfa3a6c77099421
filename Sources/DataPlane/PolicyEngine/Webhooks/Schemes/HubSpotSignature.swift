import Crypto
import Model
import NIOCore

/// HubSpot's third version: a code over method, URL, body and time
/// (hubspot-api-python, `hubspot/utils/signature.py`).
struct HubSpotSignature: WebhookScheme {
    private static let signature = FieldPart("x-hubspot-signature-v3")
    private static let time = SignedTime(FieldPart("x-hubspot-request-timestamp"), .milliseconds, tolerance: 300)

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        guard let code = Base64.bytes(try Self.signature.text(in: request.head)) else { throw .signatureMalformed }
        let time = try Self.time.text(in: request.head, now: now)
        let key = Array(secret.reveal().utf8)
        // The documentation wants some escapes of the URL decoded, the libraries want none: both are covered by the
        // secret.
        let urls = [request.target.rawURL, Self.decoded(request.target.rawURL)]
        let isRight = urls.contains { url in
            let pieces = [ByteBuffer(string: request.method + url), request.body, ByteBuffer(string: time)]
            return MessageDigest.sha256.authenticates(pieces, key: key, candidates: [code])
        }
        guard isRight else { throw .signatureWrong }
    }

    /// Without the escapes of `:/?@!$'()*,;`.
    private static func decoded(_ url: String) -> String {
        let decodable = Set(":/?@!$'()*,;".utf8)
        var bytes: [UInt8] = []
        var rest = Substring(url).utf8
        while let byte = rest.popFirst() {
            if byte == .percent, let second = rest.dropFirst().first, let first = rest.first,
                let decoded = UInt8(hex: first, second), decodable.contains(decoded)
            {
                bytes.append(decoded)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// HubSpot's first and second version: a hash that begins with the secret, of the body, or of method, URL and body
/// (hubspot-api-python, `hubspot/utils/signature.py`).
struct HubSpotHash: WebhookScheme {
    private static let signature = FieldPart("x-hubspot-signature")
    private static let version = FieldPart("x-hubspot-signature-version")

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        guard let hash = Hexadecimal.bytes(try Self.signature.text(in: request.head)) else {
            throw .signatureMalformed
        }
        let start: String
        switch try Self.version.text(in: request.head) {
        case "v1": start = ""
        case "v2": start = request.method + request.target.rawURL
        default: throw .fieldMalformed(Self.version.name)
        }
        var hasher = SHA256()
        hasher.update(data: Array((secret.reveal() + start).utf8))
        request.body.withUnsafeReadableBytes { hasher.update(data: $0) }
        // The == of a digest compares in constant time.
        guard hasher.finalize() == hash else { throw .signatureWrong }
    }
}
