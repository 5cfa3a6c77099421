import Mux
import NIOCore

/// A visitor as the edge sees one: the other end of a proxied stream.
final class Visitor: Sendable {
    enum Event: Sendable, Equatable {
        case bytes(ByteBuffer)
        case end
        case reset(MuxErrorCode)
    }

    private let stream: NIOLoopBound<MuxStream>
    private let events: AsyncStream<Event>
    private let loop: any EventLoop

    init(_ stream: MuxStream, _ events: AsyncStream<Event>, on loop: any EventLoop) {
        self.stream = NIOLoopBound(stream, eventLoop: loop)
        self.events = events
        self.loop = loop
    }

    func write(_ text: String) {
        self.write(ByteBuffer(string: text))
    }

    func write(_ bytes: ByteBuffer) {
        self.loop.execute { [stream] in stream.value.write(bytes) }
    }

    func finish() {
        self.loop.execute { [stream] in stream.value.finish() }
    }

    func abort() {
        self.loop.execute { [stream] in stream.value.abort(.streamCancelled) }
    }

    /// Gives the agent credit for what has been received and withheld so far, and from now on.
    func consume(_ count: Int) {
        self.loop.execute { [stream] in stream.value.consumed(count) }
    }

    /// What the visitor has been sent until now.
    func queued() async throws -> Int {
        try await self.loop.submit { [stream] in stream.value.queuedBytes }.get()
    }

    /// The next `count` bytes as text.
    func read(_ count: Int) async -> String {
        var text = ""
        for await event in self.events {
            guard case .bytes(let bytes) = event else { break }
            self.consume(bytes.readableBytes)
            text += String(buffer: bytes)
            if text.utf8.count >= count { break }
        }
        return text
    }

    /// The next `count` bytes, for which no credit is given.
    func receiveWithoutCredit(_ count: Int) async throws -> Int {
        var received = 0
        for await event in self.events {
            guard case .bytes(let bytes) = event else { break }
            received += bytes.readableBytes
            if received >= count { break }
        }
        return received
    }

    /// How many bytes come until the agent's end.
    func countAll() async -> Int {
        var count = 0
        for await event in self.events {
            guard case .bytes(let bytes) = event else { break }
            self.consume(bytes.readableBytes)
            count += bytes.readableBytes
        }
        return count
    }

    /// Everything until the agent's end, and that end.
    func readAll() async -> (text: String, end: Event?) {
        var text = ""
        for await event in self.events {
            guard case .bytes(let bytes) = event else { return (text, event) }
            self.consume(bytes.readableBytes)
            text += String(buffer: bytes)
        }
        return (text, nil)
    }
}

/// Passes on what a stream brings.
final class VisitorReceiver: MuxStreamReceiver {
    private let events: AsyncStream<Visitor.Event>.Continuation

    init(_ events: AsyncStream<Visitor.Event>.Continuation) {
        self.events = events
    }

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) { self.events.yield(.bytes(bytes)) }
    func streamReadComplete(_ stream: MuxStream) {}
    func streamReceivedCredit(_ stream: MuxStream) {}
    func streamWritabilityChanged(_ stream: MuxStream) {}

    func streamReceivedEnd(_ stream: MuxStream) {
        self.events.yield(.end)
    }

    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {
        self.events.yield(.reset(code))
        self.events.finish()
    }
}
