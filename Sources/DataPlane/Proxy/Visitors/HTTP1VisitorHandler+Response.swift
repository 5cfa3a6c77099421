import Addressing
import Model
import NIOCore

extension HTTP1VisitorHandler: ExchangeSink {
    /// Up to this size, what came of a body goes out in one buffer with the head.
    private static let joinedBytes = 8 * 1024

    func responseInterim(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer) {
        // HTTP/1.0 knows none (RFC 9110 §15.2).
        guard !self.isHTTP10 else { return }
        self.loop.responseScratch.clear()
        head.write(into: &self.loop.responseScratch, from: bytes, closing: false)
        self.write(self.loop.responseScratch)
    }

    func responseHead(
        _ head: ResponseHead,
        in bytes: UnsafeRawBufferPointer,
        body: ByteBuffer?,
        isComplete: Bool
    ) {
        self.responseStarted = true
        self.repeatable = nil
        let isSwitch = head.isSwitchingProtocols
        if !isSwitch, head.framing(forHEAD: self.isHEAD) == .untilClose { self.isClosing = true }
        if self.loop.isDraining { self.isClosing = true }
        self.loop.responseScratch.clear()
        if self.isHTTP10 {
            head.writeForHTTP10(into: &self.loop.responseScratch, from: bytes)
        } else {
            head.write(into: &self.loop.responseScratch, from: bytes, closing: self.isClosing && !isSwitch)
        }
        if let body, body.readableBytes <= Self.joinedBytes {
            self.loop.responseScratch.writeImmutableBuffer(body)
            self.write(self.loop.responseScratch)
        } else {
            self.write(self.loop.responseScratch)
            if let body { self.write(body) }
        }
        if isSwitch {
            self.phase = .pipe
            self.requestEnded = false
            self.setReading(true)
            if let ahead = self.pending {
                self.pending = nil
                self.link?.sendBody(ahead)
                self.link?.flush()
            }
        }
        if !isComplete { self.updateDeadline() }
    }

    func responseBody(_ bytes: ByteBuffer) {
        self.write(bytes)
        self.updateDeadline()
    }

    func responseFlush() {
        self.flushIfNeeded()
    }

    func responseEnded() {
        self.isAnswered = true
        if case .pipe = self.phase {
            self.endOutput()
            return
        }
        self.flushIfNeeded()
        self.finishIfDone()
    }

    func exchangeFailed(_ failure: ExchangeFailure) {
        let endpoint = self.link?.upstream.endpoint
        self.link = nil
        switch self.phase {
        case .over, .lingering, .idle, .waiting:
            return
        case .pipe:
            self.closeNow()
            return
        case .exchanging:
            break
        }
        if self.isAnswered {
            // The answer is out; only the rest of the request has nowhere to go.
            self.lingerOrClose()
            return
        }
        if self.tryAgain(after: failure, at: endpoint) { return }
        self.loop.counters.failedExchanges += 1
        guard !self.responseStarted else {
            // The visitor gets what there is, and must see that it is not whole.
            self.flushIfNeeded()
            self.closeNow()
            return
        }
        self.answer(failure.failure)
    }

    // MARK: The end of an exchange

    /// Goes on with the next request when both directions of this one have ended.
    func finishIfDone() {
        guard case .exchanging = self.phase, self.isAnswered else { return }
        guard self.requestEnded else {
            // The answer came before the end of the request, whose rest is still taken for a while.
            if self.link == nil { self.lingerOrClose() } else { self.updateDeadline() }
            return
        }
        self.link = nil
        self.repeatable = nil
        guard !self.isClosing else {
            self.closeBehindAnswer()
            return
        }
        self.phase = .idle
        self.setReading(true)
        if self.pending == nil { self.updateDeadline() } else { self.process() }
    }

    /// Nothing more is answered on this connection.
    private func closeBehindAnswer() {
        self.flushIfNeeded()
        self.linger()
    }

    private func lingerOrClose() {
        self.isClosing = true
        self.linger()
    }

    /// Ends our direction and discards what still comes: closing with unread bytes would reset the connection, and
    /// the visitor might lose the answer.
    private func linger() {
        self.phase = .lingering
        self.pending = nil
        self.abandonLink()
        self.flushIfNeeded()
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

    /// Answers in the upstream's place.
    ///
    /// - Parameters:
    ///   - failure: what happened.
    ///   - closing: whether the connection must close behind it in any case.
    func answer(_ failure: Failure, closing: Bool = false) {
        if !self.requestEnded || closing { self.isClosing = true }
        self.responseStarted = true
        self.isAnswered = true
        var response = ErrorResponse(failure, format: self.answerFormat)
        response.omitsBody = self.isHEAD
        response.closesConnection = self.isClosing
        var buffer = self.loop.allocator.buffer(capacity: 1024)
        response.write(into: &buffer, date: self.loop.dateLine.now())
        self.write(buffer)
        self.phase = .exchanging
        if self.isClosing {
            self.closeBehindAnswer()
        } else {
            self.finishIfDone()
        }
        if !self.isInRead { self.flushIfNeeded() }
    }

    func answerOffline(_ url: EndpointURL) {
        // Whatever is pending belongs to the request that waited.
        self.pending = nil
        self.requestEnded = false
        self.answer(.init(.endpointOffline, "The endpoint \(url) is offline."))
    }
}
