package import NIOCore

/// What judges the exchanges of one endpoint on one event loop. An endpoint without a policy has none, and pays nothing.
///
/// Both calls come on the loop, with `exchange` as the way to edit heads; the views are valid during the call only.
package protocol ExchangePolicy: AnyObject {
    /// The endpoint is chosen, and nothing has gone upstream.
    func judge(request: HeadView, of exchange: Exchange) -> RequestVerdict
    /// The head of the upstream's answer has come, and nothing has gone to the visitor.
    func judge(response: HeadView, of exchange: Exchange) -> ResponseVerdict
}

/// What becomes of a request.
package enum RequestVerdict {
    /// It goes to the endpoint's upstream, with the edits made so far.
    case forward
    case answer(LocalAnswer)
    /// The body is collected up to so many bytes, then `whenCollected` decides. What comes beyond is not read before.
    case collectBody(upTo: Int, whenCollected: (CollectedBody) -> RequestVerdict)
    /// Decided when the future is done, which is on the exchange's loop. A failed one is answered with 500.
    case later(EventLoopFuture<RequestVerdict>)
}

/// The beginning of a request's body.
package struct CollectedBody {
    /// As content, without chunks.
    package let bytes: ByteBuffer
    /// Whether that is all of it.
    package let isWhole: Bool
}

/// What becomes of a response.
package enum ResponseVerdict {
    /// It goes to the visitor, with the edits and filters made so far.
    case pass
    /// The visitor gets this in its place.
    case replace(LocalAnswer)
}

/// Changes a response's body on its way; its length is then no longer told.
package protocol BodyFilter: AnyObject {
    /// What goes out for the next bytes of content; nil for nothing yet.
    func filter(_ bytes: ByteBuffer) -> ByteBuffer?
    /// What goes out behind the last of them.
    func end() -> ByteBuffer?
}
