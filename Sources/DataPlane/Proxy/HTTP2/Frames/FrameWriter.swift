import NIOCore

/// Frames as they go out, each appended to a buffer.
extension ByteBuffer {
    mutating func writeSettings(_ settings: [(id: UInt16, value: UInt32)]) {
        self.writeFrameHeader(
            FrameHeader(length: settings.count * 6, kind: FrameHeader.Kind.settings, flags: 0, stream: 0)
        )
        for setting in settings { self.writeMultipleIntegers(setting.id, setting.value) }
    }

    mutating func writeSettingsAcknowledgement() {
        self.writeFrameHeader(
            FrameHeader(length: 0, kind: FrameHeader.Kind.settings, flags: FrameHeader.Flag.acknowledge, stream: 0)
        )
    }

    mutating func writePing(_ word: UInt64, isAcknowledgement: Bool) {
        let flags = isAcknowledgement ? FrameHeader.Flag.acknowledge : 0
        self.writeFrameHeader(FrameHeader(length: 8, kind: FrameHeader.Kind.ping, flags: flags, stream: 0))
        self.writeInteger(word)
    }

    mutating func writeWindowUpdate(_ stream: UInt32, increment: Int) {
        self.writeFrameHeader(
            FrameHeader(length: 4, kind: FrameHeader.Kind.windowUpdate, flags: 0, stream: stream)
        )
        self.writeInteger(UInt32(truncatingIfNeeded: increment))
    }

    mutating func writeReset(_ stream: UInt32, _ code: HTTP2ErrorCode) {
        self.writeFrameHeader(FrameHeader(length: 4, kind: FrameHeader.Kind.resetStream, flags: 0, stream: stream))
        self.writeInteger(code.rawValue)
    }

    mutating func writeGoAway(lastStream: UInt32, _ code: HTTP2ErrorCode) {
        self.writeFrameHeader(FrameHeader(length: 8, kind: FrameHeader.Kind.goAway, flags: 0, stream: 0))
        self.writeMultipleIntegers(lastStream, code.rawValue)
    }

    /// Writes a header block as one HEADERS frame and as many CONTINUATION frames as it takes.
    ///
    /// - Parameters:
    ///   - stream: the stream that it belongs to.
    ///   - ends: whether the stream ends with it.
    ///   - frameLimit: the payload that the peer takes.
    ///   - body: appends the block.
    mutating func writeHeaderBlock(
        _ stream: UInt32,
        ends: Bool,
        frameLimit: Int,
        _ body: (inout ByteBuffer) -> Void
    ) {
        let start = self.writerIndex
        let end = ends ? FrameHeader.Flag.endStream : 0
        var header = FrameHeader(
            length: 0,
            kind: FrameHeader.Kind.headers,
            flags: end | FrameHeader.Flag.endHeaders,
            stream: stream
        )
        self.writeFrameHeader(header)
        body(&self)
        header.length = self.writerIndex - start - FrameHeader.bytes
        guard header.length > frameLimit else {
            self.setLength(header.length, at: start)
            return
        }
        self.splitBlock(header, at: start, frameLimit: frameLimit, end: end)
    }

    /// A block beyond one frame: rare, so that it may be copied.
    private mutating func splitBlock(_ header: FrameHeader, at start: Int, frameLimit: Int, end: UInt8) {
        guard var block = self.getSlice(at: start + FrameHeader.bytes, length: header.length) else { return }
        self.moveWriterIndex(to: start)
        var isFirst = true
        while block.readableBytes > 0 {
            let length = Swift.min(frameLimit, block.readableBytes)
            let isLast = length == block.readableBytes
            self.writeFrameHeader(
                FrameHeader(
                    length: length,
                    kind: isFirst ? FrameHeader.Kind.headers : FrameHeader.Kind.continuation,
                    flags: (isFirst ? end : 0) | (isLast ? FrameHeader.Flag.endHeaders : 0),
                    stream: header.stream
                )
            )
            if let part = block.readSlice(length: length) { self.writeImmutableBuffer(part) }
            isFirst = false
        }
    }

    private mutating func setLength(_ length: Int, at index: Int) {
        self.setInteger(UInt8(truncatingIfNeeded: length >> 16), at: index)
        self.setInteger(UInt16(truncatingIfNeeded: length), at: index + 1)
    }
}
