import CZstd
import NIOCore

/// zstd, by libzstd.
///
/// Level 3 is the library's own choice. The window of 256 KiB is far below the 8 MiB that a decoder of HTTP must take
/// (RFC 9659), and bounds what the encoder holds.
final class ZstdCompressor: BodyCompressor {
    static let level: Int32 = 3
    static let windowBits: Int32 = 18

    private let stream: OpaquePointer

    init() throws(CompressionError) {
        guard let stream = ZSTD_createCStream() else { throw .outOfMemory }
        self.stream = stream
        ZSTD_CCtx_setParameter(stream, ZSTD_c_compressionLevel, Self.level)
        ZSTD_CCtx_setParameter(stream, ZSTD_c_windowLog, Self.windowBits)
    }

    deinit {
        ZSTD_freeCStream(self.stream)
    }

    func write(
        _ bytes: UnsafeRawBufferPointer,
        _ boundary: CompressionBoundary,
        to output: inout ByteBuffer
    ) throws(CompressionError) {
        let directive = boundary == .end ? ZSTD_e_end : ZSTD_e_flush
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        var left = 0
        repeat {
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: BodyCompression.step) { room in
                var target = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
                left = ZSTD_compressStream2(self.stream, &target, &input, directive)
                return target.pos
            }
            guard ZSTD_isError(left) == 0 else {
                let code = ZSTD_getErrorCode(left)
                throw code == ZSTD_error_memory_allocation ? .outOfMemory : .failed(Int(code.rawValue))
            }
        } while left > 0
    }
}
