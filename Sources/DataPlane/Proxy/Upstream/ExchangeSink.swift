import NIOCore

/// The visitor's side of one exchange, as the upstream's side sees it: an HTTP/1.1 connection, or one stream of an
/// HTTP/2 connection. Called on the event loop.
protocol ExchangeSink: AnyObject {
    /// An interim answer (1xx but 101) for the visitor.
    func responseInterim(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer)

    /// The head of the final answer. `head` and `bytes` are valid during the call only.
    ///
    /// - Parameters:
    ///   - head: what the answer says of itself.
    ///   - bytes: those that `head` was read from.
    ///   - body: the first bytes of the body, where they came with the head; a slice.
    ///   - isComplete: whether `body` is all of it.
    func responseHead(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer, body: ByteBuffer?, isComplete: Bool)

    /// More of the body, as it came; a slice. After an upgrade: bytes of the pipe.
    func responseBody(_ bytes: ByteBuffer)

    /// The answer is complete. After an upgrade: the upstream sends no more.
    func responseEnded()

    /// A batch is over: what was written may go out.
    func responseFlush()

    /// Whether the upstream takes more of the request's body.
    func requestWritabilityChanged(_ isWritable: Bool)

    /// The exchange ended without a complete answer. The last call.
    func exchangeFailed(_ failure: ExchangeFailure)
}

/// Why an exchange has no complete answer.
enum ExchangeFailure: Sendable, Equatable {
    /// Nothing of the request has reached an upstream: it may be tried once more elsewhere.
    case notSent(TransportEnd)
    /// A kept connection was closed under the request before a byte of an answer: it may be repeated if its method
    /// allows that.
    case keptConnectionClosed
    /// The upstream ended without an answer.
    case noAnswer(TransportEnd)
    /// What came is no HTTP, or not HTTP that can be passed on safely.
    case malformedAnswer
    /// The answer broke off after it had begun.
    case brokenOff
}
