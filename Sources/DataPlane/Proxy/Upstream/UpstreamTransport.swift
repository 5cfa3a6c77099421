package import NIOCore

/// A byte stream toward an upstream: a TCP connection, or a stream to an agent on this loop or on another.
///
/// Lives on one event loop. The owner is its receiver until `transportEnded` or `abort`; after that it hears nothing
/// more.
package protocol UpstreamTransport: AnyObject {
    /// Who gets what arrives. Held strongly and let go at the end, so that a stream under way keeps its exchange.
    var receiver: (any UpstreamTransportReceiver)? { get set }
    /// Whether the next bytes go out at once. When it turns false, which may be within a write, and when it is true again
    /// `transportWritabilityChanged` says so: the writer stops its source meanwhile.
    var isWritable: Bool { get }

    func write(_ bytes: ByteBuffer)
    func flush()
    /// Ends our direction; the other goes on.
    func finish()
    /// Ends both directions at once and discards what has not been delivered.
    func abort()
    /// Stops, or lets flow again, what arrives.
    func setReading(_ isReading: Bool)
}

extension UpstreamTransport {
    /// Tells the receiver the end, once, and lets it go.
    package func end(_ end: TransportEnd) {
        guard let receiver = self.receiver else { return }
        self.receiver = nil
        receiver.transportEnded(end)
    }
}

/// How a transport ended.
package enum TransportEnd: Sendable, Equatable {
    /// Both directions are closed in good order.
    case closed
    /// It could not be opened: the address does not answer or refuses.
    case unreachable(String)
    /// The same, for it let the time pass.
    case connectTimedOut
    /// The upstream, or the network on the way, cut it.
    case reset
    /// The agent's session ended under it.
    case sessionLost
    /// The agent took no notice of the stream in time.
    case unresponsive

    /// Whether nothing of what was written can have arrived.
    var reachedNobody: Bool {
        switch self {
        case .unreachable, .connectTimedOut: true
        case .closed, .reset, .sessionLost, .unresponsive: false
        }
    }
}

/// Called on the transport's event loop. A call may write to the transport or end it.
package protocol UpstreamTransportReceiver: AnyObject {
    /// `bytes` are a slice of what was read. They count as taken when this returns.
    func transportReceived(_ bytes: ByteBuffer)
    /// The end of a batch of reads: the moment to flush.
    func transportReadComplete()
    /// The upstream sends no more.
    func transportReceivedEnd()
    func transportWritabilityChanged()
    /// The last call.
    func transportEnded(_ end: TransportEnd)
}
