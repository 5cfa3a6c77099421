/// What a peer did that the protocol forbids (spec/agent-protocol.md 2, "Violations").
package enum MuxError: Error, Hashable, Sendable {
    /// A frame of this type must name a stream and named none.
    case streamMissing(FrameType)
    /// GOAWAY speaks of the connection and named a stream.
    case streamGiven(UInt32)
    /// A body of this many bytes can't belong to a frame of this type.
    case frameLength(FrameType, Int)
    /// The peer opened a stream with an id that only we may give.
    case foreignParity(UInt32)
    /// The peer opened a stream with an id that is in use, or not above the last one.
    case idNotNew(UInt32)
    /// Credit of nothing.
    case zeroCredit
    /// More credit than a window can hold, 2^31-1.
    case windowOverflow
    /// More bytes than the window had room for.
    case windowExceeded
    /// DATA on a stream whose sender had said that it was done.
    case dataAfterEnd
    /// The peer provokes answers and does not read them.
    case answersUnread

    /// What the peer is told.
    package var code: MuxErrorCode {
        switch self {
        case .streamMissing, .streamGiven, .foreignParity, .idNotNew, .zeroCredit: .protocolError
        case .frameLength: .frameSize
        case .windowOverflow, .windowExceeded: .flowControl
        case .dataAfterEnd: .streamClosed
        case .answersUnread: .enhanceYourCalm
        }
    }
}

extension MuxError: CustomStringConvertible {
    /// For logs, and for the debug text of a GOAWAY.
    package var description: String {
        switch self {
        case .streamMissing(let type): "\(type) frame without a stream"
        case .streamGiven(let id): "GOAWAY frame on stream \(id)"
        case .frameLength(let type, let length): "\(type) frame of \(length) bytes"
        case .foreignParity(let id): "stream \(id) opened by the wrong side"
        case .idNotNew(let id): "stream \(id) opened again"
        case .zeroCredit: "window increment of zero"
        case .windowOverflow: "window above 2147483647"
        case .windowExceeded: "more data than the window allows"
        case .dataAfterEnd: "data after the end of the stream"
        case .answersUnread: "answers are not read"
        }
    }
}
