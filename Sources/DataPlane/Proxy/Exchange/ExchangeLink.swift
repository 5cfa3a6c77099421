import EdgeLink
import NIOCore

/// The upstream's side of one exchange: an HTTP/1.1 connection, a stream of an HTTP/2 connection, or the exchange with an
/// internal endpoint.
///
/// It tells the exchange what comes, until `Exchange.linkEnded`, `Exchange.linkFailed` or `abandon`.
protocol ExchangeLink: AnyObject {
    /// The endpoint whose upstream it leads to; nil where another exchange chooses that.
    var endpoint: RoutedEndpoint? { get }
    /// Whether chunked bodies are taken and given as they are. Where not, it is their content.
    var passesChunks: Bool { get }
    var isWritable: Bool { get }

    /// Begins the exchange with the head that stands in the loop's `requestScratch`, and the beginning of the body.
    func begin(_ request: LinkRequest, body: ByteBuffer?, for exchange: Exchange)
    /// More of the request's body; after an upgrade, bytes of the pipe.
    func sendBody(_ bytes: ByteBuffer)
    /// The request is complete; `trailers` is its trailer section, where its body goes as content.
    func endRequest(trailers: ByteBuffer?)
    func flush()
    /// Back pressure from the visitor.
    func setReading(_ isReading: Bool)
    /// The visitor is gone, or the exchange was given up. The exchange hears nothing more.
    func abandon()
}

/// What a link must know of a request besides its head.
struct LinkRequest {
    var isHEAD: Bool
    var mayUpgrade: Bool
    var hasBody: Bool
    /// Whether the body is chunked, and comes as content: whoever speaks HTTP/1.1 makes chunks of it.
    var makesChunks: Bool
    /// The form in which the response's body is wanted.
    var responseForm: BodyForm
}

/// Why an exchange has no complete answer.
enum ExchangeFailure: Sendable, Equatable {
    /// Nothing of the request has reached an upstream: it may be tried once more elsewhere.
    case notSent(TransportEnd)
    /// A kept connection was closed under the request before a byte of an answer: it may be repeated if its method
    /// allows that.
    case keptConnectionClosed
    /// An agent answered in the place of the service, which it could not reach.
    case agentRefusal
    /// The upstream ended without an answer.
    case noAnswer(TransportEnd)
    /// What came is no HTTP, or not HTTP that can be passed on safely.
    case malformedAnswer
    /// The answer broke off after it had begun.
    case brokenOff
}
