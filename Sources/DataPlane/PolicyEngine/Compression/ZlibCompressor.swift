import CZlib
import NIOCore

/// gzip and deflate, by zlib. Holds 256 KiB and a little.
final class ZlibCompressor: BodyCompressor {
    enum Format {
        case gzip
        case zlib

        /// The largest window, and for gzip the 16 by which zlib is told so.
        var windowBits: Int32 {
            switch self {
            case .gzip: 15 + 16
            case .zlib: 15
            }
        }
    }

    // In memory of its own: zlib keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>

    init(_ format: Format) throws(CompressionError) {
        self.stream = .allocate(capacity: 1)
        self.stream.initialize(to: z_stream())
        let status = czlib_deflate_open(self.stream, Z_DEFAULT_COMPRESSION, format.windowBits)
        guard status == Z_OK else { throw status == Z_MEM_ERROR ? .outOfMemory : .failed(Int(status)) }
    }

    deinit {
        // On a stream that did not open this does nothing.
        deflateEnd(self.stream)
        self.stream.deallocate()
    }

    func write(
        _ bytes: UnsafeRawBufferPointer,
        _ boundary: CompressionBoundary,
        to output: inout ByteBuffer
    ) throws(CompressionError) {
        // zlib does not write through `next_in`; it is declared so for C of before there was `const`.
        let start = bytes.bindMemory(to: UInt8.self).baseAddress.map(UnsafeMutablePointer.init(mutating:))
        self.stream.pointee.next_in = start
        self.stream.pointee.avail_in = UInt32(bytes.count)
        let mode = boundary == .end ? Z_FINISH : Z_SYNC_FLUSH
        var status = Z_OK
        repeat {
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: BodyCompression.step) { room in
                self.stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
                self.stream.pointee.avail_out = UInt32(room.count)
                status = deflate(self.stream, mode)
                return room.count - Int(self.stream.pointee.avail_out)
            }
            // Z_BUF_ERROR says only that there was nothing to do.
            guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { throw .failed(Int(status)) }
        } while self.stream.pointee.avail_out == 0 && status != Z_STREAM_END
    }
}
