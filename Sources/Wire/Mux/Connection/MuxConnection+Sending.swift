import DequeModule
import NIOCore

/// From the streams to the channel.
extension MuxConnection {
    /// Writes and flushes what was gathered, now. Otherwise that happens at the end of the batch of reads, or of the
    /// event loop's turn.
    package func flush() {
        guard self.isOpen, self.encoder.count > 0, let context = self.context else { return }
        let batch = self.encoder.take()
        self.isFlushing = true
        context.writeAndFlush(MuxHandler.wrapOutboundOut(batch), promise: nil)
        self.isFlushing = false
        self.encoder.reuse(batch)
    }

    /// Sends what window, channel and the other streams allow now, and queues the rest.
    func send(_ bytes: ByteBuffer, on stream: MuxStream, finishes: Bool) {
        guard stream.state.canSend, !stream.isFinishing else { return }
        var rest = bytes
        if stream.queue.isEmpty { self.sendNow(&rest, on: stream, finishes: finishes) }
        // With the FIN nothing is left to queue.
        guard stream.state.canSend, rest.readableBytes > 0 || finishes else { return }
        stream.isFinishing = finishes
        if rest.readableBytes > 0 {
            stream.queue.append(rest)
            stream.queuedBytes += rest.readableBytes
            if stream.isReady { self.outlets.readyBytes += rest.readableBytes }
        }
        self.makeReady(stream)
        self.awaitWritability(of: stream)
    }

    /// Sends from the front of `bytes`.
    private func sendNow(_ bytes: inout ByteBuffer, on stream: MuxStream, finishes: Bool) {
        while bytes.readableBytes > 0, self.maySend(stream) {
            let count = stream.sendWindow.take(upTo: min(bytes.readableBytes, FrameEncoder.maxPayload))
            guard count > 0, let payload = bytes.readSlice(length: count) else { return }
            self.writeData(payload, on: stream, flags: finishes && bytes.readableBytes == 0 ? .fin : [])
        }
        // A FIN alone needs neither window nor turn.
        guard finishes, bytes.readableBytes == 0, stream.state.canSend else { return }
        self.writeData(bytes, on: stream, flags: .fin)
    }

    /// Others that wait for the channel come first, except for what is urgent.
    private func maySend(_ stream: MuxStream) -> Bool {
        self.isOpen && (stream.isUrgent || (self.isChannelWritable && self.outlets.ready.isEmpty))
    }

    // MARK: Frames

    /// One DATA frame, for which the window has been charged.
    func writeData(_ payload: ByteBuffer, on stream: MuxStream, flags: FrameFlags) {
        guard self.makeRoom(inBatchFor: payload.readableBytes) else { return }
        self.encoder.startData(stream: stream.id, length: payload.readableBytes, flags: flags)
        self.encoder.append(payload)
        self.didWriteData(payload.readableBytes, on: stream, flags: flags)
    }

    /// Flushes a batch that the next frame would make too large.
    ///
    /// - Returns: false when the connection has ended meanwhile.
    func makeRoom(inBatchFor payloadBytes: Int) -> Bool {
        if self.encoder.count + FrameHeader.size + payloadBytes > Self.batchLimit { self.flush() }
        return self.isOpen
    }

    func didWriteData(_ count: Int, on stream: MuxStream, flags: FrameFlags) {
        stream.bytesSent += count
        if flags.contains(.fin) {
            stream.didSendEnd()
            if stream.isClosed { self.remove(stream) }
            if stream.isClosed, !stream.isTouched { stream.receiver = NoReceiver.shared }
        }
        // Echoes of a peer's heartbeats go out whatever waits, and so must be held to a bound.
        if stream.isUrgent { self.didWriteAnswer(of: FrameHeader.size + count) }
        self.scheduleTurn()
    }

    /// A frame was gathered that answers one of the peer's: credit, RST.
    func didWriteAnswer(of bytes: Int) {
        self.scheduleTurn()
        guard !self.isChannelWritable else { return }
        self.answersBehindChannel += bytes
        if self.answersBehindChannel > Self.answersLimit { self.violated(.answersUnread) }
    }
}
