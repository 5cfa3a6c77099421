package import NIOCore

/// A response while policies run on it: what was received, and what actions have changed.
package struct ResponseState {
    package var status: Int
    /// The head as it will be sent on; framing isn't in it.
    package var head: ExchangeHead
    /// What the upstream says that the body's length is; nil where it says none.
    package var contentLength: Int?
    /// Empty until the body was read.
    package var trailers = HeadSnapshot.empty
    /// What goes to the visitor in place of the received body; nil to leave that.
    package var replacementBody: ByteBuffer?

    package init(status: Int, head: ExchangeHead, contentLength: Int?) {
        self.status = status
        self.head = head
        self.contentLength = contentLength
    }
}

extension ResponseState {
    /// What stands for the response until there is one. No expression and no action asks for it before.
    static let none = ResponseState(status: 0, head: ExchangeHead(.empty), contentLength: nil)
}
