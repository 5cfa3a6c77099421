package import NIOCore

/// One upstream connection that speaks HTTP/2, in the client's role and by prior knowledge: many exchanges at a time,
/// each a stream (`HTTP2Link`).
package final class HTTP2UpstreamConnection: Timed, UpstreamTransportReceiver {
    /// Bytes that the upstream may send ahead on one stream, and on all together.
    static let streamWindow = 256 * 1024
    static let connectionWindow = 4 * 1024 * 1024
    private static let headerTableBytes = 4096
    /// Streams at once, whatever the upstream allows.
    private static let concurrentStreams = 100
    /// From here on a new connection is better than the rest of the numbers.
    private static let lastStream: UInt32 = 0x7FFF_0000
    private static let gatheredBytes = 16 * 1024

    let upstream: Upstream
    unowned let loop: ProxyLoop
    private var transport: (any UpstreamTransport)?
    private var reader = FrameReader(hasPreface: false)
    private var decoder = HPACKDecoder(tableBytes: HTTP2UpstreamConnection.headerTableBytes)
    private(set) var settings = HTTP2Settings()
    private var guardian = FloodGuard()
    private var streams = HTTP2StreamTable<HTTP2Link>()
    private var nextStream: UInt32 = 1
    private var receiveWindow = ReceiveWindow(HTTP2UpstreamConnection.connectionWindow)
    private var sendWindow = SendWindow(65_535)
    private var ready: [HTTP2Link] = []
    private var out = ByteBuffer()
    private var isFlushNeeded = false
    /// Whether a response has come on it before.
    private var hasServed = false
    /// Takes no new streams: the upstream said so, or nobody may use it again.
    private var isLeaving = false
    private var isOver = false

    init(upstream: Upstream, loop: ProxyLoop) {
        self.upstream = upstream
        self.loop = loop
        super.init()
    }

    func attach(_ transport: any UpstreamTransport) {
        self.transport = transport
        self.out.writeStaticString(FrameReader.preface)
        self.out.writeSettings([
            (HTTP2Settings.ID.headerTableSize, UInt32(Self.headerTableBytes)),
            (HTTP2Settings.ID.enablePush, 0),
            (HTTP2Settings.ID.initialWindow, UInt32(Self.streamWindow)),
        ])
        self.out.writeWindowUpdate(0, increment: Self.connectionWindow - 65_535)
        self.isFlushNeeded = true
    }

    // MARK: Streams

    var isUsable: Bool { !self.isOver && !self.isLeaving }

    var hasRoom: Bool {
        self.isUsable && self.nextStream < Self.lastStream
            && self.streams.count < min(Self.concurrentStreams, self.settings.concurrentStreams)
    }

    var isWritable: Bool { self.transport?.isWritable ?? false }

    func makeLink() -> HTTP2Link {
        HTTP2Link(connection: self)
    }

    /// Opens a stream for `link` with the head that stands in the loop's `requestScratch`.
    ///
    /// - Returns: false where the connection takes no more.
    func open(_ link: HTTP2Link, ends: Bool) -> Bool {
        guard self.hasRoom else { return false }
        let head = self.loop.requestHead
        let limits = self.loop.limits.headLimits
        let isRight = self.loop.requestScratch.withUnsafeReadableBytes { bytes in
            guard case .complete = head.scan(bytes, limits: limits.widened) else { return false }
            self.out.writeHeaderBlock(self.nextStream, ends: ends, frameLimit: FrameHeader.payloadLimit) {
                head.writeHTTP2(into: &$0, from: bytes)
            }
            return true
        }
        guard isRight else { return false }
        link.opened(as: self.nextStream)
        self.nextStream += 2
        self.streams.insert(link)
        self.isFlushNeeded = true
        self.loop.wheel.clear(self)
        return true
    }

    func remove(_ link: HTTP2Link) {
        guard link.id != 0 else { return }
        self.streams.remove(link)
        if link.isReady { self.ready.removeAll { $0 === link } }
        guard self.streams.count == 0, !self.isOver else { return }
        if self.isLeaving || !self.isWritable {
            // What waits in one that takes nothing is for nobody any more.
            self.close()
        } else {
            self.loop.wheel.set(self, in: self.loop.limits.upstreamIdleMilliseconds)
        }
    }

    /// Nobody may begin anything on it any more.
    func retire() {
        self.isLeaving = true
        if self.streams.count == 0 { self.close() }
    }

    // MARK: Sending

    /// Sends what `link` has, as far as it may now.
    func pump(_ link: HTTP2Link) {
        while !link.isOver, self.isWritable, self.sendWindow.available > 0 {
            let limit = min(FrameHeader.payloadLimit, min(self.settings.frameSize, self.sendWindow.available))
            guard let (bytes, ends) = link.takeData(upTo: limit) else { break }
            self.sendWindow.spend(bytes.readableBytes)
            self.guardian.noteSentData()
            self.out.writeFrameHeader(
                FrameHeader(
                    length: bytes.readableBytes,
                    kind: FrameHeader.Kind.data,
                    flags: ends ? FrameHeader.Flag.endStream : 0,
                    stream: link.id
                )
            )
            self.out.writeImmutableBuffer(bytes)
            self.isFlushNeeded = true
            if self.out.readableBytes >= Self.gatheredBytes { self.writeOut() }
        }
        if !link.isOver, link.takeEnd() { self.writeEnd(of: link, trailers: link.requestTrailers) }
        if !link.isOver, !link.queue.isEmpty, !link.isReady {
            link.isReady = true
            self.ready.append(link)
        }
        link.updateWritability()
    }

    private func writeEnd(of link: HTTP2Link, trailers: ByteBuffer?) {
        self.isFlushNeeded = true
        guard let trailers else {
            self.out.writeFrameHeader(
                FrameHeader(length: 0, kind: FrameHeader.Kind.data, flags: FrameHeader.Flag.endStream, stream: link.id)
            )
            return
        }
        self.out.writeHeaderBlock(link.id, ends: true, frameLimit: FrameHeader.payloadLimit) {
            TrailerBlock.write(trailers, into: &$0)
        }
    }

    private func pumpReady() {
        let waiting = self.ready
        self.ready = []
        for link in waiting {
            link.isReady = false
            self.pump(link)
        }
    }

    func writeReset(_ stream: UInt32, _ code: HTTP2ErrorCode) {
        guard !self.isOver else { return }
        self.out.writeReset(stream, code)
        self.isFlushNeeded = true
    }

    func writeWindowUpdate(_ stream: UInt32, _ increment: Int) {
        guard !self.isOver else { return }
        self.out.writeWindowUpdate(stream, increment: increment)
        self.isFlushNeeded = true
    }

    private func writeOut() {
        guard self.out.readableBytes > 0 else { return }
        let gathered = self.out
        self.out = ByteBuffer()
        self.transport?.write(gathered)
    }

    func flush() {
        guard self.isFlushNeeded, !self.isOver else { return }
        self.isFlushNeeded = false
        self.writeOut()
        self.transport?.flush()
    }

    // MARK: From the upstream

    package func transportReceived(_ bytes: ByteBuffer) {
        var bytes = bytes
        do throws(HTTP2Error) {
            while !self.isOver, let event = try self.reader.next(&bytes) { try self.receive(event) }
        } catch {
            self.fail(error)
        }
    }

    package func transportReadComplete() {
        for link in self.streams.all { link.flushFront() }
        self.flush()
    }

    package func transportReceivedEnd() {
        self.end(.closed)
    }

    package func transportWritabilityChanged() {
        guard self.isWritable else { return }
        self.pumpReady()
        for link in self.streams.all { link.updateWritability() }
        self.flush()
    }

    package func transportEnded(_ end: TransportEnd) {
        self.transport = nil
        self.end(end)
    }

    /// It has had no stream for its time.
    package override func deadlinePassed() {
        if self.streams.count == 0 { self.close() }
    }

    private func receive(_ event: FrameEvent) throws(HTTP2Error) {
        switch event {
        case .data(let id, let bytes, let counted, let ends, let isEmpty):
            guard self.guardian.noteData(isEmpty: isEmpty) else { throw .connection(.enhanceYourCalm) }
            guard self.receiveWindow.receive(counted) else { throw .connection(.flowControl) }
            // Streams bound what waits here; one that is slow must not hold up the others.
            if let increment = self.receiveWindow.take(counted) { self.writeWindowUpdate(0, increment) }
            try self.checkOpened(id)
            self.streams[id]?.receiveData(bytes, counted: counted, ends: ends)
        case .headers(let id, let block, let ends, _):
            do throws(HPACKDecoder.Failure) {
                try self.decoder.decode(block, into: self.loop.fieldList)
            } catch {
                throw .connection(.compression)
            }
            try self.checkOpened(id)
            self.hasServed = true
            self.streams[id]?.receiveHeaders(self.loop.fieldList, ends: ends)
        case .reset(let id, let code):
            try self.checkOpened(id)
            self.streams[id]?.receiveReset(code)
        case .settings(let payload): try self.receiveSettings(payload)
        case .ping(let word):
            try self.note(.ping)
            self.out.writePing(word, isAcknowledgement: true)
            self.isFlushNeeded = true
        case .goAway(let last, _): self.receiveGoAway(last)
        case .windowUpdate(let id, let increment): try self.receiveCredit(id, increment)
        case .settingsAcknowledged, .pingAcknowledged: try self.note(.settings)
        case .priority: try self.note(.priority)
        case .unknown: try self.note(.unknown)
        }
    }

    private func note(_ kind: FloodGuard.Kind) throws(HTTP2Error) {
        guard self.guardian.note(kind, at: self.loop.wheel.now) else { throw .connection(.enhanceYourCalm) }
    }

    /// Only streams that were opened here may be spoken of; frames of those that have ended are passed over.
    private func checkOpened(_ id: UInt32) throws(HTTP2Error) {
        guard id & 1 == 1, id < self.nextStream else { throw .connection(.protocolError) }
    }

    private func receiveSettings(_ payload: ByteBuffer) throws(HTTP2Error) {
        try self.note(.settings)
        let before = self.settings.initialWindow
        try self.settings.update(from: payload)
        self.out.writeSettingsAcknowledgement()
        self.isFlushNeeded = true
        let change = self.settings.initialWindow - before
        guard change != 0 else { return }
        for link in self.streams.all {
            guard link.sendWindow.grow(by: change) else { throw .connection(.flowControl) }
        }
        self.pumpReady()
    }

    private func receiveCredit(_ id: UInt32, _ increment: UInt32) throws(HTTP2Error) {
        try self.note(.windowUpdate)
        guard increment > 0 else { throw .connection(.protocolError) }
        if id == 0 {
            guard self.sendWindow.grow(by: Int(increment)) else { throw .connection(.flowControl) }
            self.pumpReady()
        } else {
            try self.checkOpened(id)
            guard let link = self.streams[id] else { return }
            guard link.sendWindow.grow(by: Int(increment)) else { throw .connection(.flowControl) }
            self.pump(link)
        }
    }

    private func receiveGoAway(_ last: UInt32) {
        self.isLeaving = true
        self.upstream.forget(self)
        for link in self.streams.all where link.id > last { link.end(.notSent(.closed)) }
        if self.streams.count == 0 { self.close() }
    }

    // MARK: Ends

    private func fail(_ error: HTTP2Error) {
        guard !self.isOver else { return }
        let code: HTTP2ErrorCode
        switch error {
        case .connection(let reason), .stream(_, let reason): code = reason
        }
        self.out.writeGoAway(lastStream: 0, code)
        self.isFlushNeeded = true
        self.flush()
        self.end(.closed, isMalformed: true)
    }

    private func close() {
        guard !self.isOver else { return }
        self.out.writeGoAway(lastStream: 0, .noError)
        self.isFlushNeeded = true
        self.flush()
        self.transport?.finish()
        self.end(.closed)
    }

    private func end(_ end: TransportEnd, isMalformed: Bool = false) {
        guard !self.isOver else { return }
        self.isOver = true
        self.upstream.forget(self)
        self.loop.wheel.remove(self)
        let transport = self.transport
        self.transport = nil
        transport?.abort()
        self.ready = []
        for link in self.streams.all { link.end(self.failure(of: link, end, isMalformed: isMalformed)) }
    }

    private func failure(of link: HTTP2Link, _ end: TransportEnd, isMalformed: Bool) -> ExchangeFailure {
        if link.hasAnswer { return .brokenOff }
        if isMalformed { return .malformedAnswer }
        if end.reachedNobody { return .notSent(end) }
        return self.hasServed ? .keptConnectionClosed : .noAnswer(end)
    }
}
