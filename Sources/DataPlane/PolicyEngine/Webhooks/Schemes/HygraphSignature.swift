import Model
import NIOCore

/// Hygraph, which was GraphCMS, signs a JSON text that it makes of the body, the environment's name and the time
/// (`@graphcms/utils`, `verifyWebhookSignature`).
struct HygraphSignature: WebhookScheme {
    private static let field = "gcms-signature"
    private static let signature = FieldPart(Self.field, prefix: "sign=", separatedBy: ",")
    private static let environment = FieldPart(Self.field, prefix: "env=", separatedBy: ",")
    private static let time = SignedTime(FieldPart(Self.field, prefix: "t=", separatedBy: ","), .milliseconds)

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        guard let code = Base64.bytes(try Self.signature.text(in: request.head)) else { throw .signatureMalformed }
        let environment = try Self.environment.text(in: request.head)
        let time = try Self.time.text(in: request.head, now: now)
        // Exactly as JavaScript's JSON.stringify writes it.
        let text =
            #"{"Body":"# + JavaScriptJSON.string(request.bodyText) + #","EnvironmentName":"#
            + JavaScriptJSON.string(environment) + #","TimeStamp":\#(time)}"#
        let key = Array(secret.reveal().utf8)
        guard MessageDigest.sha256.authenticates([ByteBuffer(string: text)], key: key, candidates: [code]) else {
            throw .signatureWrong
        }
    }
}

/// How JavaScript writes a string as JSON (ECMA-262, QuoteJSONString): no escape that isn't needed.
enum JavaScriptJSON {
    static func string(_ text: String) -> String {
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        quoted.reserveCapacity(text.utf8.count + 2)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += [UInt8(ascii: "\\"), byte]
            case 0x08: quoted += "\\b".utf8
            case 0x09: quoted += "\\t".utf8
            case 0x0A: quoted += "\\n".utf8
            case 0x0C: quoted += "\\f".utf8
            case 0x0D: quoted += "\\r".utf8
            case 0..<0x20: quoted += "\\u00\(Hexadecimal.text([byte]))".utf8
            default: quoted.append(byte)
            }
        }
        quoted.append(UInt8(ascii: "\""))
        return String(decoding: quoted, as: UTF8.self)
    }
}
