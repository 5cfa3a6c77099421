package import NIOCore

/// Watches the exchanges that pass by on a byte pipe: the first line of each, and, where it is asked to, the messages
/// themselves.
///
/// It never alters or holds back a byte; where it loses the thread it sees fewer exchanges. What it keeps is bounded
/// for each message, and for all taps together by the budget.
package struct ExchangeTap {
    package enum Version: Sendable {
        case http1, http2
    }

    package enum Event: Sendable, Equatable {
        /// A response has begun.
        case answered(ObservedExchange)
        /// A response is complete, or the connection is over.
        case finished(TappedExchange)
    }

    package static let maxTargetBytes = 256

    // One of the two: in place, for an enum's payload would be copied with all that is kept at each piece.
    private var http1: HTTP1Tap?
    private var http2: HTTP2Tap?

    /// - Parameters:
    ///   - version: what is spoken.
    ///   - limit: bytes of each message that are kept; 0 for the first lines alone.
    ///   - budget: what all taps together may keep of messages that are under way.
    package init(_ version: Version = .http1, limit: Int = 0, budget: CaptureBudget? = nil) {
        switch version {
        case .http1: self.http1 = HTTP1Tap(limit: limit, budget: budget)
        case .http2: self.http2 = HTTP2Tap(limit: limit, budget: budget)
        }
    }

    /// Bytes on their way to the upstream.
    package mutating func sawRequest(_ bytes: ByteBuffer, at now: NIODeadline) -> [Event] {
        self.http1?.sawRequest(bytes, at: now) ?? self.http2?.sawRequest(bytes, at: now) ?? []
    }

    /// Bytes on their way to the visitor.
    package mutating func sawResponse(_ bytes: ByteBuffer, at now: NIODeadline) -> [Event] {
        self.http1?.sawResponse(bytes, at: now) ?? self.http2?.sawResponse(bytes, at: now) ?? []
    }

    /// The connection is over: what is under way ends here. Called once more it does nothing.
    package mutating func ended(at now: NIODeadline) -> [Event] {
        self.http1?.ended(at: now) ?? self.http2?.ended(at: now) ?? []
    }
}
