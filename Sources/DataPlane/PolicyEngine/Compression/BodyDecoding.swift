package import NIOCore

/// Why a body that came compressed can't be read.
package enum DecodingError: Error, Hashable {
    /// More than the limit comes out of it.
    case tooLarge
    /// It ends early, or isn't in the coding that it is said to be in.
    case malformed
    case outOfMemory
}

extension ContentCoding {
    /// Whether ``decode(_:limit:allocator:)`` knows this coding: all but `compress`, which no client sends.
    package var isDecodable: Bool { self != .compress }

    /// Decodes a whole body.
    ///
    /// What comes out is bounded while it comes out: a body of a few kilobytes that would grow to gigabytes costs
    /// `limit` bytes and the time that they take.
    ///
    /// - Throws: also `.malformed` for a coding that is not ``isDecodable``.
    package func decode(
        _ body: ByteBuffer,
        limit: Int,
        allocator: ByteBufferAllocator
    ) throws(DecodingError) -> ByteBuffer {
        var output = allocator.buffer(capacity: min(limit, body.readableBytes))
        try self.decode(body, limit: limit, to: &output)
        return output
    }

    /// Decodes the beginning of a body, of which only the beginning may be there: what comes out before it ends, isn't in its
    /// coding any more, or is more than `limit`, by little.
    func decodeBeginning(of body: ByteBuffer, limit: Int, allocator: ByteBufferAllocator) -> ByteBuffer {
        var output = allocator.buffer(capacity: min(limit, body.readableBytes))
        do throws(DecodingError) {
            try self.decode(body, limit: limit, to: &output)
        } catch {
            // What came out before is what was asked for.
        }
        return output
    }

    /// `output` has what came out also where this throws.
    private func decode(_ body: ByteBuffer, limit: Int, to output: inout ByteBuffer) throws(DecodingError) {
        let decoder = try self.decoder(for: body)
        let outcome = body.withUnsafeReadableBytes { bytes -> Result<Void, DecodingError> in
            do throws(DecodingError) {
                return .success(try decoder.decode(bytes, limit: limit, to: &output))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }

    private func decoder(for body: ByteBuffer) throws(DecodingError) -> any BodyDecoder {
        switch self {
        case .gzip: try ZlibDecoder(.gzip)
        case .deflate: try ZlibDecoder(body.startsLikeZlib ? .zlib : .bare)
        case .brotli: try BrotliDecoder()
        case .zstd: try ZstdDecoder()
        case .compress: throw .malformed
        }
    }
}

/// Decodes one body that is all there.
protocol BodyDecoder: AnyObject {
    func decode(_ bytes: UnsafeRawBufferPointer, limit: Int, to output: inout ByteBuffer) throws(DecodingError)
}

extension ByteBuffer {
    /// Whether the first two bytes are a zlib header (RFC 1950 §2.2). Some senders leave it out of `deflate`.
    fileprivate var startsLikeZlib: Bool {
        guard let head = self.getInteger(at: self.readerIndex, as: UInt16.self) else { return true }
        return (head >> 8) & 0x0F == 8 && head % 31 == 0
    }
}
