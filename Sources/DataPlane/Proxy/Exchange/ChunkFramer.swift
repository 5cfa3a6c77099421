import NIOCore

/// Makes chunks of a body's content (RFC 9112 §7.1): lines before, between and after the slices, which stay as they are.
struct ChunkFramer {
    private var isOpen = false

    /// What goes out in front of the next `count` bytes of content, which are not zero.
    mutating func next(_ count: Int, into buffer: inout ByteBuffer) {
        if self.isOpen { buffer.writeStaticString("\r\n") }
        self.isOpen = true
        buffer.writeString(String(count, radix: 16))
        buffer.writeStaticString("\r\n")
    }

    /// What goes out behind the last content; `trailers` is a trailer section with its empty line.
    mutating func end(trailers: ByteBuffer?, into buffer: inout ByteBuffer) {
        if self.isOpen { buffer.writeStaticString("\r\n") }
        self.isOpen = false
        buffer.writeStaticString("0\r\n")
        if let trailers { buffer.writeImmutableBuffer(trailers) } else { buffer.writeStaticString("\r\n") }
    }
}
