import Model
import NIOCore

/// Contentful signs the method, the path, the fields that it names, and the body
/// (node-apps-toolkit, `src/requests/sign-request.ts`).
struct ContentfulSignature: WebhookScheme {
    private static let signature = FieldPart("x-contentful-signature")
    private static let signedFields = FieldPart("x-contentful-signed-headers")
    private static let time = SignedTime(FieldPart("x-contentful-timestamp"), .milliseconds, tolerance: 30)
    /// More than any request of Contentful's has.
    private static let maximumFields = 64

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        guard let code = Hexadecimal.bytes(try Self.signature.text(in: request.head)) else {
            throw .signatureMalformed
        }
        _ = try Self.time.text(in: request.head, now: now)
        let fields = try Self.fields(of: request.head)
        let head = "\(request.method)\n\(Self.path(of: request.target))\n\(fields)\n"
        let key = Array(secret.reveal().utf8)
        let pieces = [ByteBuffer(string: head), request.body]
        guard MessageDigest.sha256.authenticates(pieces, key: key, candidates: [code]) else { throw .signatureWrong }
    }

    /// The signed fields, `name:value` each, in the order of their names.
    ///
    /// - Throws: when the time isn't among them: then anyone could send the request again.
    private static func fields(of head: ExchangeHead) throws(WebhookRefusal) -> String {
        let list = try self.signedFields.text(in: head)
        let names = Set(list.pieces(separatedBy: UInt8(ascii: ",")).map { $0.trimmed.lowercasedASCII })
        guard names.count <= self.maximumFields, names.contains(self.time.place.name),
            names.contains(self.signedFields.name)
        else { throw .fieldMalformed(self.signedFields.name) }
        var lines: [String] = []
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            guard let value = head.first(name) else { throw .fieldMissing(name) }
            lines.append("\(name):\(value)")
        }
        return lines.joined(separator: ";")
    }

    /// The path as JavaScript's `encodeURI` writes it, and the query, escaped twice as the toolkit does.
    private static func path(of target: RequestTarget) -> String {
        let path = target.rawPath.isEmpty ? "/" : target.rawPath
        guard let query = target.query, !query.isEmpty else { return JavaScriptURI.encode(path) }
        return JavaScriptURI.encode("\(path)?\(JavaScriptURI.encodeComponent(query))")
    }
}

/// The escaping functions of ECMA-262 §19.2.6.
enum JavaScriptURI {
    private static let marks = Set("-_.!~*'()".utf8)
    private static let reserved = Set(";/?:@&=+$,#".utf8)

    /// Leaves what may stand in a URL as it is.
    static func encode(_ text: String) -> String { self.escape(text, except: self.marks.union(self.reserved)) }

    /// Leaves only what never has a meaning in a URL as it is.
    static func encodeComponent(_ text: String) -> String { self.escape(text, except: self.marks) }

    private static func escape(_ text: String, except kept: Set<UInt8>) -> String {
        var escaped: [UInt8] = []
        for byte in text.utf8 {
            if kept.contains(byte) || byte.isUnreserved {
                escaped.append(byte)
            } else {
                let digits = Hexadecimal.text([byte]).utf8.map(\.uppercasedHex)
                escaped += [.percent] + digits
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
