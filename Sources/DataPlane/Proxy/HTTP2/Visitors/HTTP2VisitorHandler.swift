import Model
package import NIOCore

/// A visitor's HTTP/2 connection (RFC 9113): frames in, exchanges begun and fed, frames out.
///
/// Streams are plain objects in a table; there is no channel for each. What they have to send is gathered and leaves
/// together, once for each batch of reads or turn of the loop.
///
/// Back pressure: each stream and the connection have windows for what the visitor sends; nothing is written while the
/// channel takes nothing (`channelWritabilityChanged`), and then streams keep what they have.
package final class HTTP2VisitorHandler: Timed, ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    static let headerTableBytes = 4096

    enum Phase {
        case open
        /// GOAWAY is said: streams that are open end, no new ones begin.
        case leaving
        case over
    }

    let loop: ProxyLoop
    /// Those that were in force when the connection began: the visitor has been told of them.
    let limits: HTTP2Limits
    let exchanges: ExchangeContext
    var context: ChannelHandlerContext?
    var phase = Phase.open

    // From the visitor.
    private var reader: FrameReader
    var decoder = HPACKDecoder(tableBytes: HTTP2VisitorHandler.headerTableBytes)
    var settings = HTTP2Settings()
    var guardian: FloodGuard
    var streams = HTTP2StreamTable<HTTP2Stream>()
    /// The highest stream that the visitor has opened.
    var lastStream: UInt32 = 0
    /// Streams that the edge has ended, whose last frames may be on their way still.
    var recentResets = RecentStreams()
    var receiveWindow: ReceiveWindow
    private(set) var isInRead = false
    /// Whether the deadline of what comes first, or of a head, is running.
    private var isHeadTimed = true

    // To the visitor.
    var out: ByteBuffer
    var sendWindow = SendWindow(65_535)
    var ready: [HTTP2Stream] = []
    var isFlushScheduled = false
    var isFlushNeeded = false
    /// Frames without a window that were written while the visitor took nothing.
    var unreadFrames = 0
    private var isPingSent = false
    /// That of a connection that closes when the last has gone out.
    private var closing: (any Channel)?

    /// - Parameters:
    ///   - loop: the loop of the connection.
    ///   - visitor: who connected.
    ///   - serverName: the name that it asked for in its TLS handshake, in small letters.
    ///   - judged: the endpoint whose rules for connections it has passed.
    package init(
        loop: ProxyLoop,
        visitor: Visitor,
        serverName: String? = nil,
        judged: ConnectionJudgement? = nil
    ) {
        self.loop = loop
        self.limits = loop.limits.http2Limits
        self.reader = FrameReader(continuationLimit: self.limits.continuationFrames)
        self.guardian = FloodGuard(self.limits)
        self.receiveWindow = ReceiveWindow(self.limits.connectionWindow)
        self.exchanges = ExchangeContext(loop: loop, visitor: visitor, serverName: serverName, judged: judged)
        self.out = ByteBuffer()
        super.init()
    }

    // MARK: Channel

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.loop.add(self)
        self.loop.counters.connections += 1
        self.loop.wheel.set(self, in: self.loop.limits.headMilliseconds)
        self.out.writeSettings([
            (HTTP2Settings.ID.headerTableSize, UInt32(Self.headerTableBytes)),
            (HTTP2Settings.ID.concurrentStreams, UInt32(self.limits.concurrentStreams)),
            (HTTP2Settings.ID.initialWindow, UInt32(self.limits.streamWindow)),
            (HTTP2Settings.ID.headerListSize, UInt32(self.loop.limits.headLimits.headBytes)),
            (HTTP2Settings.ID.enableConnect, 1),
        ])
        // What there is without a word (RFC 9113 §6.9.2).
        let told = 65_535
        if self.limits.connectionWindow > told {
            self.out.writeWindowUpdate(0, increment: self.limits.connectionWindow - told)
        }
        if self.loop.isDraining { self.drain() }
        self.scheduleFlush()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        self.exchanges.noteIn(bytes.readableBytes)
        self.isInRead = true
        self.isPingSent = false
        do throws(HTTP2Error) {
            // What is not whole behind something that was has only begun.
            while self.context != nil, try self.receiveNext(&bytes) { self.isHeadTimed = false }
        } catch {
            if self.reader.hasEndlessBlock { self.loop.counters.note(.http2ContinuationFrames) }
            self.fail(error)
        }
        self.updateDeadline()
    }

    /// - Returns: whether there may be more.
    private func receiveNext(_ bytes: inout ByteBuffer) throws(HTTP2Error) -> Bool {
        do throws(HTTP2Error) {
            guard let event = try self.reader.next(&bytes) else { return false }
            try self.receive(event)
        } catch {
            guard case .stream(let id, let code) = error else { throw error }
            try self.refuse(id, code)
        }
        return true
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        self.isInRead = false
        for exchange in self.touched { exchange.flush() }
        self.touched.removeAll(keepingCapacity: true)
        self.flushNow()
    }

    /// Exchanges whose upstream has been written to in this batch of reads.
    var touched: [Exchange] = []

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        self.unreadFrames = 0
        self.scheduleFlush()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        // Whoever half-closes an HTTP/2 connection is gone.
        self.closeNow()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        self.tearDown()
        self.closing = nil
        self.loop.wheel.remove(self)
        context.fireChannelInactive()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: Deadlines

    private func updateDeadline() {
        guard self.context != nil else { return }
        if self.reader.isFresh || self.reader.isInHead {
            // From the first byte of a head on, all of it has one deadline.
            if !self.isHeadTimed { self.loop.wheel.set(self, in: self.loop.limits.headMilliseconds) }
            self.isHeadTimed = true
            return
        }
        self.isHeadTimed = false
        let limits = self.loop.limits
        let isBusy = self.streams.count > 0
        self.loop.wheel.set(
            self,
            in: isBusy ? limits.http2PingAfterMilliseconds : limits.http2IdleMilliseconds
        )
    }

    package override func deadlinePassed() {
        if let channel = self.closing {
            self.loop.counters.note(.lingerTimeout)
            channel.close(promise: nil)
        } else if self.isHeadTimed {
            self.loop.counters.note(.headTimeout)
            self.fail(.connection(.enhanceYourCalm))
        } else if self.streams.count == 0 || self.isPingSent {
            self.loop.counters.note(self.streams.count == 0 ? .http2IdleTimeout : .http2PingTimeout)
            self.fail(.connection(.noError))
        } else {
            self.isPingSent = true
            self.writeControl { $0.writePing(Self.pingWord, isAcknowledgement: false) }
            self.loop.wheel.set(self, in: self.loop.limits.http2PingAnswerMilliseconds)
            self.scheduleFlush()
        }
    }

    /// What a PING asks back that looks for a silent visitor, and one that ends a drain.
    static let pingWord: UInt64 = 1
    static let drainWord: UInt64 = 2

    // MARK: Ends

    /// Says why, and closes.
    func fail(_ error: HTTP2Error) {
        guard let context = self.context, case .connection(let code) = error else { return }
        self.out.writeGoAway(lastStream: self.lastStream, code)
        self.end(context)
    }

    /// The last stream has ended, and no other will come.
    func leaveIfDone() {
        guard case .leaving = self.phase, self.streams.count == 0, let context = self.context else { return }
        self.end(context)
    }

    /// Closes once what was written has gone out, or has not gone out in time.
    private func end(_ context: ChannelHandlerContext) {
        self.writeOut()
        self.tearDown()
        self.closing = context.channel
        self.loop.wheel.set(self, in: self.loop.limits.lingerMilliseconds)
        context.flush()
        context.closeAfterWriting()
    }

    private func tearDown() {
        if case .over = self.phase { return }
        self.phase = .over
        self.loop.remove(self)
        self.loop.wheel.remove(self)
        self.context = nil
        self.ready = []
        self.touched = []
        for stream in self.streams.all { self.discard(stream) }
        self.exchanges.end()
    }
}

