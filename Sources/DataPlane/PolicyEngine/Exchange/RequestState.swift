package import Expression
package import NIOCore

/// A request while policies run on it: what was received, and what actions have changed.
package struct RequestState {
    package let method: String
    /// `HTTP/1.1` or `HTTP/2.0`.
    package let version: String
    /// The head as it will be sent on. The request's `Host` (or `:authority`) stands in it as `host`; framing doesn't.
    package var head: ExchangeHead
    /// The URL as later rules and the upstream see it.
    package var target: RequestTarget {
        didSet { self.targetGeneration += 1 }
    }
    /// The URL that the visitor asked for.
    package let receivedTarget: RequestTarget
    /// Where path and query stand in the head's bytes; nil where they don't.
    package var targetRange: Range<Int>?
    /// What the visitor says that the body's length is; nil where it says none.
    package let contentLength: Int?
    package let headerReceived: Timestamp
    /// Nil until the body is complete.
    package var bodyReceived: Timestamp?
    /// Empty until the body was read.
    package var trailers = HeadSnapshot.empty
    /// What goes upstream in place of the received body; nil to leave that.
    package var replacementBody: ByteBuffer?
    /// Grows with each change of the URL, so that what was made of it is known to be stale.
    private(set) var targetGeneration = 0

    package init(
        method: String,
        version: String,
        head: ExchangeHead,
        target: RequestTarget,
        contentLength: Int?,
        headerReceived: Timestamp
    ) {
        self.method = method
        self.version = version
        self.head = head
        self.target = target
        self.receivedTarget = target
        self.contentLength = contentLength
        self.headerReceived = headerReceived
    }

    /// Whether the URL is another than the visitor's.
    package var isRewritten: Bool { self.targetGeneration > 0 && self.target != self.receivedTarget }
}

extension RequestState {
    /// What a connection without HTTP has in the place of a request. No expression and no action of its phase asks for it.
    static let none = RequestState(
        method: "",
        version: "",
        head: ExchangeHead(.empty),
        target: RequestTarget(scheme: "", host: "", rawPath: ""),
        contentLength: nil,
        headerReceived: .epoch
    )
}
