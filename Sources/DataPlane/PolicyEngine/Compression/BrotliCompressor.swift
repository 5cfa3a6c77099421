import CBrotli
import NIOCore

/// br, by libbrotlienc.
///
/// The fourth of eleven qualities costs about what gzip does and is smaller; a window of 256 KiB bounds what the
/// encoder holds, and what it makes a visitor hold.
final class BrotliCompressor: BodyCompressor {
    static let quality: UInt32 = 4
    static let windowBits: UInt32 = 18

    private let encoder: OpaquePointer

    init() throws(CompressionError) {
        guard let encoder = BrotliEncoderCreateInstance(nil, nil, nil) else { throw .outOfMemory }
        self.encoder = encoder
        BrotliEncoderSetParameter(encoder, BROTLI_PARAM_QUALITY, Self.quality)
        BrotliEncoderSetParameter(encoder, BROTLI_PARAM_LGWIN, Self.windowBits)
    }

    deinit {
        BrotliEncoderDestroyInstance(self.encoder)
    }

    func write(
        _ bytes: UnsafeRawBufferPointer,
        _ boundary: CompressionBoundary,
        to output: inout ByteBuffer
    ) throws(CompressionError) {
        let operation = boundary == .end ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_FLUSH
        var left = bytes.count
        var next = bytes.bindMemory(to: UInt8.self).baseAddress
        repeat {
            var noRoom = 0
            // Without room of ours the encoder keeps what it made, and hands it out below without another copy.
            guard BrotliEncoderCompressStream(self.encoder, operation, &left, &next, &noRoom, nil, nil) != 0 else {
                throw .outOfMemory
            }
            while BrotliEncoderHasMoreOutput(self.encoder) != 0 {
                var count = 0
                guard let made = BrotliEncoderTakeOutput(self.encoder, &count) else { break }
                output.writeBytes(UnsafeRawBufferPointer(start: made, count: count))
            }
        } while left > 0 || (boundary == .end && BrotliEncoderIsFinished(self.encoder) == 0)
    }
}
