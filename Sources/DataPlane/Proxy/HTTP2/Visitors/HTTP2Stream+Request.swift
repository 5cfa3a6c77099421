import Model
import NIOCore

/// From the visitor to the exchange.
extension HTTP2Stream {
    /// Bytes of a DATA frame; `counted` is what they took of the windows.
    func receive(_ bytes: ByteBuffer, counted: Int, ends: Bool) throws(HTTP2Error) {
        guard !self.requestEnded else { throw .stream(self.id, .streamClosed) }
        guard self.receiveWindow.receive(counted) else {
            self.loop.counters.note(.http2Windows)
            throw .stream(self.id, .flowControl)
        }
        let count = bytes.readableBytes
        if let remaining = self.remaining {
            guard remaining >= UInt64(count), !ends || remaining == UInt64(count) else {
                throw .stream(self.id, .protocolError)
            }
            self.remaining = remaining - UInt64(count)
        }
        self.withheld += counted
        if self.isPipe || (self.isSent && !self.isTunnel) {
            if count > 0 { self.exchange.receiveBody(bytes) }
            guard !self.isOver else { return }
            if self.takesBody || count < counted { self.giveBack(self.takesBody ? self.withheld : counted - count) }
        } else if count > 0 {
            if self.early == nil { self.early = bytes } else { self.early?.writeImmutableBuffer(bytes) }
        }
        if ends { self.end() } else { self.goOnReceiving(behind: count) }
    }

    /// So many bytes of a body have come, and there are more.
    private func goOnReceiving(behind count: Int) {
        // Who is answered already has no hurry: a conversation may be slow.
        guard self.pace.note(count, at: self.loop.wheel.now, self.loop.limits) || self.responseStarted else {
            self.loop.counters.note(.bodyRate)
            self.exchange.refuse(.init(.requestTimeout, "The request's body came too slowly."))
            return
        }
        self.updateDeadline()
    }

    /// The visitor's trailers; nil where none may be passed on.
    func receiveTrailers(_ section: ByteBuffer?, ends: Bool) throws(HTTP2Error) {
        guard !self.requestEnded else { throw .stream(self.id, .streamClosed) }
        guard ends, self.remaining ?? 0 == 0 else { throw .stream(self.id, .protocolError) }
        self.trailers = section
        self.end()
    }

    private func end() {
        self.requestEnded = true
        if self.isPipe || (self.isSent && self.hasBody) { self.exchange.endRequest(trailers: self.trailers) }
        guard !self.isOver else { return }
        self.updateDeadline()
        self.finishIfDone()
    }

    /// Lets the visitor send so many bytes more.
    private func giveBack(_ count: Int) {
        guard count > 0 else { return }
        self.withheld -= count
        self.connection.giveBack(count)
        if !self.requestEnded, let increment = self.receiveWindow.take(count) {
            self.connection.writeControl { $0.writeWindowUpdate(self.id, increment: increment) }
        }
    }
}

// MARK: - What an exchange asks of its request

extension HTTP2Stream {
    var passesChunks: Bool { false }
    var isHTTP2: Bool { true }

    func exchangeWaits() {
        self.isWaiting = true
        self.updateDeadline()
    }

    func exchangeGoesOn() {
        self.isWaiting = false
        self.pace.start(at: self.loop.wheel.now)
    }

    func takeFirstBody(_ form: BodyForm) -> FirstBody {
        guard let early = self.early else { return .none }
        self.early = nil
        return .some(early)
    }

    func requestIsSent() {
        self.isSent = true
        // A link that was full before this request came has no change to tell.
        if self.exchange.link?.isWritable == false { self.takesBody = false }
        if self.takesBody, !self.isTunnel { self.giveBack(self.withheld) }
        if self.requestEnded, self.hasBody { self.exchange.endRequest(trailers: self.trailers) }
        guard !self.isOver else { return }
        self.connection.flushUpstream(self.exchange)
        if self.queue.bytes > Self.queueBytes.high { self.exchange.setReading(false) }
        self.updateDeadline()
    }

    /// The WebSocket is open: what came ahead of it goes out.
    func becomePipe() {
        self.isPipe = true
        if let early = self.early {
            self.early = nil
            self.exchange.receiveBody(early)
        }
        if self.takesBody { self.giveBack(self.withheld) }
        if self.requestEnded { self.exchange.endRequest(trailers: nil) }
        self.connection.flushUpstream(self.exchange)
    }

    func requestWritabilityChanged(_ isWritable: Bool) {
        guard !self.isOver, self.takesBody != isWritable else { return }
        self.takesBody = isWritable
        if isWritable { self.pace.start(at: self.loop.wheel.now) }
        if isWritable, self.isSent { self.giveBack(self.withheld) }
        self.connection.scheduleFlush()
        self.updateDeadline()
    }

    func requestIsUnwanted() {
        self.requestEnded = true
        self.finishIfDone()
    }
}
