import AgentProtocol
import EdgeLink
import Mux
import NIOCore
import Proxy

/// A stream to an agent whose connection lives on this event loop.
///
/// The stream is opened with the first flush: what was written until then goes out in its first frame, behind the
/// preamble (`spec/agent-protocol.md` 11.1). An agent that takes no more streams lets it wait in the connection's
/// queue; one that gives no sign of having seen it is taken for dead.
final class StreamTransport: RelayableTransport, MuxStreamReceiver {
    /// Bytes that may wait for the stream to open.
    private static let waitingLimit = 64 * 1024

    var receiver: (any UpstreamTransportReceiver)?
    let request: AgentStreamRequest
    private let connection: AgentConnection
    private let returnsCreditByHand: Bool
    private var stream: MuxStream?
    private var first: ByteBuffer?
    /// Whether the receiver was told last that it has to wait before it writes more.
    private var isFull = false
    private var isReading = true
    private var untold = 0
    private var finishes = false
    private var isOver = false

    init(
        connection: AgentConnection,
        request: AgentStreamRequest,
        receiver: any UpstreamTransportReceiver,
        returnsCreditByHand: Bool
    ) {
        self.connection = connection
        self.request = request
        self.returnsCreditByHand = returnsCreditByHand
        self.receiver = receiver
    }

    // MARK: The writer's side

    var isWritable: Bool {
        self.stream?.isWritable ?? ((self.first?.readableBytes ?? 0) < Self.waitingLimit)
    }

    func write(_ bytes: ByteBuffer) {
        if let stream = self.stream {
            stream.write(bytes)
        } else if self.first == nil {
            self.first = bytes
        } else {
            self.first?.writeImmutableBuffer(bytes)
        }
        self.tellIfChanged()
    }

    /// Tells the receiver when there is no room any more; the stream itself tells only when there is again.
    private func tellIfChanged() {
        guard self.isFull == self.isWritable else { return }
        self.isFull.toggle()
        self.receiver?.transportWritabilityChanged()
    }

    func flush() {
        // Frames of all streams go out together at the end of the tick; only a stream not opened yet has work here.
        guard self.stream == nil, !self.isOver, !self.isQueued else { return }
        self.connection.start(self)
    }

    func finish() {
        self.finishes = true
        guard let stream = self.stream else { return }
        stream.finish()
        if stream.hasReceivedFIN { self.close(.closed) }
    }

    func abort() {
        self.receiver = nil
        guard !self.isOver else { return }
        self.isOver = true
        self.first = nil
        if self.isQueued { self.connection.leaveQueue(self) }
        self.stream?.abort(.streamCancelled)
        self.stream = nil
    }

    func setReading(_ isReading: Bool) {
        guard isReading != self.isReading else { return }
        self.isReading = isReading
        if isReading, self.untold > 0 {
            let count = self.untold
            self.untold = 0
            self.stream?.consumed(count)
        }
    }

    /// The receiver's consumer has taken so many bytes; only with `returnsCreditByHand`.
    func returnCredit(_ count: Int) {
        self.stream?.consumed(count)
    }

    // MARK: Opening

    /// Set by the connection while the stream waits for the agent to have room.
    var queueDeadline: Deadline?
    private var isQueued: Bool { self.queueDeadline != nil }

    /// The agent has room: opens the stream with what was written so far. A connection that cannot open it ends it.
    func open() {
        guard let stream = self.connection.openProxy(self, first: self.first) else {
            self.close(Self.gone)
            return
        }
        self.first = nil
        self.stream = stream
        if self.finishes { stream.finish() }
        self.tellIfChanged()
    }

    /// The agent got no room for it in time.
    func queueTimePassed() {
        self.connection.leaveQueue(self)
        self.close(.unresponsive)
    }

    /// The agent has shown no sign of having seen it.
    func wasIgnored() {
        let stream = self.stream
        self.close(.unresponsive)
        stream?.abort(.streamCancelled)
    }

    /// The connection ended while the stream waited for room.
    func connectionEnded() {
        self.close(Self.gone)
    }

    /// Nothing of the stream has reached the agent.
    private static let gone = TransportEnd.unreachable("the agent's connection is gone")

    private func close(_ end: TransportEnd) {
        guard !self.isOver else { return }
        self.isOver = true
        self.stream = nil
        self.first = nil
        self.end(end)
    }

    // MARK: From the agent

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        let count = bytes.readableBytes
        // What waits for a slow visitor shares its buffer with streams that do not.
        self.receiver?.transportReceived(self.isReading ? bytes : bytes.compacted)
        guard !self.returnsCreditByHand else { return }
        if self.isReading {
            self.stream?.consumed(count)
        } else {
            self.untold += count
        }
    }

    func streamReadComplete(_ stream: MuxStream) {
        self.receiver?.transportReadComplete()
    }

    func streamReceivedEnd(_ stream: MuxStream) {
        self.receiver?.transportReceivedEnd()
        if self.finishes { self.close(.closed) }
    }

    func streamReceivedCredit(_ stream: MuxStream) {}

    func streamWritabilityChanged(_ stream: MuxStream) {
        // Also who has not been told of a change may wait: who asked, and found no room.
        self.isFull = !self.isWritable
        self.receiver?.transportWritabilityChanged()
    }

    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {
        self.close(code == .sessionClosed ? .sessionLost : .reset)
    }
}
