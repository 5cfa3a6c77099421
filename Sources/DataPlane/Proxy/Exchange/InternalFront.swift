import NIOCore

/// The visitor's side of an exchange that another one has forwarded: all that it does is told to the link between the two.
///
/// Chunked bodies pass as their content: policies on the way may have changed them.
final class InternalFront: ExchangeFront {
    private let link: InternalLink
    let isHTTP2: Bool
    var passesChunks: Bool { false }

    init(_ link: InternalLink, isHTTP2: Bool) {
        self.link = link
        self.isHTTP2 = isHTTP2
    }

    // MARK: The request

    func exchangeWaits() { self.link.wait() }
    func exchangeGoesOn() { self.link.goOn() }
    func takeFirstBody(_ form: BodyForm) -> FirstBody { self.link.takeFirstBody() }
    func requestIsSent() { self.link.requestIsSent() }
    func requestWritabilityChanged(_ isWritable: Bool) { self.link.outer?.requestWritabilityChanged(isWritable) }
    func requestIsUnwanted() { self.link.breakOff() }

    // MARK: The response

    func writeInterim(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer) {
        self.link.outer?.responseInterim(head, in: bytes)
    }

    func writeHead(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer, body: ByteBuffer?, isComplete: Bool) {
        self.link.receiveHead(head, in: bytes, body: body, isComplete: isComplete)
    }

    func writeBody(_ bytes: ByteBuffer) { self.link.outer?.responseBody(bytes) }
    func writeEnd(trailers: ByteBuffer?) { self.link.receiveEnd(trailers: trailers) }
    func writeAnswer(_ answer: LocalAnswer) { self.link.receive(answer) }
    func writeRefusal(_ refusal: ExchangeRefusal) { self.link.receive(refusal) }
    func flush() { self.link.outer?.responseFlush() }
    func answerBroke() { self.link.breakOff() }
    func dropConnection() { self.link.outer?.drop() }
}
