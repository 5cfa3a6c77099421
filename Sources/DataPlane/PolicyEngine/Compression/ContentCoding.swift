/// A form in which a body goes over the wire smaller than it is (RFC 9110 §8.4.1).
package enum ContentCoding: String, Sendable, Hashable, CaseIterable {
    /// RFC 1952.
    case gzip
    /// The zlib format, RFC 1950, as the registry of HTTP has it; not bare deflate.
    case deflate
    /// RFC 7932.
    case brotli = "br"
    /// RFC 8878, with a window that every decoder must take (RFC 9659).
    case zstd
    /// The adaptive Lempel-Ziv-Welch coding of the UNIX program `compress`.
    case compress

    /// What a token in `Accept-Encoding` or `Content-Encoding` names; nil for one that is not known.
    ///
    /// `x-gzip` and `x-compress` are the same as without `x-` (RFC 9110 §8.4.1).
    package init?(token: Substring) {
        var name = token.trimmed.lowercasedASCII
        if name == "x-gzip" || name == "x-compress" { name = String(name.utf8.dropFirst(2)) ?? name }
        self.init(rawValue: name)
    }

    /// The token in `Content-Encoding`.
    package var token: String { self.rawValue }
}

extension ContentCoding {
    /// Something that writes this coding, for one body.
    ///
    /// - Throws: ``CompressionError/outOfMemory``.
    package func makeCompressor() throws(CompressionError) -> any BodyCompressor {
        switch self {
        case .gzip: try ZlibCompressor(.gzip)
        case .deflate: try ZlibCompressor(.zlib)
        case .brotli: try BrotliCompressor()
        case .zstd: try ZstdCompressor()
        case .compress: LZWCompressor()
        }
    }
}
