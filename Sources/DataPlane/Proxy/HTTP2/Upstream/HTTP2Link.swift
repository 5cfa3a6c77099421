import EdgeLink
import NIOCore

/// One exchange on an upstream connection that speaks HTTP/2: a stream of it.
///
/// Back pressure: what the visitor does not take is not given back to the upstream's window; what the upstream does not
/// take waits in `queue`, and the exchange stops its front while that is more than a little.
final class HTTP2Link: NumberedStream {
    private static let queueBytes = 32 * 1024

    private(set) var id: UInt32 = 0
    let connection: HTTP2UpstreamConnection
    private var exchange: Exchange?
    private(set) var isOver = false

    // The request.
    private(set) var queue = ByteQueue()
    var sendWindow: SendWindow
    var isReady = false
    private var isHEAD = false
    private(set) var requestEnded = false
    private(set) var requestTrailers: ByteBuffer?
    private var hasSentEnd = false
    private var wasWritable = true

    // The response.
    private var receiveWindow = ReceiveWindow(HTTP2UpstreamConnection.streamWindow)
    private var remaining: UInt64?
    private var responseStarted = false
    private var responseEnded = false
    private var interimResponses = 0
    private var isReading = true
    private var withheld = 0

    init(connection: HTTP2UpstreamConnection) {
        self.connection = connection
        self.sendWindow = SendWindow(connection.settings.initialWindow)
    }

    // MARK: Sending

    /// What goes out next, at most `limit` bytes; nil when there is nothing.
    func takeData(upTo limit: Int) -> (bytes: ByteBuffer, ends: Bool)? {
        let allowed = min(limit, self.sendWindow.available)
        guard allowed > 0, let bytes = self.queue.take(upTo: allowed) else { return nil }
        self.sendWindow.spend(bytes.readableBytes)
        let ends = self.queue.isEmpty && self.requestEnded && self.requestTrailers == nil
        if ends { self.hasSentEnd = true }
        return (bytes, ends)
    }

    /// Whether the request ends now that all of its body has gone out; said once.
    func takeEnd() -> Bool {
        guard self.requestEnded, !self.hasSentEnd, self.queue.isEmpty else { return false }
        self.hasSentEnd = true
        return true
    }

    /// Bytes have gone out, or the connection takes more.
    func updateWritability() {
        let isWritable = self.isWritable
        if isWritable != self.wasWritable {
            self.wasWritable = isWritable
            self.exchange?.requestWritabilityChanged(isWritable)
        }
        self.finishIfDone()
    }

    // MARK: Receiving

    func receiveHeaders(_ list: FieldList, ends: Bool) {
        guard !list.isTooLarge else { return self.fail(.malformedAnswer, .enhanceYourCalm) }
        if self.responseStarted {
            self.receiveTrailers(list, ends: ends)
            return
        }
        var text = self.connection.loop.allocator.buffer(capacity: list.count + 256)
        do throws(ResponseTranscript.Malformed) {
            let transcript = try ResponseTranscript(list)
            let isInterim = transcript.status < 200
            guard transcript.status != 101, !(isInterim && ends) else { throw .init() }
            if !isInterim, !self.isHEAD, transcript.status != 304 {
                self.remaining = transcript.contentLength
                guard !ends || transcript.contentLength ?? 0 == 0 else { throw .init() }
            }
            transcript.write(into: &text, ends: ends, isHEAD: self.isHEAD)
        } catch {
            self.fail(.malformedAnswer, .protocolError)
            return
        }
        self.receiveHead(text, ends: ends)
    }

    private func receiveHead(_ text: ByteBuffer, ends: Bool) {
        let head = self.connection.loop.responseHead
        text.withUnsafeReadableBytes { bytes in
            guard case .complete = head.scan(bytes) else {
                self.fail(.malformedAnswer, .protocolError)
                return
            }
            guard !head.isInterim else {
                self.interimResponses += 1
                guard self.interimResponses <= HeadLimits.interimResponses else {
                    self.fail(.malformedAnswer, .enhanceYourCalm)
                    return
                }
                self.exchange?.responseInterim(head, in: bytes)
                return
            }
            self.responseStarted = true
            self.exchange?.responseHead(head, in: bytes, body: nil, isComplete: ends)
        }
        if ends { self.endResponse(trailers: nil) }
    }

    private func receiveTrailers(_ list: FieldList, ends: Bool) {
        guard ends, !self.responseEnded, self.remaining ?? 0 == 0 else {
            self.fail(.malformedAnswer, .protocolError)
            return
        }
        do throws(RequestTranscript.Problem) {
            self.endResponse(trailers: try TrailerBlock.section(list))
        } catch {
            self.fail(.malformedAnswer, .protocolError)
        }
    }

