import NIOCore

extension HTTP2VisitorHandler {
    /// From this size on, slices go out as they are, and are not copied to the frames around them.
    private static let copiedBytes = 8 * 1024
    /// What has been gathered goes to the channel in pieces of about this size.
    private static let gatheredBytes = 16 * 1024

    // MARK: Streams

    /// The stream has something to send, or room for it.
    func markReady(_ stream: HTTP2Stream) {
        self.isFlushNeeded = true
        guard !stream.isReady, !stream.isOver else { return }
        guard !stream.queue.isEmpty || stream.responseEnded else { return }
        stream.isReady = true
        self.ready.append(stream)
    }

    /// Sends what `stream` has, as far as it may now.
    func pump(_ stream: HTTP2Stream) {
        while self.sendFrame(of: stream) {}
    }

    /// Sends the next frame of `stream`.
    ///
    /// - Returns: whether there may be another.
    private func sendFrame(of stream: HTTP2Stream) -> Bool {
        guard !stream.isOver, let context = self.context, context.channel.isWritable else { return false }
        guard !stream.queue.isEmpty else {
            if stream.responseEnded { self.sendEnd(of: stream) }
            return false
        }
        let limit = min(self.settings.frameSize, FrameHeader.payloadLimit)
        let allowed = min(limit, min(self.sendWindow.available, stream.sendWindow.available))
        guard allowed > 0, let bytes = stream.queue.take(upTo: allowed) else { return false }
        let count = bytes.readableBytes
        let ends = stream.queue.isEmpty && stream.responseEnded && stream.responseTrailers == nil
        self.sendWindow.spend(count)
        stream.sendWindow.spend(count)
        self.guardian.noteSentData()
        self.out.writeFrameHeader(
            FrameHeader(
                length: count,
                kind: FrameHeader.Kind.data,
                flags: ends ? FrameHeader.Flag.endStream : 0,
                stream: stream.id
            )
        )
        self.write(bytes)
        stream.madeRoom()
        if ends { self.end(stream) }
        return !ends
    }

    /// Ends an answer whose body has gone out: with its trailers, or with nothing.
    private func sendEnd(of stream: HTTP2Stream) {
        if let trailers = stream.responseTrailers {
            stream.responseTrailers = nil
            self.out.writeHeaderBlock(stream.id, ends: true, frameLimit: FrameHeader.payloadLimit) {
                TrailerBlock.write(trailers, into: &$0)
            }
        } else {
            self.out.writeFrameHeader(
                FrameHeader(
                    length: 0,
                    kind: FrameHeader.Kind.data,
                    flags: FrameHeader.Flag.endStream,
                    stream: stream.id
                )
            )
        }
        self.isFlushNeeded = true
        self.end(stream)
    }

    private func end(_ stream: HTTP2Stream) {
        stream.isReady = false
        stream.hasSentEnd()
    }

    func writeHead(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer, of stream: HTTP2Stream, ends: Bool) {
        self.isFlushNeeded = true
        let before = self.out.readableBytes
        self.out.writeHeaderBlock(stream.id, ends: ends, frameLimit: FrameHeader.payloadLimit) {
            head.writeHTTP2(into: &$0, from: bytes)
        }
        self.noteUnbounded(self.out.readableBytes - before)
    }

    /// Ends a stream before its time.
    func reset(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
        guard !stream.isOver else { return }
        self.writeControl { $0.writeReset(stream.id, code) }
        self.recentResets.insert(stream.id)
        self.discard(stream)
        self.leaveIfDone()
    }

    /// Ends a stream for what the visitor did wrong on it.
    func refuse(_ id: UInt32, _ code: HTTP2ErrorCode) throws(HTTP2Error) {
        guard self.guardian.note(.reset, at: self.loop.wheel.now) else {
            self.loop.counters.note(.http2Resets)
            throw .connection(.enhanceYourCalm)
        }
        // Of a stream that was never there, nothing can be said but on the connection.
        guard !self.isIdle(id) else { throw .connection(code) }
        if let stream = self.streams[id] {
            self.reset(stream, code)
        } else {
            self.recentResets.insert(id)
            self.writeControl { $0.writeReset(id, code) }
        }
    }

