import Model
import NIOCore

extension HTTP2VisitorHandler {
    /// Does what a frame asks for.
    func receive(_ event: FrameEvent) throws(HTTP2Error) {
        switch event {
        case .data(let id, let bytes, let counted, let ends, let isEmpty):
            guard self.guardian.noteData(isEmpty: isEmpty) else {
                self.loop.counters.note(.http2EmptyFrames)
                throw .connection(.enhanceYourCalm)
            }
            try self.receiveData(id, bytes, counted: counted, ends: ends)
        case .headers(let id, let block, let ends, let dependsOn):
            try self.receiveHeaders(id, block, ends: ends, dependsOn: dependsOn)
        case .priority(let id, let dependsOn):
            try self.note(.priority)
            guard dependsOn != id else { throw .stream(id, .protocolError) }
        case .reset(let id, _):
            try self.receiveReset(id)
        case .settings(let payload):
            try self.receiveSettings(payload)
        case .settingsAcknowledged, .goAway:
            try self.note(.settings)
        case .ping(let word):
            try self.note(.ping)
            self.writeControl { $0.writePing(word, isAcknowledgement: true) }
        case .pingAcknowledged(let word):
            try self.note(.ping)
            if word == Self.drainWord { self.endDrain() }
        case .windowUpdate(let id, let increment):
            try self.receiveCredit(id, increment)
        case .unknown:
            try self.note(.unknown)
        }
    }

    private func note(_ kind: FloodGuard.Kind) throws(HTTP2Error) {
        guard !self.guardian.note(kind, at: self.loop.wheel.now) else { return }
        self.loop.counters.note(kind.reached)
        throw .connection(.enhanceYourCalm)
    }

    /// Whether the visitor has not opened this stream yet, nor any above it.
    func isIdle(_ id: UInt32) -> Bool { id > self.lastStream || id & 1 == 0 }

    // MARK: Bodies

    private func receiveData(_ id: UInt32, _ bytes: ByteBuffer, counted: Int, ends: Bool) throws(HTTP2Error) {
        guard self.receiveWindow.receive(counted) else {
            self.loop.counters.note(.http2Windows)
            throw .connection(.flowControl)
        }
        guard let stream = self.streams[id] else {
            guard !self.isIdle(id) else { throw .connection(.protocolError) }
            self.giveBack(counted)
            if self.recentResets.contains(id) { return }
            throw .stream(id, .streamClosed)
        }
        try stream.receive(bytes, counted: counted, ends: ends)
        if self.isInRead, !stream.isOver { self.touch(stream.exchange) }
    }

    /// The exchange's upstream is flushed at the end of this batch of reads.
    private func touch(_ exchange: Exchange) {
        if self.touched.last !== exchange { self.touched.append(exchange) }
    }

    /// What was written upstream goes out: now, or with the rest of the batch.
    func flushUpstream(_ exchange: Exchange) {
        if self.isInRead { self.touch(exchange) } else { exchange.flush() }
    }

    /// Lets the visitor send so many bytes more on all streams together.
    func giveBack(_ count: Int) {
        guard let increment = self.receiveWindow.take(count) else { return }
        self.writeControl { $0.writeWindowUpdate(0, increment: increment) }
    }

    // MARK: Heads

    private func receiveHeaders(
        _ id: UInt32,
        _ block: ByteBuffer,
        ends: Bool,
        dependsOn: UInt32?
    ) throws(HTTP2Error) {
        let list = self.loop.fieldList
        do throws(HPACKDecoder.Failure) {
            try self.decoder.decode(block, into: list)
        } catch {
            throw .connection(.compression)
        }
        guard id & 1 == 1 else { throw .connection(.protocolError) }
        if let stream = self.streams[id] {
            try self.receiveTrailers(list, of: stream, ends: ends)
            return
        }
        guard id > self.lastStream else {
            if self.recentResets.contains(id) { return }
            throw .connection(.streamClosed)
        }
        self.lastStream = id
        if case .leaving = self.phase { return }
        guard dependsOn != id else { throw .stream(id, .protocolError) }
        guard self.streams.count < self.limits.concurrentStreams else {
            self.loop.counters.note(.http2Streams)
            throw .stream(id, .refusedStream)
        }
        try self.open(id, list, ends: ends)
    }

    private func receiveTrailers(_ list: FieldList, of stream: HTTP2Stream, ends: Bool) throws(HTTP2Error) {
        guard !list.isTooLarge else { throw .stream(stream.id, .enhanceYourCalm) }
        let section: ByteBuffer?
        do throws(RequestTranscript.Problem) {
            section = try TrailerBlock.section(list, limit: self.loop.limits.bodyLimits.trailerBytes)
        } catch {
            throw .stream(stream.id, stream.requestEnded ? .streamClosed : .protocolError)
        }
        try stream.receiveTrailers(section, ends: ends)
        if self.isInRead, !stream.isOver { self.touch(stream.exchange) }
    }

