package import NIOCore

/// Who gets a stream's bytes. Called on the connection's event loop.
///
/// Every call may write, finish, abort, open other streams or close the connection before it returns.
package protocol MuxStreamReceiver: AnyObject {
    /// Bytes, as a slice of what the connection received and never empty. Call `consumed` when they were taken.
    func stream(_ stream: MuxStream, received bytes: ByteBuffer)

    /// At the end of a batch of reads, once for each stream that got bytes or its end in it: the moment to flush.
    /// It comes also when the stream has ended in the same batch by both FINs, but not after a reset.
    func streamReadComplete(_ stream: MuxStream)

    /// The peer's FIN: no bytes follow.
    func streamReceivedEnd(_ stream: MuxStream)

    /// The first credit of the peer: it has read something of this stream, so it lives (spec 11.1).
    func streamReceivedCredit(_ stream: MuxStream)

    /// A stream that wasn't writable is so again. Ask `isWritable`: another stream may have taken the room.
    func streamWritabilityChanged(_ stream: MuxStream)

    /// The stream is over by the peer's RST, a violation or the end of the connection (`sessionClosed`): the last
    /// call. It does not come after both FINs, nor after our own `reset` or `abort`.
    func stream(_ stream: MuxStream, ended code: MuxErrorCode)
}

/// Takes the place of a receiver that is told nothing more, so that streams don't keep alive whom they served.
final class NoReceiver: MuxStreamReceiver, Sendable {
    static let shared = NoReceiver()

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {}
    func streamReadComplete(_ stream: MuxStream) {}
    func streamReceivedEnd(_ stream: MuxStream) {}
    func streamReceivedCredit(_ stream: MuxStream) {}
    func streamWritabilityChanged(_ stream: MuxStream) {}
    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {}
}
