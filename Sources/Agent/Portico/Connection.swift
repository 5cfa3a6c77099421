public import NIOCore

/// A visitor's connection to a `Listener`: bytes in both directions, each of which ends on its own.
public final class Connection: Sendable {
    /// The visitor, `address:port`.
    public let remoteAddress: String
    /// What the visitor speaks to the edge: on an HTTPS endpoint the bytes here are HTTP in clear.
    public let scheme: Scheme

    init(remoteAddress: String, scheme: Scheme) {
        self.remoteAddress = remoteAddress
        self.scheme = scheme
    }

    /// The next bytes; nil when the visitor has sent all. What is not read is not asked for: the visitor waits.
    ///
    /// - Throws: `PorticoError` when the connection was cut, `CancellationError`.
    public func read() async throws -> ByteBuffer? { nil }

    /// Sends bytes, and returns when there is room for more.
    ///
    /// - Throws: `PorticoError` when the connection was cut, `CancellationError`.
    public func write(_ bytes: ByteBuffer) async throws {}

    /// Says that nothing more will be written. The visitor may go on sending.
    public func finish() {}

    /// Cuts the connection; what was written and not sent is lost. Without effect after both sides have finished.
    public func close() {}
}
