import EdgeLink
import NIOCore

extension HTTP1Link: ExchangeLink {
    /// Up to this size, what is there of a body goes out in one buffer with the head.
    private static let joinedBytes = 8 * 1024

    var endpoint: RoutedEndpoint? { self.upstream.endpoint }
    var passesChunks: Bool { true }
    var isWritable: Bool { self.transport?.isWritable ?? true }

    func begin(_ request: LinkRequest, body: ByteBuffer?, for exchange: Exchange) {
        let loop = self.loop
        self.exchange = exchange
        self.phase = .awaitingHead
        self.request = request
        self.framer = ChunkFramer()
        self.endsWithConnection = false
        self.interimResponses = 0
        self.requestEnded = !request.hasBody
        self.responseEnded = false
        self.hasReceivedBytes = false
        self.exchanges += 1
        loop.wheel.clear(self)
        self.isFlushNeeded = true
        guard let body, body.readableBytes > 0 else {
            self.transport?.write(loop.requestScratch)
            return
        }
        if request.makesChunks { self.framer.next(body.readableBytes, into: &loop.requestScratch) }
        guard body.readableBytes > Self.joinedBytes else {
            loop.requestScratch.writeImmutableBuffer(body)
            self.transport?.write(loop.requestScratch)
            return
        }
        self.transport?.write(loop.requestScratch)
        self.transport?.write(body)
    }

    func sendBody(_ bytes: ByteBuffer) {
        self.isFlushNeeded = true
        if self.request.makesChunks, !self.isPipe {
            guard bytes.readableBytes > 0 else { return }
            var line = self.loop.allocator.buffer(capacity: 24)
            self.framer.next(bytes.readableBytes, into: &line)
            self.transport?.write(line)
        }
        self.transport?.write(bytes)
    }

    func endRequest(trailers: ByteBuffer?) {
        self.requestEnded = true
        if self.isPipe {
            self.flush()
            self.transport?.finish()
        } else if self.request.makesChunks {
            var line = self.loop.allocator.buffer(capacity: 16 + (trailers?.readableBytes ?? 0))
            self.framer.end(trailers: trailers, into: &line)
            self.transport?.write(line)
            self.isFlushNeeded = true
        }
        self.finishIfDone()
    }

    func flush() {
        guard self.isFlushNeeded else { return }
        self.isFlushNeeded = false
        self.transport?.flush()
    }

    func setReading(_ isReading: Bool) {
        self.transport?.setReading(isReading)
    }

    func abandon() {
        self.exchange = nil
        self.discard()
    }

    private var isPipe: Bool {
        if case .pipe = self.phase { true } else { false }
    }
}
