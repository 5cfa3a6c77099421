package import NIOCore

/// Compresses one body as it passes: the same for every coding.
///
/// One body, one compressor, on one event loop; what the library holds for it is given back with it. Memory is bounded
/// whatever passes: at most ``BodyCompression/memoryLimit``, and what is written for a piece is at most a little larger
/// than the piece.
package protocol BodyCompressor: AnyObject {
    /// Writes `bytes`, compressed, behind `output`.
    ///
    /// After `.flush` the receiver can decode every byte that was given so far; after `.end` the body is complete and
    /// nothing may follow.
    ///
    /// - Throws: where the library is out of memory; the body can then only be cut off.
    func write(
        _ bytes: UnsafeRawBufferPointer,
        _ boundary: CompressionBoundary,
        to output: inout ByteBuffer
    ) throws(CompressionError)
}

/// What follows a piece of a body that is compressed.
package enum CompressionBoundary: Sendable, Hashable {
    /// More may come, but not before the receiver wants what is there.
    case flush
    /// Nothing.
    case end
}

package enum CompressionError: Error, Hashable {
    case outOfMemory
    /// The library refused what it was asked for; it names the code.
    case failed(Int)
}

package enum BodyCompression {
    /// What a compressor of any coding may hold, in bytes.
    package static let memoryLimit = 3 << 20
    /// How much room is made at a time for what a library writes, in bytes.
    static let step = 16 << 10
}

extension BodyCompressor {
    /// The piece, compressed, so that it can be decoded at once. May be empty.
    package func compress(_ piece: ByteBuffer, allocator: ByteBufferAllocator) throws(CompressionError) -> ByteBuffer {
        try self.write(piece, .flush, allocator)
    }

    /// What closes the body.
    package func finish(allocator: ByteBufferAllocator) throws(CompressionError) -> ByteBuffer {
        try self.write(ByteBuffer(), .end, allocator)
    }

    private func write(
        _ piece: ByteBuffer,
        _ boundary: CompressionBoundary,
        _ allocator: ByteBufferAllocator
    ) throws(CompressionError) -> ByteBuffer {
        var output = allocator.buffer(capacity: min(BodyCompression.step, piece.readableBytes + 64))
        let outcome = piece.withUnsafeReadableBytes { bytes -> Result<Void, CompressionError> in
            do throws(CompressionError) {
                return .success(try self.write(bytes, boundary, to: &output))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
        return output
    }
}
