package import NIOCore

/// One end of a connection that carries many streams (docs/wire/mux.md).
///
/// The values of this module decide (decoder, windows, ids, states); this class keeps the streams, asks the values
/// and writes what comes of it. It is bound to its channel's event loop. There are no promises and no timers on the
/// way of a frame: frames of all streams are gathered in one buffer, which is written and flushed once at the end of
/// a batch of reads, or once in a turn of the event loop when something is written outside of one.
///
/// The channel's pipeline owns the connection through its handler, and the streams own it while they live.
package final class MuxConnection {
    /// Bytes of frames that answer the peer's which may wait for a channel that can't take them. A peer that goes on
    /// provoking answers and reads none has its connection ended.
    static let answersLimit = 1 << 20
    /// A batch is written before it grows beyond this: four whole TLS records.
    static let batchLimit = 65_536
    /// Writers that are told in one turn of the event loop that they may write, lest all of them bring bytes for
    /// the room of one.
    static let writersPerTurn = 32
    /// The window to which credit is held while more than the budget is unread (spec 14).
    static let scarceWindow = 65_536

    package let role: MuxRole
    package var configuration: Configuration
    package weak var delegate: (any MuxConnectionDelegate)?
    /// The time to the peer and back, as heartbeats measure it; nil, at first, keeps windows from growing.
    package var roundTripTime: TimeAmount?
    /// When bytes came last: any frame shows that the peer lives (spec 7.3).
    package internal(set) var lastReceived = NIODeadline.now()
    /// In a pipeline, and neither end has ended it.
    package private(set) var isOpen = false

    var context: ChannelHandlerContext?
    var decoder = FrameDecoder()
    var encoder = FrameEncoder()
    var ids: StreamIDs
    var streams = StreamTable()
    var recentResets = RecentResets()
    /// Whose DATA frame is being received; nil where its payload is dropped.
    var receiving: MuxStream?
    /// Streams that got something in this batch of reads.
    var touched: [MuxStream] = []
    var outlets = OutletLists()
    /// Streams of the peer that are open.
    var peerStreams = 0
    /// Bytes of all streams that were received and not consumed.
    var unreadBytes = 0
    /// Bytes by which the windows of all streams are larger than the initial one.
    var extraWindows = 0
    /// Bytes of answers written since the channel stopped taking any.
    var answersBehindChannel = 0
    var isChannelWritable = true
    var isReading = false
    var isPumping = false
    var isTurnScheduled = false
    var isFlushing = false
    private var hasEnded = false

    package init(role: MuxRole, configuration: Configuration = .init()) {
        self.role = role
        self.configuration = configuration
        self.ids = StreamIDs(role: role)
    }

    /// A handler that puts the connection into one pipeline, once.
    package var handler: MuxHandler { MuxHandler(self) }

    /// Streams that are open, of both sides.
    package var openStreams: Int { self.streams.count }

    /// Half of all stream ids are used: the connection should be replaced by a new one (spec 3.1).
    package var isWornOut: Bool { self.ids.areRunningOut }

    /// The channel takes bytes, and not too many wait for it. While this is false no stream is writable, and it is
    /// wise to open none.
    package var isWritable: Bool {
        self.isChannelWritable && self.outlets.readyBytes < self.configuration.writeQueueLimit
    }

    // MARK: The pipeline

    func attach(to context: ChannelHandlerContext) {
        precondition(self.context == nil && !self.hasEnded, "a connection is for one pipeline")
        self.context = context
        self.isOpen = true
        self.isChannelWritable = context.channel.isWritable
        self.lastReceived = .now()
    }

    func detach() {
        self.end(.closed)
        self.context = nil
    }

    // MARK: The end

    /// Says farewell with GOAWAY, the last frame, and closes when it is written, or after a second.
    ///
    /// - Parameters:
    ///   - code: why.
    ///   - debug: a text for the peer, of which 1 KiB is sent.
    package func goAway(_ code: MuxErrorCode, debug: String) {
        self.leave(code, debug: debug, end: .local)
    }

    /// Writes what was gathered and closes the channel, without farewell.
    package func close() {
        guard self.isOpen else { return }
        self.flush()
        self.end(.local)
        self.context?.close(promise: nil)
    }

    func violated(_ error: MuxError) {
        self.leave(error.code, debug: error.description, end: .violation(error))
    }

    /// The connection is over: streams end, then the delegate is told. The channel is the caller's to close.
    func end(_ reason: MuxEnd) {
        guard !self.hasEnded else { return }
        self.hasEnded = true
        self.isOpen = false
        self.receiving = nil
        self.outlets = OutletLists()
        // What was received before the end still gets its moment to flush.
        self.completeTouched()
        for stream in self.streams.removeAll() where !stream.isClosed {
            stream.didReset().stream(stream, ended: .sessionClosed)
        }
        self.delegate?.muxConnection(self, ended: reason)
    }

    private func leave(_ code: MuxErrorCode, debug: String, end: MuxEnd) {
        guard self.isOpen, let context = self.context else { return }
        self.encoder.goAway(lastStream: self.ids.lastFromPeer, code: code, debug: debug)
        let farewell = self.encoder.take()
        self.end(end)
        let loop = context.eventLoop.assumeIsolated()
        let written = context.eventLoop.makePromise(of: Void.self)
        // A peer that reads nothing must not keep the channel (spec 13.7, "close after GOAWAY").
        let deadline = loop.scheduleTask(in: .seconds(1)) { context.close(promise: nil) }
        written.futureResult.assumeIsolated().whenComplete { _ in
            deadline.cancel()
            context.close(promise: nil)
        }
        context.writeAndFlush(MuxHandler.wrapOutboundOut(farewell), promise: written)
    }
}