extension HTTP2VisitorHandler: DrainableVisitor {
    /// First a warning with the highest number there is, so that requests on their way are served; the PING's answer
    /// says that the visitor has it (RFC 9113 §6.8).
    package func drain() {
        guard case .open = self.phase else { return }
        self.writeControl {
            $0.writeGoAway(lastStream: 0x7FFF_FFFF, .noError)
            $0.writePing(Self.drainWord, isAcknowledgement: false)
        }
        if self.streams.count == 0 {
            self.loop.wheel.set(self, in: self.loop.limits.http2PingAnswerMilliseconds)
        }
        self.scheduleFlush()
    }

    /// The visitor has heard the warning.
    func endDrain() {
        guard case .open = self.phase else { return }
        self.leave()
        self.leaveIfDone()
    }

    /// Streams that are open go on, and no others begin.
    func leave() {
        guard case .open = self.phase else { return }
        self.phase = .leaving
        self.writeControl { $0.writeGoAway(lastStream: self.lastStream, .noError) }
    }

    package func closeNow() {
        self.context?.close(promise: nil)
    }

    package func letGoOfHeld() {
        self.exchanges.letGoOfHeld()
    }
}

/// The streams that ended last, a few of them.
struct RecentStreams {
    private static let limit = 32

    private var ids: [UInt32] = []
    private var next = 0

    mutating func insert(_ id: UInt32) {
        if self.ids.count < Self.limit {
            self.ids.append(id)
        } else {
            self.ids[self.next] = id
            self.next = (self.next + 1) % Self.limit
        }
    }

    func contains(_ id: UInt32) -> Bool { self.ids.contains(id) }
}
