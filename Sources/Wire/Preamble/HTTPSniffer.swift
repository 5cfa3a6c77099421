package import NIOCore

/// Tells from the first bytes of a connection whether they are HTTP, for ports where that is not a matter of course.
package enum HTTPSniffer {
    package enum Result: Sendable, Equatable {
        /// Could become either; more bytes are needed.
        case undecided
        /// A request line of HTTP/1.
        case http1
        /// The preface of HTTP/2 by prior knowledge (RFC 9113 3.4).
        case http2
        case other
    }

    /// The longest request line that is waited for.
    package static let maximumLine = 16_384

    /// The longest method that is taken for one.
    private static let maximumMethod = 32
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// Looks at `received`, from the connection's first byte on, without consuming it.
    package static func sniff(_ received: ByteBuffer) -> Result {
        let bytes = received.readableBytesView
        if bytes.starts(with: "PRI ".utf8) { return Self.sniffPreface(bytes) }
        let method = bytes.prefix(Self.maximumMethod + 1).prefix { $0 != UInt8(ascii: " ") }
        guard method.count <= Self.maximumMethod, method.allSatisfy(Self.isMethodByte) else { return .other }
        guard method.endIndex < bytes.endIndex else { return .undecided }
        guard !method.isEmpty else { return .other }
        guard let end = bytes.prefix(Self.maximumLine).firstIndex(of: 0x0A) else {
            return bytes.count < Self.maximumLine ? .undecided : .other
        }
        var line = bytes[..<end]
        if line.last == 0x0D { line.removeLast() }
        let version = line.suffix(9)
        return version.starts(with: " HTTP/1.".utf8) ? .http1 : .other
    }

    private static func sniffPreface(_ bytes: ByteBufferView) -> Result {
        let start = bytes.prefix(Self.preface.count)
        guard start.elementsEqual(Self.preface.prefix(start.count)) else { return .other }
        return start.count == Self.preface.count ? .http2 : .undecided
    }

    /// Methods are tokens (RFC 9110 9.1); all that are in use are of capitals and hyphens.
    private static func isMethodByte(_ byte: UInt8) -> Bool {
        byte >= 0x41 && byte <= 0x5A || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
