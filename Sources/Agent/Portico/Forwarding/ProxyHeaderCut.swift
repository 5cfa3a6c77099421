import NIOCore

/// Cuts a PROXY protocol header off the front of a stream, without reading more of it than its length: the edge wrote
/// it, and the upstream will read it.
struct ProxyHeaderCut {
    /// The longest header: 16 bytes and what its length field can say, which no edge comes near.
    static let maxBytes = 16 + 4096

    private static let signature: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]
    /// The longest text line of version 1, with its CRLF.
    private static let maxLineBytes = 107

    private var collected = ByteBuffer()
    private(set) var isMalformed = false

    /// - Parameter buffers: what has come and was not taken; what belongs to the header is taken, whole or in part.
    /// - Returns: the header when it is whole.
    mutating func take(from buffers: inout [ByteBuffer]) -> ByteBuffer? {
        for buffer in buffers { self.collected.writeImmutableBuffer(buffer) }
        buffers = []
        guard let length = self.length() else {
            self.isMalformed = self.isMalformed || self.collected.readableBytes > Self.maxBytes
            return nil
        }
        guard let header = self.collected.readSlice(length: length) else { return nil }
        if self.collected.readableBytes > 0 { buffers = [self.collected.slice()] }
        self.collected = ByteBuffer()
        return header
    }

    /// Of the header; nil while it cannot be told.
    private mutating func length() -> Int? {
        let view = self.collected.readableBytesView
        if view.starts(with: Self.signature) {
            guard let rest = self.collected.getInteger(at: self.collected.readerIndex + 14, as: UInt16.self) else {
                return nil
            }
            let length = 16 + Int(rest)
            self.isMalformed = length > Self.maxBytes
            return self.isMalformed ? nil : length
        }
        guard !Self.signature.starts(with: view) else { return nil }
        let start = Array("PROXY ".utf8)
        guard view.starts(with: start) || start.starts(with: view) else {
            self.isMalformed = true
            return nil
        }
        if let end = view.firstIndex(of: 0x0A) { return end - view.startIndex + 1 }
        self.isMalformed = view.count > Self.maxLineBytes
        return nil
    }
}
