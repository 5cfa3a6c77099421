package import NIOCore

/// What a peer's bytes say, frame by frame.
package enum FrameEvent: Equatable {
    /// Bytes of a DATA frame as they came, a slice. `counted` is what they take of the windows, padding included;
    /// `ends` stands with the last of a frame that ends its stream. `isEmptyFrame` marks a frame with nothing in it.
    case data(stream: UInt32, bytes: ByteBuffer, counted: Int, ends: Bool, isEmptyFrame: Bool)
    /// A whole header block.
    case headers(stream: UInt32, block: ByteBuffer, ends: Bool, dependsOn: UInt32?)
    case priority(stream: UInt32, dependsOn: UInt32)
    case reset(stream: UInt32, code: UInt32)
    case settings(ByteBuffer)
    case settingsAcknowledged
    case ping(UInt64)
    case pingAcknowledged(UInt64)
    case goAway(lastStream: UInt32, code: UInt32)
    case windowUpdate(stream: UInt32, increment: UInt32)
    /// A frame of a kind that nobody knows.
    case unknown
}
