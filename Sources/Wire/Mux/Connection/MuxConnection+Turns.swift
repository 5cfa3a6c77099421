import DequeModule
import NIOCore

/// Who comes when: turns of the event loop, and turns of the streams.
extension MuxConnection {
    /// Sees to it that what was gathered, and who is ready, comes to its turn.
    func scheduleTurn() {
        guard !self.isTurnScheduled, !self.isReading, !self.isPumping, self.isOpen else { return }
        guard let context = self.context else { return }
        self.isTurnScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.isTurnScheduled = false
            self.pump()
        }
    }

    func channelWritabilityChanged(to isWritable: Bool) {
        self.isChannelWritable = isWritable
        guard isWritable else { return }
        self.answersBehindChannel = 0
        // In the midst of a flush whoever flushes goes on.
        if self.isFlushing { self.scheduleTurn() } else if !self.isReading { self.pump() }
    }

    /// Sends what is ready while the channel takes it, flushes, and tells writers that there is room.
    func pump() {
        guard self.isOpen, !self.isPumping else { return }
        self.isPumping = true
        repeat {
            self.sendReady()
            self.flush()
        } while self.isOpen && self.isChannelWritable && !self.outlets.ready.isEmpty
        self.tellWriters()
        self.flush()
        self.isPumping = false
        // What the writers brought, and those that were not told in this turn.
        guard self.isChannelWritable, !self.outlets.isEmpty else { return }
        self.scheduleTurn()
    }

    /// Round robin: a frame of each stream that is ready.
    private func sendReady() {
        while self.isOpen, self.isChannelWritable, let id = self.outlets.ready.popFirst() {
            guard let stream = self.streams[id] else { continue }
            stream.isReady = false
            self.outlets.readyBytes -= stream.queuedBytes
            self.sendFromQueue(of: stream)
            self.makeReady(stream)
            if stream.queue.isEmpty { self.listWriter(of: stream) }
        }
    }

    /// One frame of what waits in the stream.
    private func sendFromQueue(of stream: MuxStream) {
        let wanted = min(stream.queuedBytes, FrameEncoder.maxPayload, stream.sendWindow.available)
        guard wanted > 0, self.makeRoom(inBatchFor: wanted) else { return }
        var left = stream.sendWindow.take(upTo: wanted)
        let flags: FrameFlags = stream.isFinishing && left == stream.queuedBytes ? .fin : []
        stream.queuedBytes -= left
        self.encoder.startData(stream: stream.id, length: left, flags: flags)
        while left > 0, var first = stream.queue.popFirst() {
            guard let payload = first.readSlice(length: min(left, first.readableBytes)) else { break }
            self.encoder.append(payload)
            left -= payload.readableBytes
            if first.readableBytes > 0 { stream.queue.prepend(first) }
        }
        self.didWriteData(wanted, on: stream, flags: flags)
    }

    private func tellWriters() {
        var told = 0
        while told < Self.writersPerTurn, self.isOpen, self.isWritable, let id = self.outlets.awaited.popFirst() {
            guard let stream = self.streams[id] else { continue }
            stream.isListed = false
            // Otherwise it stands still for credit or behind its own queue, and is listed again when that changes.
            guard stream.isAwaited, stream.canWrite else { continue }
            stream.isAwaited = false
            told += 1
            stream.receiver.streamWritabilityChanged(stream)
        }
    }

    /// Puts a stream with queued bytes and window among those that take turns.
    func makeReady(_ stream: MuxStream) {
        guard self.isOpen, !stream.isReady, !stream.isClosed else { return }
        guard !stream.queue.isEmpty, stream.sendWindow.available > 0 else { return }
        stream.isReady = true
        self.outlets.readyBytes += stream.queuedBytes
        if stream.isUrgent {
            self.outlets.ready.prepend(stream.id)
        } else {
            self.outlets.ready.append(stream.id)
        }
        if self.isChannelWritable { self.scheduleTurn() }
    }

    /// The writer of a stream that is not writable wants to be told when it is.
    func awaitWritability(of stream: MuxStream) {
        guard self.isOpen, stream.state.canSend, !stream.isFinishing, !stream.canWrite else { return }
        stream.isAwaited = true
        // Behind its own queue or window it is listed when those move.
        guard stream.queue.isEmpty, stream.sendWindow.available > 0 else { return }
        self.listWriter(of: stream)
    }

    /// Puts a stream whose writer waits among those that are told when there is room.
    func listWriter(of stream: MuxStream) {
        guard self.isOpen, stream.isAwaited, !stream.isListed, !stream.isClosed else { return }
        stream.isListed = true
        self.outlets.awaited.append(stream.id)
        if self.isWritable { self.scheduleTurn() }
    }
}
