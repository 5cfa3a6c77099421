package import Model

/// Why bytes are no right HTTP/1.1 message. Each has the code that a visitor is answered with; from an upstream,
/// all of them mean `upstreamFailure`. After any of them the connection closes: the bytes that follow have no known meaning.
package enum HTTP1Error: Error, Hashable, Sendable, CaseIterable {
    // The first line.
    case requestLine
    case method
    case version
    case target
    case targetTooLong
    case statusLine
    // Field lines.
    case lineEnd
    case fieldLine
    case fieldTooLong
    case headTooLong
    case tooManyFields
    // What the fields mean.
    case host
    case contentLength
    case transferEncoding
    case transferCoding
    case connection
    case upgrade
    case webSocketVersion
    // Bodies.
    case chunk
    case chunkExtension
    case chunkExtensionsTooLong
    case trailer
    case trailersTooLong
}

extension HTTP1Error: CodedError {
    package var code: ErrorCode {
        switch self {
        case .method, .transferCoding: .methodNotImplemented
        case .version: .versionNotSupported
        case .targetTooLong: .targetTooLong
        case .webSocketVersion: .webSocketVersionNotSupported
        case .fieldTooLong, .headTooLong, .tooManyFields, .trailersTooLong: .headTooLarge
        default: .requestMalformed
        }
    }

    /// The status for the visitor whose request it is.
    package var status: Int { self.code.httpStatus }

    /// The failure that an upstream's message of this kind is to a visitor.
    package var upstreamFailure: Failure {
        Failure(
            .upstreamInvalidResponse,
            ErrorCode.upstreamInvalidResponse.meaning,
            detail: self.description,
            cause: self
        )
    }

    /// What is wrong, for the one who sent it.
    package var description: String {
        switch self {
        case .requestLine: "The request line is not \"method target HTTP/1.1\"."
        case .method: "The request method is not served here."
        case .version: "The HTTP version is not served here."
        case .target: "The request target is malformed."
        case .targetTooLong: "The request target is too long."
        case .statusLine: "The status line is not \"HTTP/1.1 status reason\"."
        case .lineEnd: "A line holds a control character or does not end with CR LF."
        case .fieldLine: "A header field is malformed."
        case .fieldTooLong: "A header field is too long."
        case .headTooLong: "The header fields are too long together."
        case .tooManyFields: "There are too many header fields."
        case .host: "The Host header field is missing, repeated or malformed."
        case .contentLength: "The Content-Length header field is repeated or not a number."
        case .transferEncoding: "Transfer-Encoding is malformed or contradicts the rest of the message."
        case .transferCoding: "Transfer codings other than chunked are not served here."
        case .connection: "The Connection header field has too many members."
        case .upgrade: "The request cannot begin a WebSocket."
        case .webSocketVersion: "The WebSocket version is not 13."
        case .chunk: "The chunked body is malformed."
        case .chunkExtension: "A chunk extension is malformed."
        case .chunkExtensionsTooLong: "The chunk extensions are too long."
        case .trailer: "A trailer field is malformed."
        case .trailersTooLong: "The trailer fields are too long together."
        }
    }
}
