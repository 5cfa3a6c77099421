package import NIOCore

/// Streams, their ends and their credit.
extension MuxConnection {
    /// Opens a stream.
    ///
    /// - Parameters:
    ///   - receiver: who gets its bytes.
    ///   - first: the whole preamble, and more if there is more already; never empty. It goes out in the frame with
    ///     SYN, of which 16,376 bytes are the most: a preamble must be shorter (spec 3.4).
    /// - Returns: nil when the connection is over or out of ids.
    package func open(receiver: any MuxStreamReceiver, first: ByteBuffer) -> MuxStream? {
        assert(first.readableBytes > 0, "a stream without payload blocks its agent")
        guard self.isOpen, first.readableBytes > 0, let id = self.ids.next() else { return nil }
        let stream = self.addStream(id, receiver: receiver)
        var rest = first
        let count = stream.sendWindow.take(upTo: min(first.readableBytes, FrameEncoder.maxPayload))
        if let payload = rest.readSlice(length: count) { self.writeData(payload, on: stream, flags: .syn) }
        self.sendCreditNow(on: stream)
        stream.write(rest)
        return stream
    }

    func addStream(_ id: UInt32, receiver: any MuxStreamReceiver) -> MuxStream {
        let stream = MuxStream(id: id, connection: self, receiver: receiver, now: self.loopTime)
        self.streams.insert(stream)
        if self.ids.isPeers(id) { self.peerStreams += 1 }
        self.enlargeWindow(of: stream, by: self.configuration.receiveWindow - SendWindow.initial)
        return stream
    }

    /// Forgets a stream that is over, and what it had of the connection's budgets. Its receiver is the caller's.
    func remove(_ stream: MuxStream) {
        self.streams.remove(stream.id)
        if self.ids.isPeers(stream.id) { self.peerStreams -= 1 }
        self.unreadBytes -= stream.receiveWindow.unread
        self.extraWindows -= stream.extraWindow
        stream.extraWindow = 0
        if self.receiving === stream { self.receiving = nil }
        if stream.isReady {
            stream.isReady = false
            self.outlets.readyBytes -= stream.queuedBytes
        }
        self.outlets.prune(self.streams)
    }

    /// The event loop's own time, which tests can move.
    private var loopTime: NIODeadline { self.context?.eventLoop.now ?? .now() }

    // MARK: Our resets

    func reset(_ stream: MuxStream, code: MuxErrorCode) {
        guard !stream.isClosed else { return }
        self.remove(stream)
        stream.didReset()
        guard self.isOpen else { return }
        self.recentResets.insert(stream.id, at: .now())
        self.encoder.reset(stream: stream.id, code: code)
        self.didWriteAnswer(of: FrameHeader.size + 4)
    }

    func abort(_ stream: MuxStream, code: MuxErrorCode) {
        guard !stream.isClosed else { return }
        if self.isOpen, !stream.hasSentFIN {
            self.encoder.startData(stream: stream.id, length: 0, flags: .fin)
        }
        self.reset(stream, code: code)
        guard self.isOpen else { return }
        self.encoder.credit(stream: stream.id, increment: 1)
        self.didWriteAnswer(of: FrameHeader.size + 4)
    }

    // MARK: Credit

    func consumed(_ count: Int, of stream: MuxStream) {
        guard !stream.isClosed else { return }
        let taken = stream.receiveWindow.consume(count)
        stream.consumedSinceCredit += taken
        self.unreadBytes -= taken
        let increment = stream.receiveWindow.credit(limit: self.windowLimit)
        guard increment > 0 else { return }
        self.sendCredit(increment, on: stream)
    }

    /// Sends what is due at once, if anything is.
    func sendCreditNow(on stream: MuxStream) {
        guard !stream.isClosed else { return }
        let increment = stream.receiveWindow.creditNow(limit: self.windowLimit)
        guard increment > 0 else { return }
        self.sendCredit(increment, on: stream)
    }

    /// Makes a stream's window larger within the limit and the budget. The credit for it is then due.
    func enlargeWindow(of stream: MuxStream, by wanted: Int) {
        let room = min(
            self.configuration.maxReceiveWindow - stream.receiveWindow.size,
            self.configuration.receiveBudget - self.extraWindows
        )
        let count = min(wanted, room)
        guard count > 0 else { return }
        stream.receiveWindow.grow(by: count)
        stream.extraWindow += count
        self.extraWindows += count
    }

    /// What windows count as while memory is short.
    private var windowLimit: Int {
        self.unreadBytes > self.configuration.receiveBudget ? Self.scarceWindow : .max
    }

    private func sendCredit(_ increment: Int, on stream: MuxStream) {
        guard self.isOpen else { return }
        let increment = increment + self.growWindow(of: stream)
        stream.consumedSinceCredit = 0
        self.encoder.credit(stream: stream.id, increment: increment)
        self.didWriteAnswer(of: FrameHeader.size + 4)
    }

    /// Makes the window as large as the stream's rate wants it.
    ///
    /// - Returns: the credit for that.
    private func growWindow(of stream: MuxStream) -> Int {
        guard self.configuration.growsWindows, let roundTripTime = self.roundTripTime else { return 0 }
        let size = stream.tuner.size(
            afterConsuming: stream.consumedSinceCredit,
            at: self.loopTime,
            roundTripTime: roundTripTime,
            size: stream.receiveWindow.size
        )
        self.enlargeWindow(of: stream, by: size - stream.receiveWindow.size)
        return stream.receiveWindow.creditNow(limit: self.windowLimit)
    }
}
