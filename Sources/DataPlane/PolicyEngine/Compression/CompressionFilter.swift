import NIOCore

/// Compresses a response's body as it passes, and keeps the exchange's record of what that saved.
final class CompressionFilter: ResponseFilter {
    private let compressor: any BodyCompressor
    private let algorithm: String
    private weak var exchange: Exchange?
    private var received = 0
    private var sent = 0

    init(_ compressor: any BodyCompressor, algorithm: String, for exchange: Exchange) {
        self.compressor = compressor
        self.algorithm = algorithm
        self.exchange = exchange
    }

    func push(_ piece: ByteBuffer, into output: inout ByteBuffer) throws {
        // Nothing came, and nothing is to be flushed.
        guard piece.readableBytes > 0 else { return }
        try self.write(piece, .flush, to: &output)
    }

    func finish(into output: inout ByteBuffer) throws {
        try self.write(ByteBuffer(), .end, to: &output)
    }

    private func write(_ piece: ByteBuffer, _ boundary: CompressionBoundary, to output: inout ByteBuffer) throws {
        let before = output.readableBytes
        try piece.withUnsafeReadableBytes { try self.compressor.write($0, boundary, to: &output) }
        self.received += piece.readableBytes
        self.sent += output.readableBytes - before
        self.exchange?.record.compression = PolicyRecord.Compression(
            algorithm: self.algorithm,
            bytesSaved: self.received - self.sent
        )
    }
}
