package import Expression
package import NIOCore
package import TrafficPolicy

/// What an exchange needs of the connection that it belongs to. Whoever moves the bytes implements it; all calls are on
/// the exchange's event loop, both ways.
package protocol ExchangeHost: AnyObject {
    var eventLoop: any EventLoop { get }
    /// The time of day. May be as old as the loop's last tick.
    var now: Timestamp { get }
    /// The time by a clock that never goes back.
    var uptime: NIODeadline { get }
    /// Bytes from and to the visitor on this connection so far.
    var bytesIn: Int { get }
    var bytesOut: Int { get }

    /// Collects the whole body of the request, or of the response, which then still goes on, unless the exchange
    /// replaces it (``RequestState/replacementBody``). A body that is collected already is given again, and one of which an
    /// action before wanted less is collected further.
    ///
    /// The future fails when the body breaks off. It is always one of this event loop.
    func collectRequestBody(upTo limit: Int) -> EventLoopFuture<CollectedBody>
    func collectResponseBody(upTo limit: Int) -> EventLoopFuture<CollectedBody>

    /// Answers the handshake of the connection. When the future is done, ``Exchange/connection`` knows what came of it and
    /// ``Exchange/handshakeEnded(warnings:)`` has been called. It fails where the handshake does, and the connection with
    /// it. It is always one of this event loop.
    func answerHandshake(_ settings: TLSTermination, for exchange: Exchange) -> EventLoopFuture<Void>

    /// A phase that had to wait is over. Called where ``Exchange/run(_:)`` returned nil, and only then.
    func exchange(_ exchange: Exchange, ended phase: PolicyPhase, with outcome: PhaseOutcome)
}

extension ExchangeHost {
    /// Of those who have no handshake to answer.
    package func answerHandshake(_ settings: TLSTermination, for exchange: Exchange) -> EventLoopFuture<Void> {
        self.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }
}

/// A body that an action asked to see whole.
package enum CollectedBody: Sendable {
    case complete(ByteBuffer)
    /// It is larger than the action's limit. What came of it, more than the limit, still goes on.
    case tooLarge(ByteBuffer)
}
