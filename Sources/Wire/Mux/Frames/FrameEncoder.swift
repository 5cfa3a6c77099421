package import NIOCore

/// Gathers the frames of all streams into one buffer, which is then written at once.
///
/// Payload is copied behind its header. The alternative, the payload's own buffer as a write of its own, costs a TLS
/// record of eight bytes for each header, which is dearer than copying what one record holds (decision 20).
package struct FrameEncoder: Sendable {
    /// The payload with which a frame fills one TLS record of 16 KiB (spec 15). No frame of ours is longer.
    package static let maxPayload = 16_384 - FrameHeader.size
    /// A buffer larger than this is not kept for the next batch, so that an idle connection holds nothing.
    private static let keptCapacity = 4096
    private static let capacities = 512...65_536

    private var buffer = ByteBuffer()
    /// The room that the last batch needed, in which the next one starts.
    private var capacity = Self.capacities.lowerBound

    package init() {}

    /// Bytes gathered since the last `take`.
    package var count: Int { self.buffer.readableBytes }

    /// The header of a DATA frame whose payload of `length` bytes `append` brings.
    package mutating func startData(stream: UInt32, length: Int, flags: FrameFlags = []) {
        self.makeRoom(for: FrameHeader.size + length)
        self.buffer.writeInteger(FrameHeader(.data, length: length, flags: flags, stream: stream).word)
    }

    /// Payload of the DATA frame that was started last.
    package mutating func append(_ payload: ByteBuffer) {
        self.buffer.writeImmutableBuffer(payload)
    }

    /// RST.
    package mutating func reset(stream: UInt32, code: MuxErrorCode) {
        self.makeRoom(for: FrameHeader.size + 4)
        self.buffer.writeMultipleIntegers(FrameHeader(.reset, length: 4, stream: stream).word, code.rawValue)
    }

    /// WNDINC, with an increment of 1...2^31-1.
    package mutating func credit(stream: UInt32, increment: Int) {
        assert(1...SendWindow.limit ~= increment)
        self.makeRoom(for: FrameHeader.size + 4)
        self.buffer.writeMultipleIntegers(
            FrameHeader(.credit, length: 4, stream: stream).word,
            UInt32(truncatingIfNeeded: increment)
        )
    }

    /// GOAWAY, the last frame of a connection.
    package mutating func goAway(lastStream: UInt32, code: MuxErrorCode, debug: String) {
        let text = debug.utf8.prefix(FrameDecoder.maxDebug)
        self.makeRoom(for: FrameHeader.size + 8 + text.count)
        self.buffer.writeMultipleIntegers(
            FrameHeader(.goAway, length: 8 + text.count, stream: 0).word,
            lastStream,
            code.rawValue
        )
        self.buffer.writeBytes(text)
    }

    /// What was gathered; the encoder starts anew.
    package mutating func take() -> ByteBuffer {
        let taken = self.buffer
        self.buffer = ByteBuffer()
        let wanted = taken.readableBytes.clamped(to: Self.capacities)
        // One small batch after large ones doesn't make the next one grow step by step again.
        self.capacity = max(wanted, self.capacity / 2)
        return taken
    }

    /// Takes back a buffer that `take` gave and that has been written, if it is worth keeping.
    package mutating func reuse(_ taken: consuming ByteBuffer) {
        guard self.buffer.storageCapacity == 0, taken.storageCapacity <= Self.keptCapacity else { return }
        self.buffer = taken
        self.buffer.clear()
    }

    private mutating func makeRoom(for count: Int) {
        guard self.buffer.writableBytes < count else { return }
        self.buffer.reserveCapacity(minimumWritableBytes: max(count, self.capacity - self.buffer.readableBytes))
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
