import Model
import NIOCore

/// A code over parts of the request, made with the shared secret. What differs from one provider to the next is data.
struct SignedContent: WebhookScheme {
    /// A piece of what is signed.
    enum Piece: Sendable, Hashable {
        case text(String)
        case body
        /// The moment of the signature, as the request spells it.
        case time
        case field(FieldPart)
        case method
        /// The URL that the provider called.
        case url
    }

    /// More signatures than any provider sends while it changes its keys.
    static let maximumSignatures = 16

    /// Where signatures stand; one that is right is enough.
    let signatures: [FieldPart]
    var digest = MessageDigest.sha256
    var spelling = ByteSpelling.hexadecimal
    var content: [Piece] = [.body]
    var time: SignedTime?
    var key = KeySpelling.text

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        let candidates = try self.candidates(in: request.head)
        let time = try self.time?.text(in: request.head, now: now) ?? ""
        var pieces: [ByteBuffer] = []
        for piece in self.content {
            pieces.append(try self.bytes(of: piece, in: request, time: time))
        }
        let key = try self.key.key(of: secret)
        guard self.digest.authenticates(pieces, key: key, candidates: candidates) else { throw .signatureWrong }
    }

    /// The signatures that the request carries.
    ///
    /// - Throws: when there is none, or none that can be read.
    private func candidates(in head: ExchangeHead) throws(WebhookRefusal) -> [[UInt8]] {
        let texts = self.signatures.flatMap { $0.texts(in: head) }
        guard !texts.isEmpty else { throw .fieldMissing(self.signatures[0].name) }
        guard texts.count <= Self.maximumSignatures else { throw .fieldRepeated(self.signatures[0].name) }
        let candidates = texts.compactMap(self.spelling.bytes)
        guard !candidates.isEmpty else { throw .signatureMalformed }
        return candidates
    }

    private func bytes(
        of piece: Piece,
        in request: WebhookRequest,
        time: String
    ) throws(WebhookRefusal) -> ByteBuffer {
        switch piece {
        case .text(let text): ByteBuffer(string: text)
        case .body: request.body
        case .time: ByteBuffer(string: time)
        case .field(let part): ByteBuffer(string: try part.text(in: request.head))
        case .method: ByteBuffer(string: request.method)
        case .url: ByteBuffer(string: request.target.rawURL)
        }
    }
}

/// Schemes of one provider of which the request's fields choose: the first whose field is there.
///
/// Only for schemes of the same strength, or where the provider itself sends the weaker one alone.
struct FirstPresent: WebhookScheme {
    let choices: [(field: String, scheme: any WebhookScheme)]

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        let choice = self.choices.first { request.head.contains($0.field) } ?? self.choices[0]
        try choice.scheme.verify(request, secret: secret, now: now)
    }
}

/// A field that carries the secret itself.
struct SharedToken: WebhookScheme {
    let place: FieldPart

    func verify(_ request: WebhookRequest, secret: Secret, now: Int64) throws(WebhookRefusal) {
        let token = Secret(try self.place.text(in: request.head))
        guard secret.equals(token) else { throw .signatureWrong }
    }
}
