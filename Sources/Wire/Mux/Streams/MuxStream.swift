import DequeModule
package import NIOCore

/// One stream of a connection: a plain object, on the connection's event loop only.
///
/// What is written goes out at once while the peer's window, the channel and the other streams allow; the rest waits
/// here, in order. The bound on what waits is kept by the writer, who stops while `isWritable` is false: then at
/// most its last write waits.
///
/// Everything may be called at any time. What a stream can't do any more (writing after `finish`, anything after its
/// end) does nothing.
package final class MuxStream {
    /// Never 0; odd where the agent opened the stream.
    package let id: UInt32
    package let connection: MuxConnection
    /// May be changed while the stream lives: a typed stream is first read by who finds out its type.
    /// The stream lets go of it when nothing more will be said.
    package var receiver: any MuxStreamReceiver
    /// Small and pressing, as heartbeats are: written even where bulk data of other streams waits.
    package var isUrgent = false

    /// Payload bytes that wait for the window, the channel or the stream's turn.
    package internal(set) var queuedBytes = 0
    /// Payload bytes received since the stream opened, those of frames not yet whole included.
    package internal(set) var bytesReceived = 0
    /// Payload bytes that went out.
    package internal(set) var bytesSent = 0
    /// Bytes of credit that the peer has granted since the stream opened.
    package internal(set) var creditReceived = 0

    var state = StreamState.open
    var sendWindow = SendWindow()
    var receiveWindow = ReceiveWindow()
    var tuner: WindowTuner
    /// Bytes by which `receiveWindow` is larger than the initial one, counted against the connection's budget.
    var extraWindow = 0
    /// Bytes consumed since credit was sent last.
    var consumedSinceCredit = 0
    var queue = Deque<ByteBuffer>()
    /// `finish` was called: FIN goes out with the last of the queue.
    var isFinishing = false
    /// It is in the connection's list of streams that can send.
    var isReady = false
    /// It got something in this batch of reads.
    var isTouched = false
    /// Its writer found it not writable.
    var isAwaited = false
    /// It is in the connection's list of streams whose writers wait.
    var isListed = false

    init(id: UInt32, connection: MuxConnection, receiver: any MuxStreamReceiver, now: NIODeadline) {
        self.id = id
        self.connection = connection
        self.receiver = receiver
        self.tuner = WindowTuner(now: now)
    }

    // MARK: State

    /// Our FIN has gone out.
    package private(set) var hasSentFIN = false
    /// The peer's FIN has come.
    package private(set) var hasReceivedFIN = false
    /// Both FINs or a RST have passed, or the connection is over.
    package var isClosed: Bool { self.state == .closed }

    /// False while a write would have to wait: for the peer's window, for the channel, or behind what waits already.
    ///
    /// Who reads false is told by `streamWritabilityChanged` when it is true again, except on a stream that was
    /// finished or is over, which stays false.
    package var isWritable: Bool {
        if self.canWrite { return true }
        self.connection.awaitWritability(of: self)
        return false
    }

    /// Like `isWritable`, and asks for nothing.
    var canWrite: Bool {
        self.state.canSend && !self.isFinishing && self.queue.isEmpty && self.sendWindow.available > 0
            && self.connection.isWritable
    }

    // MARK: Sending

    /// Sends `bytes` as DATA, in frames of at most 16,376 bytes.
    package func write(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        self.connection.send(bytes, on: self, finishes: false)
    }

    /// Says that we are done, after what waits. The peer may still send.
    package func finish() {
        self.connection.send(ByteBuffer(), on: self, finishes: true)
    }

    /// Sends `bytes` and says that we are done, in one frame where the window allows.
    package func finish(with bytes: ByteBuffer) {
        self.connection.send(bytes, on: self, finishes: true)
    }

    /// Ends both directions now; what waits is dropped, and so is what comes.
    package func reset(_ code: MuxErrorCode) {
        self.connection.reset(self, code: code)
    }

    /// Ends both directions in the way that every agent understands: FIN (unless sent), RST, WNDINC 1. On RST alone
    /// a Rust agent's tasks that wait to read or for credit sleep on, and count against its 512 streams (spec 3.5).
    package func abort(_ code: MuxErrorCode) {
        self.connection.abort(self, code: code)
    }

    // MARK: Receiving

    /// The application has taken `count` of the bytes received; the peer is given credit for them, gathered.
    package func consumed(_ count: Int) {
        self.connection.consumed(count, of: self)
    }

    /// Sends the credit that is due, however little it is: a sign of life to a peer that waits for one (spec 11.1).
    package func acknowledge() {
        self.connection.sendCreditNow(on: self)
    }

    /// Lets the peer send `count` bytes more than the window held so far, within the configuration's
    /// `maxReceiveWindow` and the connection's budget (spec 4, "Larger windows").
    package func grantExtra(_ count: Int) {
        self.connection.enlargeWindow(of: self, by: count)
        self.connection.sendCreditNow(on: self)
    }

    // MARK: What the connection reports

    func didSendEnd() {
        self.hasSentFIN = true
        self.isFinishing = false
        self.state.sendEnd()
    }

    func didReceiveEnd() {
        self.hasReceivedFIN = true
        self.receiveWindow.end()
        self.state.receiveEnd()
    }

    /// Drops what waits.
    ///
    /// - Returns: the receiver, which is told nothing more by the stream itself.
    @discardableResult
    func didReset() -> any MuxStreamReceiver {
        self.state.reset()
        self.queue = []
        self.queuedBytes = 0
        defer { self.receiver = NoReceiver.shared }
        return self.receiver
    }
}
