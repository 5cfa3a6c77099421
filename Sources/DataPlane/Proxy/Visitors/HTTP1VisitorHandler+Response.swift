import Model
import NIOCore

extension HTTP1VisitorHandler: ExchangeFront {
    /// Up to this size, what came of a body goes out in one buffer with the head.
    private static let joinedBytes = 8 * 1024

    /// HTTP/1.0 knows no chunks: only their content is passed on.
    var passesChunks: Bool { !self.isHTTP10 }
    var isHTTP2: Bool { false }

    func writeInterim(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer) {
        // HTTP/1.0 knows none (RFC 9110 §15.2).
        guard !self.isHTTP10 else { return }
        self.loop.responseScratch.clear()
        head.write(into: &self.loop.responseScratch, from: bytes, closing: false)
        self.write(self.loop.responseScratch)
    }

    func writeHead(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer, body: ByteBuffer?, isComplete: Bool) {
        self.responseStarted = true
        let isSwitch = head.isSwitchingProtocols
        let framing = head.framing(forHEAD: self.isHEAD)
        if !isSwitch, framing == .untilClose { self.isClosing = true }
        if self.loop.isDraining { self.isClosing = true }
        self.loop.responseScratch.clear()
        if self.isHTTP10 {
            head.writeForHTTP10(into: &self.loop.responseScratch, from: bytes)
        } else {
            head.write(into: &self.loop.responseScratch, from: bytes, closing: self.isClosing && !isSwitch)
            if framing == .chunked, self.exchange.form == .content { self.framer = ChunkFramer() }
        }
        self.writeFirst(body)
        if isSwitch { self.becomePipe() }
        if !isComplete { self.updateDeadline() }
    }

    /// Writes the head that is in the scratch, together with a small body.
    private func writeFirst(_ body: ByteBuffer?) {
        let loop = self.loop
        guard let body, body.readableBytes > 0 else {
            self.write(loop.responseScratch)
            return
        }
        if self.framer != nil { self.framer?.next(body.readableBytes, into: &loop.responseScratch) }
        guard body.readableBytes > Self.joinedBytes else {
            loop.responseScratch.writeImmutableBuffer(body)
            self.write(loop.responseScratch)
            return
        }
        self.write(loop.responseScratch)
        self.write(body)
    }

    private func becomePipe() {
        self.phase = .pipe
        self.requestEnded = false
        self.setReading(true)
        // Under TLS, where a visitor's end is taken for the end of both directions until here. It fails only on a channel
        // that is already closed.
        try? self.context?.channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
        guard let ahead = self.pending else { return }
        self.pending = nil
        self.exchange.receiveBody(ahead)
        self.exchange.flush()
    }

    func writeBody(_ bytes: ByteBuffer) {
        if self.framer != nil {
            guard bytes.readableBytes > 0 else { return }
            var line = self.loop.allocator.buffer(capacity: 24)
            self.framer?.next(bytes.readableBytes, into: &line)
            self.write(line)
        }
        self.write(bytes)
        self.updateDeadline()
    }

    func flush() {
        self.flushIfNeeded()
    }

    func writeEnd(trailers: ByteBuffer?) {
        self.isAnswered = true
        if case .pipe = self.phase {
            self.endOutput()
            return
        }
        if self.framer != nil {
            var line = self.loop.allocator.buffer(capacity: 16 + (trailers?.readableBytes ?? 0))
            self.framer?.end(trailers: trailers, into: &line)
            self.framer = nil
            self.write(line)
        }
        self.flushIfNeeded()
        self.finishIfDone()
    }

    func answerBroke() {
        // The visitor gets what there is, and must see that it is not whole.
        self.flushIfNeeded()
        self.closeNow()
    }

    func dropConnection() {
        self.closeNow()
    }

    // MARK: The end of an exchange

    /// Goes on with the next request when both directions of this one have ended.
    func finishIfDone() {
        guard case .exchanging = self.phase, self.isAnswered else { return }
        guard self.requestEnded else {
            // The answer came before the end of the request, whose rest is still taken for a while.
            if self.exchange.link == nil { self.lingerOrClose() } else { self.updateDeadline() }
            return
        }
        self.exchange.finish()
        guard !self.isClosing else {
            self.linger()
            return
        }
        self.phase = .idle
        self.setReading(true)
        if self.pending == nil { self.updateDeadline() } else { self.process() }
    }

    func lingerOrClose() {
        self.isClosing = true
        self.linger()
    }

    /// Ends our direction and discards what still comes: closing with unread bytes would reset the connection, and
    /// the visitor might lose the answer.
    private func linger() {
        self.phase = .lingering
        self.pending = nil
        self.exchange.abandon()
        self.setReading(true)
        self.updateDeadline()
        self.endOutput()
    }

    private func endOutput() {
        guard let context = self.context else { return }
        self.flushIfNeeded()
        if self.inputEnded {
            context.closeAfterWriting()
        } else {
            context.close(mode: .output, promise: nil)
        }
    }

    // MARK: Answers of the edge's own

    func closeBehindAnswer() {
        self.isClosing = true
    }

    func writeAnswer(_ answer: LocalAnswer) {
        if case .over = self.phase { return }
        self.phase = .exchanging
        self.discardBody()
        self.write(answer)
    }

    /// Answers what is no right request. Where the next one would begin is not known, so the connection closes.
    func answerBadHead(_ failure: Failure) {
        self.isHEAD = false
        self.requestEnded = false
        self.phase = .exchanging
        self.write(ErrorResponse(failure, format: .text).answer)
    }

    private func write(_ answer: LocalAnswer) {
        if !self.requestEnded { self.isClosing = true }
        self.responseStarted = true
        self.isAnswered = true
        var buffer = self.loop.allocator.buffer(capacity: 512 + answer.body.readableBytes)
        answer.writeHead(into: &buffer, date: self.loop.dateLine.now(), closing: self.isClosing)
        if !self.isHEAD { buffer.writeImmutableBuffer(answer.body) }
        self.write(buffer)
        if self.isClosing { self.linger() } else { self.finishIfDone() }
        if !self.isInRead { self.flushIfNeeded() }
    }
}
