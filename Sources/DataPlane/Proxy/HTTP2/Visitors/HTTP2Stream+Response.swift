import Model
import NIOCore

/// From the exchange to the visitor.
extension HTTP2Stream: ExchangeFront {
    func writeInterim(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer) {
        self.connection.writeHead(head, in: bytes, of: self, ends: false)
    }

    func writeHead(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer, body: ByteBuffer?, isComplete: Bool) {
        let isWrongSuccess = self.exchange.isUpgrade && !head.isSwitchingProtocols && (200..<300).contains(head.status)
        guard !isWrongSuccess else {
            // To a visitor that asked for a WebSocket over HTTP/2, success of any kind means that it has one.
            self.exchange.refuse(.init(.upstreamInvalidResponse, "The service did not open the WebSocket."))
            return
        }
        self.responseStarted = true
        let hasTrailers = head.framing(forHEAD: self.isHEAD) == .chunked
        let isWhole = isComplete && !hasTrailers
        let ends = isWhole && (body?.readableBytes ?? 0) == 0
        self.connection.writeHead(head, in: bytes, of: self, ends: ends)
        if let body { self.queue.append(body) }
        if ends {
            // The exchange may be over with it, and nobody be left to say that a batch is.
            self.connection.scheduleFlush()
            self.hasSentEnd()
        } else {
            self.send()
        }
        if head.isSwitchingProtocols, !self.isOver { self.becomePipe() }
    }

    func writeBody(_ bytes: ByteBuffer) {
        self.queue.append(bytes)
        self.send()
    }

    func writeEnd(trailers: ByteBuffer?) {
        self.responseTrailers = trailers
        self.responseEnded = true
        if self.requestEnded { self.exchange.finish() }
        self.connection.markReady(self)
        self.connection.scheduleFlush()
    }

    func flush() {
        self.connection.scheduleFlush()
    }

    func answerBroke() {
        self.connection.pump(self)
        guard !self.isOver else { return }
        self.connection.reset(self, .internalError)
        self.connection.scheduleFlush()
    }

    func dropConnection() {
        self.connection.closeNow()
    }

    func closeBehindAnswer() {
        self.connection.leave()
    }

    func writeAnswer(_ answer: LocalAnswer) {
        guard !self.isOver else { return }
        self.responseStarted = true
        self.isWaiting = false
        var text = self.loop.allocator.buffer(capacity: 512)
        answer.writeHead(into: &text, date: self.loop.dateLine.now(), closing: false)
        let head = self.loop.responseHead
        let hasBody = answer.body.readableBytes > 0 && !self.isHEAD
        text.withUnsafeReadableBytes { bytes in
            guard case .complete = head.scan(bytes) else {
                self.connection.reset(self, .internalError)
                return
            }
            head.keepOwnFields()
            self.connection.writeHead(head, in: bytes, of: self, ends: !hasBody)
        }
        guard !self.isOver else { return }
        self.responseEnded = true
        self.exchange.finish()
        if hasBody {
            self.queue.append(answer.body)
            self.connection.markReady(self)
        } else {
            self.hasSentEnd()
        }
        self.connection.scheduleFlush()
    }

    // MARK: Sending

    private func send() {
        self.connection.markReady(self)
        // More than a frame goes out at once as far as it may, so that little waits here.
        if self.queue.bytes >= FrameHeader.payloadLimit { self.connection.pump(self) }
        guard !self.isOver else { return }
        if self.queue.bytes > Self.queueBytes.high, !self.isUpstreamPaused {
            self.isUpstreamPaused = true
            self.exchange.setReading(false)
        }
        self.updateDeadline()
    }

    /// Bytes have gone out.
    func madeRoom() {
        if self.isUpstreamPaused, self.queue.bytes <= Self.queueBytes.low {
            self.isUpstreamPaused = false
            self.exchange.setReading(true)
        }
        self.updateDeadline()
    }

    /// The last frame of the answer is written.
    func hasSentEnd() {
        self.responseEnded = true
        self.finishIfDone()
    }

    /// Takes the stream out of its connection when both directions have ended.
    func finishIfDone() {
        guard self.responseEnded, self.queue.isEmpty, !self.isReady, !self.isOver else { return }
        if self.requestEnded {
            self.exchange.finish()
            self.connection.remove(self)
        } else if !self.isPipe {
            // The visitor need not send the rest (RFC 9113 §8.1).
            self.connection.reset(self, .noError)
        }
    }
}