    func receiveData(_ bytes: ByteBuffer, counted: Int, ends: Bool) {
        guard self.responseStarted, !self.responseEnded else { return self.fail(.malformedAnswer, .protocolError) }
        guard self.receiveWindow.receive(counted) else { return self.fail(.malformedAnswer, .flowControl) }
        let count = UInt64(bytes.readableBytes)
        if let remaining = self.remaining {
            guard remaining >= count, !ends || remaining == count else {
                self.fail(.malformedAnswer, .protocolError)
                return
            }
            self.remaining = remaining - count
        }
        self.withheld += counted
        if count > 0 { self.exchange?.responseBody(bytes) }
        guard !self.isOver else { return }
        if self.isReading { self.giveBack() }
        if ends { self.endResponse(trailers: nil) }
    }

    func receiveReset(_ code: UInt32) {
        if self.responseEnded, code == HTTP2ErrorCode.noError.rawValue {
            // It wants no more of the request, and has said all.
            self.leave()
            self.exchange?.linkFailed(.brokenOff)
            self.exchange = nil
        } else if code == HTTP2ErrorCode.refusedStream.rawValue, !self.responseStarted {
            self.end(.notSent(.reset))
        } else {
            self.end(self.responseStarted ? .brokenOff : .noAnswer(.reset))
        }
    }

    /// The upstream's answer has come whole.
    private func endResponse(trailers: ByteBuffer?) {
        guard !self.isOver else { return }
        self.responseEnded = true
        let exchange = self.exchange
        exchange?.responseEnded(trailers: trailers)
        guard !self.isOver else { return }
        self.finishIfDone()
        // The front has ended the exchange with part of the request still here.
        if !self.isOver, exchange?.link !== self { self.abandon() }
    }

    private func giveBack() {
        let count = self.withheld
        self.withheld = 0
        guard count > 0, !self.responseEnded, let increment = self.receiveWindow.take(count) else { return }
        self.connection.writeWindowUpdate(self.id, increment)
    }

    // MARK: Ends

    private func finishIfDone() {
        guard self.responseEnded, self.hasSentEnd, !self.isOver else { return }
        self.exchange = nil
        self.leave()
    }

    private func leave() {
        guard !self.isOver else { return }
        self.isOver = true
        self.queue.clear()
        self.connection.remove(self)
    }

    /// The upstream broke the rules on this stream.
    private func fail(_ failure: ExchangeFailure, _ code: HTTP2ErrorCode) {
        guard !self.isOver else { return }
        self.connection.writeReset(self.id, code)
        self.end(self.responseStarted ? .brokenOff : failure)
    }

    /// The stream is over without a complete answer.
    func end(_ failure: ExchangeFailure) {
        guard !self.isOver else { return }
        let exchange = self.exchange
        self.exchange = nil
        self.leave()
        exchange?.linkFailed(failure)
    }

    /// A batch of what the upstream sent is over.
    func flushFront() { self.exchange?.responseFlush() }

    var hasAnswer: Bool { self.responseStarted }

    func opened(as id: UInt32) { self.id = id }
}

extension HTTP2Link: ExchangeLink {
    var endpoint: RoutedEndpoint? { self.connection.upstream.endpoint }
    var passesChunks: Bool { false }
    var isWritable: Bool { self.queue.bytes < Self.queueBytes && self.connection.isWritable }

    func begin(_ request: LinkRequest, body: ByteBuffer?, for exchange: Exchange) {
        self.exchange = exchange
        self.isHEAD = request.isHEAD
        self.requestEnded = !request.hasBody
        self.hasSentEnd = self.requestEnded
        if let body { self.queue.append(body) }
        guard self.connection.open(self, ends: self.requestEnded) else {
            self.end(.notSent(.reset))
            return
        }
        self.connection.pump(self)
    }

    func sendBody(_ bytes: ByteBuffer) {
        self.queue.append(bytes)
        self.connection.pump(self)
    }

    func endRequest(trailers: ByteBuffer?) {
        guard !self.requestEnded else { return }
        self.requestEnded = true
        self.requestTrailers = trailers
        self.connection.pump(self)
    }

    func flush() {
        self.connection.flush()
    }

    func setReading(_ isReading: Bool) {
        guard isReading != self.isReading, !self.isOver else { return }
        self.isReading = isReading
        guard isReading else { return }
        self.giveBack()
        self.connection.flush()
    }

    func abandon() {
        self.exchange = nil
        guard !self.isOver else { return }
        if self.id != 0 { self.connection.writeReset(self.id, .cancel) }
        self.leave()
        self.connection.flush()
    }
}
