package import NIOCore

/// What of a request a webhook's signature is made of, and what carries it.
package struct WebhookRequest: Sendable {
    /// As received: `POST`.
    package let method: String
    /// Where the sender sent it: the public URL, before any rewrite.
    package let target: RequestTarget
    package let head: ExchangeHead
    /// All of the body, byte for byte as received.
    package let body: ByteBuffer

    package init(method: String, target: RequestTarget, head: ExchangeHead, body: ByteBuffer) {
        self.method = method
        self.target = target
        self.head = head
        self.body = body
    }

    var bodyText: String { String(buffer: self.body) }
}

/// A place in the fields of a head: the whole value, or what stands behind a prefix in one of its parts.
///
/// `Stripe-Signature: t=17,v1=ab` has one part behind `t=` and one behind `v1=`, separated by commas.
struct FieldPart: Sendable, Hashable {
    /// The field's name, in small letters.
    let name: String
    let prefix: String
    /// What stands between the parts; nil where the value has one part only.
    let separator: UInt8?

    init(_ name: String, prefix: String = "", separatedBy separator: Unicode.Scalar? = nil) {
        self.name = name
        self.prefix = prefix
        self.separator = separator.map { UInt8(ascii: $0) }
    }

    /// Every text that stands in this place: of all lines of the field, in order.
    func texts(in head: ExchangeHead) -> [String] {
        head.values(self.name).flatMap { value in
            let parts = self.separator.map { value.pieces(separatedBy: $0) } ?? [value[...]]
            return parts.map(\.trimmed).filter { $0.utf8.starts(with: self.prefix.utf8) }
                .map { String(Substring($0.utf8.dropFirst(self.prefix.utf8.count))) }
        }
    }

    /// The text that stands in this place.
    ///
    /// - Throws: when there is none, and when there are several, of which each party may take another.
    func text(in head: ExchangeHead) throws(WebhookRefusal) -> String {
        let texts = self.texts(in: head)
        guard let text = texts.first else { throw .fieldMissing(self.name) }
        guard texts.count == 1 else { throw .fieldRepeated(self.name) }
        return text
    }
}
