package import NIOCore

extension ByteBuffer {
    /// The same bytes, in a buffer of their own where this one is far too large for them.
    ///
    /// TLS hands out whatever came in the one buffer that it reads into, which has the size of the largest batch so far and is
    /// made anew, as large, as long as somebody holds a slice of it: each kilobyte that waits for a slow reader would hold
    /// 128 of them.
    package var compacted: ByteBuffer {
        guard self.readableBytes <= self.storageCapacity / 2 else { return self }
        return ByteBuffer(buffer: self)
    }
}
