/// Why a connection ended.
package enum MuxEnd: Sendable, Equatable {
    /// The transport ended without farewell, which is normal.
    case closed
    /// The peer sent GOAWAY.
    case goneAway(MuxErrorCode, debug: String)
    /// The peer broke the protocol, and we ended the connection.
    case violation(MuxError)
    /// `close` or `goAway` was called.
    case local
}

/// What a connection tells its owner. Called on the event loop.
package protocol MuxConnectionDelegate: AnyObject {
    /// The peer opened a stream.
    ///
    /// - Returns: who receives its bytes, which come right afterwards; nil refuses the stream with RST 5.
    func muxConnection(_ connection: MuxConnection, accepted stream: MuxStream) -> (any MuxStreamReceiver)?

    /// The connection is over. Called once, after all streams have ended with `sessionClosed`.
    func muxConnection(_ connection: MuxConnection, ended end: MuxEnd)
}
