import NIOCore
import TrafficPolicy

/// Which body of an exchange an action replaces.
enum BodySide: Sendable {
    case request, response

    private static let requestResults = ResultSlot(
        .requestBodyFindReplace,
        "request_body_find_replace.replacements"
    )
    private static let responseResults = ResultSlot(
        .responseBodyFindReplace,
        "response_body_find_replace.replacements"
    )

    var type: ActionType { self == .request ? .requestBodyFindReplace : .responseBodyFindReplace }
    var results: ResultSlot { self == .request ? Self.requestResults : Self.responseResults }
    var name: String { self == .request ? "request" : "answer" }
    /// The visitor's fault, or the upstream's.
    var statusOfTooLarge: Int { self == .request ? 413 : 502 }
}

extension BodySide {
    /// Whether there is a body that ends: not for event streams, upgrades, and messages that have none.
    func isReplaceable(_ exchange: Exchange) -> Bool {
        switch self {
        case .request: !exchange.request.head.contains("sec-websocket-key")
        case .response: exchange.responseHasBody && !exchange.response.head.isEventStream
        }
    }

    /// What an action before made of the body.
    func replacementBody(_ exchange: Exchange) -> ByteBuffer? {
        switch self {
        case .request: exchange.request.replacementBody
        case .response: exchange.response.replacementBody
        }
    }

    /// The values of `Content-Encoding` that came with the body, whatever actions have made of the head since.
    func receivedCodings(_ exchange: Exchange) -> [String] {
        let head = self == .request ? exchange.request.head : exchange.response.head
        return ExchangeHead(head.received).values("content-encoding")
    }

    /// The whole body; nil where the exchange was given up.
    func collect(_ exchange: Exchange, _ limit: Int) -> EventLoopFuture<CollectedBody>? {
        switch self {
        case .request: exchange.host?.collectRequestBody(upTo: limit)
        case .response: exchange.host?.collectResponseBody(upTo: limit)
        }
    }

    /// Puts plain text in the place of the body, and takes from the head what held for the bytes before.
    func replaceBody(of exchange: Exchange, with body: ByteBuffer) {
        let isFirst = self.replacementBody(exchange) == nil
        switch self {
        case .request:
            exchange.request.replacementBody = body
            exchange.request.head.forgetBody(isFirst: isFirst)
        case .response:
            exchange.response.replacementBody = body
            exchange.response.contentLength = body.readableBytes
            exchange.response.head.forgetBody(isFirst: isFirst)
        }
    }
}

extension ExchangeHead {
    /// Removes what can't hold for a body that was changed. A coding is removed with the first change only: what is there
    /// later is that of an action that encodes the body when it is sent.
    fileprivate mutating func forgetBody(isFirst: Bool) {
        for name in ["content-md5", "content-digest", "repr-digest", "digest", "accept-ranges"] { self.remove(name) }
        if let tag = self.first("etag"), tag.utf8.first == UInt8(ascii: "\"") { self.remove("etag") }
        if isFirst, !ExchangeHead(self.received).values("content-encoding").isEmpty { self.remove("content-encoding") }
    }

    /// Whether the body is a stream of server-sent events.
    var isEventStream: Bool {
        let type = self.first("content-type")?.utf8.prefix { $0 != UInt8(ascii: ";") }
        return type.map { Substring($0).trimmed.equalsIgnoringCase("text/event-stream") } ?? false
    }
}