    /// Takes a stream out that has ended in good order.
    func remove(_ stream: HTTP2Stream) {
        self.discard(stream)
        self.leaveIfDone()
    }

    /// Takes a stream out; its exchange ends.
    func discard(_ stream: HTTP2Stream) {
        guard !stream.isOver else { return }
        stream.isOver = true
        stream.queue.clear()
        stream.early = nil
        self.streams.remove(stream)
        self.loop.wheel.remove(stream)
        stream.exchange.abandon()
        if stream.withheld > 0 { self.giveBack(stream.withheld) }
        stream.withheld = 0
        if self.streams.count == 0, self.context != nil {
            self.loop.wheel.set(self, in: self.loop.limits.http2IdleMilliseconds)
        }
    }

    // MARK: Bytes

    /// Writes a frame that no stream's window bounds.
    func writeControl(_ body: (inout ByteBuffer) -> Void) {
        let before = self.out.readableBytes
        body(&self.out)
        self.isFlushNeeded = true
        self.noteUnbounded(self.out.readableBytes - before)
    }

    /// A frame of so many bytes was written that no window bounds: so many may wait for a visitor that takes nothing. A
    /// large one counts for as many as it has KiB.
    private func noteUnbounded(_ bytes: Int) {
        guard self.context?.channel.isWritable == false, self.unreadFrames <= self.limits.queuedFrames else { return }
        self.unreadFrames += 1 + bytes / 1024
        guard self.unreadFrames > self.limits.queuedFrames else { return }
        self.loop.counters.note(.http2QueuedFrames)
        self.closeNow()
    }

    private func write(_ bytes: ByteBuffer) {
        self.isFlushNeeded = true
        guard bytes.readableBytes >= Self.copiedBytes else {
            self.out.writeImmutableBuffer(bytes)
            if self.out.readableBytes >= Self.gatheredBytes { self.writeOut() }
            return
        }
        self.writeOut()
        self.exchanges.noteOut(bytes.readableBytes)
        self.context?.write(Self.wrapOutboundOut(bytes), promise: nil)
    }

    /// Hands on to the channel what was gathered.
    func writeOut() {
        guard self.out.readableBytes > 0 else { return }
        let gathered = self.out
        self.out = ByteBuffer()
        self.exchanges.noteOut(gathered.readableBytes)
        self.context?.write(Self.wrapOutboundOut(gathered), promise: nil)
    }

    /// Flushes at the end of the batch of reads that is under way, or of this turn of the loop: all streams' frames go
    /// out together.
    func scheduleFlush() {
        guard !self.isInRead, !self.isFlushScheduled, self.context != nil else { return }
        self.isFlushScheduled = true
        let bound = NIOLoopBound(self, eventLoop: self.loop.eventLoop)
        self.loop.eventLoop.execute {
            bound.value.isFlushScheduled = false
            bound.value.flushNow()
        }
    }

    func flushNow() {
        guard let context = self.context else { return }
        self.pumpReady()
        self.writeOut()
        guard self.isFlushNeeded else { return }
        self.isFlushNeeded = false
        context.flush()
    }

    /// Lets each stream send a frame in turn, as long as there is room.
    private func pumpReady() {
        var turn = self.ready
        self.ready = []
        while !turn.isEmpty, self.context?.channel.isWritable == true {
            var again: [HTTP2Stream] = []
            for stream in turn where stream.isReady && !stream.isOver {
                if self.sendFrame(of: stream) {
                    again.append(stream)
                } else if !stream.isOver {
                    self.settle(stream)
                }
            }
            turn = again
        }
        self.ready = turn + self.ready
    }

    /// A stream that can send no more now: it is looked at again when its window grows or the channel takes more.
    private func settle(_ stream: HTTP2Stream) {
        let isBlockedByAll = !stream.queue.isEmpty && self.sendWindow.available <= 0
        if isBlockedByAll || self.context?.channel.isWritable == false {
            self.ready.append(stream)
        } else {
            stream.isReady = false
        }
    }
}
