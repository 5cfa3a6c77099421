import NIOCore

/// The visitor's side of an exchange: an HTTP/1.1 connection, or one stream of an HTTP/2 connection. Called on the
/// event loop.
///
/// Heads have one form for all versions of HTTP, that of HTTP/1.1: what came over HTTP/2 is written so first, and read
/// by the same strict scanner. `head` and `bytes` are valid during a call only.
protocol ExchangeFront: AnyObject {
    /// Whether the front passes chunked bodies on as they came. Where it doesn't, it gives and gets their content.
    var passesChunks: Bool { get }
    var isHTTP2: Bool { get }

    // MARK: The request

    /// The request waits, for an agent to come back or for a policy: nothing of its body is taken for now.
    func exchangeWaits()
    func exchangeGoesOn()
    /// What is here of the body, when the request is about to go out. Asked once for each request that has a body; the
    /// front hands on the rest by itself, after `requestIsSent`.
    func takeFirstBody(_ form: BodyForm) -> FirstBody
    func requestIsSent()
    /// Whether more of the request's body is taken.
    func requestWritabilityChanged(_ isWritable: Bool)
    /// The answer is complete, and the upstream takes no more of the request.
    func requestIsUnwanted()

    // MARK: The response

    /// An interim answer (1xx but 101).
    func writeInterim(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer)
    /// The head of the final answer; `body` is the first of its body, where it came together, and all of it when
    /// `isComplete`.
    func writeHead(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer, body: ByteBuffer?, isComplete: Bool)
    /// More of the body, in the form of the exchange. After an upgrade: bytes of the pipe.
    func writeBody(_ bytes: ByteBuffer)
    /// The answer is complete; `trailers` are its trailer section, where bodies come as content. After an upgrade: the
    /// upstream sends no more.
    func writeEnd(trailers: ByteBuffer?)
    /// The connection takes no further requests behind this one.
    func closeBehindAnswer()
    /// The edge's own answer in the upstream's place: whole, and the last call of the exchange.
    func writeAnswer(_ answer: LocalAnswer)
    /// The exchange ends with a failure in the place of an answer. The last call, too.
    func writeRefusal(_ refusal: ExchangeRefusal)
    /// A batch is over: what was written may go out.
    func flush()
    /// The answer broke off after it had begun; the visitor must see that it is not whole. The last call.
    func answerBroke()
    /// The visitor's whole connection ends at once, without an answer. The last call.
    func dropConnection()
}

extension ExchangeFront {
    /// What has no connection has nothing to close.
    func closeBehindAnswer() {}

    /// A visitor is told with a page or a text.
    func writeRefusal(_ refusal: ExchangeRefusal) { self.writeAnswer(refusal.answer) }
}

/// In which form the body of a message is passed on.
typealias BodyForm = ChunkWalker.Form

/// The beginning of a request's body.
enum FirstBody {
    case none
    case some(ByteBuffer)
    /// It can be no right body: nothing of the request goes out.
    case invalid(HTTP1Error)
}
