import NIOCore

/// From the channel to the streams.
extension MuxConnection {
    func receive(_ bytes: ByteBuffer) {
        guard self.isOpen else { return }
        self.isReading = true
        self.lastReceived = .now()
        var bytes = bytes
        do throws(MuxError) {
            // A receiver may end the connection at any event.
            while self.isOpen, let event = try self.decoder.next(from: &bytes) {
                try self.take(event)
            }
        } catch {
            self.violated(error)
        }
    }

    func completeRead() {
        self.isReading = false
        self.completeTouched()
        self.pump()
    }

    /// Tells the streams of this batch that it is over.
    func completeTouched() {
        // By index: the array is kept, and a receiver that ends the connection comes back here.
        var index = 0
        while index < self.touched.count {
            let stream = self.touched[index]
            index += 1
            guard stream.isTouched else { continue }
            stream.isTouched = false
            stream.receiver.streamReadComplete(stream)
            if stream.isClosed { stream.receiver = NoReceiver.shared }
        }
        self.touched.removeAll(keepingCapacity: true)
    }

    private func take(_ event: FrameDecoder.Event) throws(MuxError) {
        switch event {
        case .data(let part):
            if part.isFirst { self.receiving = try self.stream(for: part.header) }
            if let stream = self.receiving { self.deliver(part, to: stream) }
        case .credit(let id, let increment):
            self.credit(increment, to: id)
        case .reset(let id, let code):
            guard let stream = self.streams[id] else { return }
            self.remove(stream)
            stream.didReset().stream(stream, ended: code)
        case .malformed(let id, let error):
            guard let stream = self.streams[id] else { return }
            self.fail(stream, error)
        case .goAway(_, let code, let debug):
            // Nothing that follows can be trusted to be a frame, and the peer may wait for us to close (spec 5.1).
            self.end(.goneAway(code, debug: debug))
            self.context?.close(promise: nil)
        }
    }

    // MARK: DATA

    /// The stream that takes the frame; nil where its payload is dropped.
    private func stream(for header: FrameHeader) throws(MuxError) -> MuxStream? {
        guard !header.flags.contains(.syn) else { return try self.accept(header) }
        guard let stream = self.streams[header.stream] else {
            self.answerUnknown(header)
            return nil
        }
        do throws(MuxError) {
            guard stream.state.canReceive else { throw .dataAfterEnd }
            try self.makeRoom(for: header.length, in: stream)
        } catch {
            self.fail(stream, error)
            return nil
        }
        return stream
    }

    private func deliver(_ part: FrameDecoder.DataPart, to stream: MuxStream) {
        if part.isLast { self.receiving = nil }
        if part.bytes.readableBytes > 0 {
            self.touch(stream)
            stream.receiver.stream(stream, received: part.bytes)
        }
        // The receiver may have reset the stream, or ended the connection.
        guard part.isLast, part.header.flags.contains(.fin), !stream.isClosed else { return }
        self.touch(stream)
        stream.didReceiveEnd()
        if stream.isClosed { self.remove(stream) }
        stream.receiver.streamReceivedEnd(stream)
    }

    private func touch(_ stream: MuxStream) {
        guard !stream.isTouched else { return }
        stream.isTouched = true
        self.touched.append(stream)
    }

    /// Takes the bytes of a whole frame off the window, before they come.
    private func makeRoom(for count: Int, in stream: MuxStream) throws(MuxError) {
        try stream.receiveWindow.receive(count)
        stream.bytesReceived += count
        self.unreadBytes += count
    }

    // MARK: Streams of the peer

    /// Opens the stream of a frame with SYN; nil where it is refused.
    private func accept(_ header: FrameHeader) throws(MuxError) -> MuxStream? {
        try self.ids.accept(header.stream)
        guard self.peerStreams < self.configuration.maxPeerStreams else {
            self.answerReset(header.stream, .streamRefused)
            return nil
        }
        let stream = self.addStream(header.stream, receiver: NoReceiver.shared)
        do throws(MuxError) {
            try self.makeRoom(for: header.length, in: stream)
        } catch {
            self.fail(stream, error)
            return nil
        }
        guard let receiver = self.delegate?.muxConnection(self, accepted: stream) else {
            if !stream.isClosed { self.reset(stream, code: .streamRefused) }
            return nil
        }
        guard !stream.isClosed else { return nil }
        stream.receiver = receiver
        self.sendCreditNow(on: stream)
        return stream
    }

    /// DATA for a stream that is not open. An empty FIN is no news; so is what was sent before our RST arrived.
    private func answerUnknown(_ header: FrameHeader) {
        if header.length == 0, header.flags.contains(.fin) { return }
        guard !self.recentResets.contains(header.stream, at: self.lastReceived) else { return }
        self.answerReset(header.stream, .streamClosed)
    }

    /// RST for a stream that is not open.
    private func answerReset(_ id: UInt32, _ code: MuxErrorCode) {
        self.recentResets.insert(id, at: self.lastReceived)
        self.encoder.reset(stream: id, code: code)
        self.didWriteAnswer(of: FrameHeader.size + 4)
    }

    /// Resets a stream for what the peer did, and tells its receiver.
    private func fail(_ stream: MuxStream, _ error: MuxError) {
        let receiver = stream.receiver
        self.reset(stream, code: error.code)
        receiver.stream(stream, ended: error.code)
    }

    // MARK: WNDINC

    private func credit(_ increment: Int, to id: UInt32) {
        guard let stream = self.streams[id] else { return }
        do throws(MuxError) {
            try stream.sendWindow.add(increment)
        } catch {
            self.fail(stream, error)
            return
        }
        let isFirst = stream.creditReceived == 0
        stream.creditReceived += increment
        self.makeReady(stream)
        self.listWriter(of: stream)
        if isFirst { stream.receiver.streamReceivedCredit(stream) }
    }
}
