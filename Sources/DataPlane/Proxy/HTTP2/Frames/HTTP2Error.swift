/// Why a stream or a connection ends (RFC 9113 §7).
package enum HTTP2ErrorCode: UInt32, Sendable {
    case noError = 0
    case protocolError = 1
    case internalError = 2
    case flowControl = 3
    case settingsTimeout = 4
    case streamClosed = 5
    case frameSize = 6
    case refusedStream = 7
    case cancel = 8
    case compression = 9
    case connect = 10
    case enhanceYourCalm = 11
}

/// What a peer did wrong, with how much it ends.
package enum HTTP2Error: Error, Equatable, Sendable {
    /// The whole connection.
    case connection(HTTP2ErrorCode)
    /// One stream.
    case stream(UInt32, HTTP2ErrorCode)
}
