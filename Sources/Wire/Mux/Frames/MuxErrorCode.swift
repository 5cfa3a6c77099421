/// Why a stream was reset or a connection left, as RST and GOAWAY carry it (spec/agent-protocol.md 2).
///
/// A number that is not listed here is legal on the wire and means "unknown".
package struct MuxErrorCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let noError = Self(rawValue: 0)
    package static let protocolError = Self(rawValue: 1)
    /// A fault of our own.
    package static let internalError = Self(rawValue: 2)
    /// More bytes than the window, or more credit than a window can hold.
    package static let flowControl = Self(rawValue: 3)
    /// DATA for a stream that is over, or whose sender had said that it was done.
    package static let streamClosed = Self(rawValue: 4)
    /// The stream was not taken.
    package static let streamRefused = Self(rawValue: 5)
    /// Whoever the stream served is gone.
    package static let streamCancelled = Self(rawValue: 6)
    package static let streamReset = Self(rawValue: 7)
    package static let frameSize = Self(rawValue: 8)
    package static let acceptQueueFull = Self(rawValue: 9)
    /// The peer asks for more than its share.
    package static let enhanceYourCalm = Self(rawValue: 10)
    package static let remoteGoneAway = Self(rawValue: 11)
    package static let streamsExhausted = Self(rawValue: 12)
    package static let writeTimeout = Self(rawValue: 13)
    /// The connection under the stream is over. Streams end with it locally; it is never sent on one.
    package static let sessionClosed = Self(rawValue: 14)
    package static let peerEOF = Self(rawValue: 15)
}

extension MuxErrorCode: CustomStringConvertible {
    /// The name that the specification gives the number.
    package var description: String {
        switch self {
        case .noError: "NoError"
        case .protocolError: "ProtocolError"
        case .internalError: "InternalError"
        case .flowControl: "FlowControlError"
        case .streamClosed: "StreamClosed"
        case .streamRefused: "StreamRefused"
        case .streamCancelled: "StreamCancelled"
        case .streamReset: "StreamReset"
        case .frameSize: "FrameSizeError"
        case .acceptQueueFull: "AcceptQueueFull"
        case .enhanceYourCalm: "EnhanceYourCalm"
        case .remoteGoneAway: "RemoteGoneAway"
        case .streamsExhausted: "StreamsExhausted"
        case .writeTimeout: "WriteTimeout"
        case .sessionClosed: "SessionClosed"
        case .peerEOF: "PeerEOF"
        default: "unknown(\(self.rawValue))"
        }
    }
}
