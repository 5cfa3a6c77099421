import NIOCore
import PolicyEngine

/// Compressed bodies: whatever comes, no more comes out than may, and what was compressed is decoded to itself.
enum Bodies: FuzzTarget {
    private static let limit = 64 << 10
    /// Pieces that are compressed one by one: each is flushed, which costs.
    private static let pieces = 64
    private static let allocator = ByteBufferAllocator()

    static func check(_ input: FuzzInput) {
        for coding in ContentCoding.allCases where coding.isDecodable {
            Self.decode(ByteBuffer(bytes: input.bytes), coding)
            Self.checkRoundTrip(input.pieces.prefix(Self.pieces), coding)
        }
    }

    @discardableResult
    private static func decode(_ body: ByteBuffer, _ coding: ContentCoding) -> ByteBuffer? {
        do throws(DecodingError) {
            let decoded = try coding.decode(body, limit: Self.limit, allocator: Self.allocator)
            claim(decoded.readableBytes <= Self.limit, "\(coding) gave more than the limit")
            return decoded
        } catch {
            return nil
        }
    }

    private static func checkRoundTrip(_ pieces: ArraySlice<ArraySlice<UInt8>>, _ coding: ContentCoding) {
        let body = Array(pieces.joined())
        guard body.count <= Self.limit else { return }
        do throws(CompressionError) {
            let compressor = try coding.makeCompressor()
            var compressed = ByteBuffer()
            for piece in pieces {
                compressed.writeImmutableBuffer(
                    try compressor.compress(ByteBuffer(bytes: piece), allocator: Self.allocator)
                )
            }
            compressed.writeImmutableBuffer(try compressor.finish(allocator: Self.allocator))
            let decoded = Self.decode(compressed, coding)
            claim(decoded.map { Array($0.readableBytesView) } == body, "\(coding) made another body")
        } catch {
            failClaim("\(coding) did not compress: \(error)")
        }
    }
}
