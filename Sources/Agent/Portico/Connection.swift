public import NIOCore

/// A visitor's connection to a `Listener`: bytes in both directions, each of which ends on its own.
///
/// One task reads, one writes; they may be the same. A connection that is let go of is cut.
public final class Connection: Sendable {
    /// The visitor, `address:port`.
    public let remoteAddress: String
    /// What the visitor speaks to the edge: on an HTTPS endpoint the bytes here are HTTP in clear.
    public let scheme: Scheme
    /// What the visitor has chosen to speak inside TLS that ends in this process, as ALPN names it (`h2`); nil elsewhere.
    public let applicationProtocol: String?

    private let stream: NIOLoopBound<AcceptedStream>
    private let loop: any EventLoop

    init(
        _ stream: AcceptedStream,
        on loop: any EventLoop,
        remoteAddress: String,
        scheme: Scheme,
        applicationProtocol: String?
    ) {
        self.stream = NIOLoopBound(stream, eventLoop: loop)
        self.loop = loop
        self.remoteAddress = remoteAddress
        self.scheme = scheme
        self.applicationProtocol = applicationProtocol
    }

    deinit {
        let stream = self.stream
        self.loop.execute { stream.value.cut() }
    }

    /// The next bytes; nil when the visitor has sent all. What is not read is not asked for: the visitor waits.
    ///
    /// - Throws: `PorticoError` when the connection was cut, also by the cancellation of the task that reads.
    public func read() async throws -> ByteBuffer? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                self.loop.execute { [stream] in stream.value.read(continuation) }
            }
        } onCancel: {
            self.close()
        }
    }

    /// Sends bytes, and returns when there is room for more.
    ///
    /// - Parameter bytes: in one piece or a frame of it at a time, as the visitor has room.
    /// - Throws: `PorticoError` when the connection was cut, also by the cancellation of the task that writes.
    public func write(_ bytes: ByteBuffer) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                self.loop.execute { [stream] in stream.value.write(bytes, continuation) }
            }
        } onCancel: {
            self.close()
        }
    }

    /// Says that nothing more will be written; what was written goes out before. The visitor may go on sending.
    public func finish() {
        self.loop.execute { [stream] in stream.value.finish() }
    }

    /// Cuts the connection; what was written and not sent is lost. Without effect after both sides have finished.
    public func close() {
        self.loop.execute { [stream] in stream.value.cut() }
    }
}