    /// Opens a stream with its request.
    private func open(_ id: UInt32, _ list: FieldList, ends: Bool) throws(HTTP2Error) {
        let stream = HTTP2Stream(id: id, connection: self)
        stream.requestEnded = ends
        guard !list.isTooLarge else {
            self.streams.insert(stream)
            self.loop.counters.note(HTTP1Error.headTooLong)
            self.answer(stream, HTTP1Error.headTooLong.failure)
            return
        }
        var text = self.loop.allocator.buffer(capacity: list.count + 256)
        do throws(RequestTranscript.Problem) {
            let transcript = try RequestTranscript(list)
            guard !ends || transcript.contentLength ?? 0 == 0 else { throw .malformed }
            guard !(transcript.isWebSocket && ends) else { throw .malformed }
            stream.remaining = transcript.contentLength
            stream.isTunnel = transcript.isWebSocket
            transcript.write(into: &text, ends: ends || transcript.isWebSocket, webSocketKey: Self.webSocketKey())
        } catch {
            guard error == .connect else { throw .stream(id, .protocolError) }
            self.streams.insert(stream)
            self.answer(stream, Failure(.methodNotAllowed, "CONNECT is not served here."))
            return
        }
        try self.begin(stream, text)
    }

    private func begin(_ stream: HTTP2Stream, _ text: ByteBuffer) throws(HTTP2Error) {
        let head = self.loop.requestHead
        switch text.withUnsafeReadableBytes({ head.scan($0, limits: self.loop.limits.headLimits) }) {
        case .complete:
            self.streams.insert(stream)
            stream.isHEAD = head.isHEAD
            let hasBody = !stream.requestEnded && !stream.isTunnel && !head.framing.isEmpty
            stream.hasBody = hasBody
            stream.exchange.begin(head, in: text, hasBody: hasBody, front: stream)
            if !stream.isOver { stream.updateDeadline() }
        case .invalid(let error) where error.code != .requestMalformed:
            self.streams.insert(stream)
            self.loop.counters.note(error)
            self.answer(stream, error.failure)
        case .invalid, .incomplete:
            throw .stream(stream.id, .protocolError)
        }
    }

    /// Answers what begins no exchange.
    private func answer(_ stream: HTTP2Stream, _ failure: Failure) {
        stream.writeAnswer(ErrorResponse(failure, format: .text).answer)
    }

    /// Sixteen bytes of chance in base64. They keep nothing secret: the visitor's own handshake is HTTP/2's.
    private static func webSocketKey() -> [UInt8] {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        // The last digit carries two bits.
        let last = digits[Int.random(in: 0..<4) * 16]
        return (0..<21).map { _ in digits[Int.random(in: 0..<64)] } + [last] + Array("==".utf8)
    }

    // MARK: Everything else

    private func receiveReset(_ id: UInt32) throws(HTTP2Error) {
        guard !self.isIdle(id) else { throw .connection(.protocolError) }
        try self.note(.reset)
        guard let stream = self.streams[id] else { return }
        self.discard(stream)
        self.leaveIfDone()
    }

    private func receiveSettings(_ payload: ByteBuffer) throws(HTTP2Error) {
        try self.note(.settings)
        let before = self.settings.initialWindow
        try self.settings.update(from: payload)
        let change = self.settings.initialWindow - before
        if change != 0 {
            for stream in self.streams.all {
                guard stream.sendWindow.grow(by: change) else { throw .connection(.flowControl) }
                self.markReady(stream)
            }
        }
        self.writeControl { $0.writeSettingsAcknowledgement() }
    }

    private func receiveCredit(_ id: UInt32, _ increment: UInt32) throws(HTTP2Error) {
        try self.note(.windowUpdate)
        guard id != 0 else {
            guard increment > 0 else { throw .connection(.protocolError) }
            guard self.sendWindow.grow(by: Int(increment)) else { throw .connection(.flowControl) }
            self.isFlushNeeded = true
            return
        }
        guard !self.isIdle(id) else { throw .connection(.protocolError) }
        guard let stream = self.streams[id] else { return }
        guard increment > 0 else { throw .stream(id, .protocolError) }
        guard stream.sendWindow.grow(by: Int(increment)) else { throw .stream(id, .flowControl) }
        self.markReady(stream)
    }
}
