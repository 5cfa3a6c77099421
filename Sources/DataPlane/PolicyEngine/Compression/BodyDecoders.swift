import CBrotli
import CZlib
import CZstd
import NIOCore

/// gzip, the zlib format and bare deflate.
final class ZlibDecoder: BodyDecoder {
    enum Format: Int32 {
        case gzip = 31
        case zlib = 15
        case bare = -15
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private let format: Format

    init(_ format: Format) throws(DecodingError) {
        self.format = format
        self.stream = .allocate(capacity: 1)
        self.stream.initialize(to: z_stream())
        guard czlib_inflate_open(self.stream, format.rawValue) == Z_OK else { throw .outOfMemory }
    }

    deinit {
        inflateEnd(self.stream)
        self.stream.deallocate()
    }

    func decode(_ bytes: UnsafeRawBufferPointer, limit: Int, to output: inout ByteBuffer) throws(DecodingError) {
        // zlib does not write through `next_in`.
        let start = bytes.bindMemory(to: UInt8.self).baseAddress.map(UnsafeMutablePointer.init(mutating:))
        self.stream.pointee.next_in = start
        self.stream.pointee.avail_in = UInt32(bytes.count)
        while true {
            var status = Z_OK
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: BodyCompression.step) { room in
                self.stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
                self.stream.pointee.avail_out = UInt32(clamping: room.count)
                status = inflate(self.stream, Z_NO_FLUSH)
                return min(room.count, Int(UInt32.max)) - Int(self.stream.pointee.avail_out)
            }
            guard output.readableBytes <= limit else { throw .tooLarge }
            switch status {
            case Z_OK: continue
            case Z_STREAM_END:
                // A gzip body may be several, one behind the other (RFC 1952 §2.2).
                guard self.format == .gzip, self.stream.pointee.avail_in > 0 else { return }
                inflateReset(self.stream)
            case Z_MEM_ERROR: throw .outOfMemory
            default: throw .malformed
            }
        }
    }
}

/// br.
final class BrotliDecoder: BodyDecoder {
    private let decoder: OpaquePointer

    init() throws(DecodingError) {
        guard let decoder = BrotliDecoderCreateInstance(nil, nil, nil) else { throw .outOfMemory }
        self.decoder = decoder
    }

    deinit {
        BrotliDecoderDestroyInstance(self.decoder)
    }

    func decode(_ bytes: UnsafeRawBufferPointer, limit: Int, to output: inout ByteBuffer) throws(DecodingError) {
        var left = bytes.count
        var next = bytes.bindMemory(to: UInt8.self).baseAddress
        while true {
            var noRoom = 0
            let result = BrotliDecoderDecompressStream(self.decoder, &left, &next, &noRoom, nil, nil)
            while BrotliDecoderHasMoreOutput(self.decoder) != 0 {
                var count = BodyCompression.step
                guard let made = BrotliDecoderTakeOutput(self.decoder, &count) else { break }
                output.writeBytes(UnsafeRawBufferPointer(start: made, count: count))
                guard output.readableBytes <= limit else { throw .tooLarge }
            }
            switch result {
            case BROTLI_DECODER_RESULT_SUCCESS: return
            case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: continue
            default: throw .malformed
            }
        }
    }
}

/// zstd.
final class ZstdDecoder: BodyDecoder {
    private let stream: OpaquePointer

    init() throws(DecodingError) {
        guard let stream = ZSTD_createDStream() else { throw .outOfMemory }
        self.stream = stream
        // 8 MiB: what a body of HTTP may ask for (RFC 9659).
        ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, 23)
    }

    deinit {
        ZSTD_freeDStream(self.stream)
    }

    func decode(_ bytes: UnsafeRawBufferPointer, limit: Int, to output: inout ByteBuffer) throws(DecodingError) {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        var left = 1
        var isFull = false
        while input.pos < input.size || isFull {
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: BodyCompression.step) { room in
                var target = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
                left = ZSTD_decompressStream(self.stream, &target, &input)
                isFull = target.pos == target.size
                return target.pos
            }
            guard ZSTD_isError(left) == 0 else { throw .malformed }
            guard output.readableBytes <= limit else { throw .tooLarge }
        }
        // What is left of the frame: nothing, where it is whole.
        guard left == 0 else { throw .malformed }
    }
}
