package import NIOCore

/// Cuts a stream of server-sent events into its messages as they arrive (WHATWG HTML §9.2.6).
///
/// Every byte that is given comes out again, in order: a message is handed on when the blank line behind it is there,
/// and what belongs to no message (a byte order mark, blank lines, what is left at the end) as bytes. Lines end with LF,
/// CR or both. Memory is bounded by ``maximumMessageBytes``.
package struct EventStreamSplitter {
    package enum Part: Sendable, Hashable {
        case message(EventStreamMessage)
        /// Goes on as it is.
        case bytes(ByteBuffer)
    }

    /// The longest message that is waited for, in bytes.
    package static let maximumMessageBytes = 1 << 20

    private let limit: Int
    private var pending = ByteBuffer()
    /// How many of the pending bytes were looked at.
    private var scanned = 0
    private var isLineEmpty = true
    /// Whether the byte before was a CR: an LF belongs to it then.
    private var isBehindCR = false
    private var isAtStart = true

    package init(limit: Int = Self.maximumMessageBytes) {
        self.limit = limit
    }

    package mutating func append(_ bytes: ByteBuffer) {
        guard self.pending.readableBytes > 0 else {
            self.pending = bytes
            return
        }
        self.pending.writeImmutableBuffer(bytes)
    }

    /// What comes next; nil until more is appended.
    ///
    /// - Throws: `.messageTooLong`; the stream cannot go on then. Handing the message on unseen would pass by the rules
    ///   that were to see it.
    package mutating func next() throws(EventStreamError) -> Part? {
        guard self.isAtStart || self.pending.readableBytes > 0 else { return nil }
        if self.isAtStart, let part = self.takeStart() { return part }
        // Nothing may be looked at that may yet be a byte order mark.
        guard !self.isAtStart else { return nil }
        if self.scanned == 0, self.isBehindCR, self.pending.readableBytes > 0 {
            self.isBehindCR = false
            // The second half of the line end that closed the message before.
            if self.pending.getInteger(at: self.pending.readerIndex, as: UInt8.self) == Self.lineFeed {
                return self.take(1).map(Part.bytes)
            }
        }
        guard let end = self.scan() else {
            guard self.pending.readableBytes <= self.limit else { throw .messageTooLong }
            return nil
        }
        guard end <= self.limit else { throw .messageTooLong }
        return self.take(end).map { bytes in
            // No more than a line end: a blank line, which closes nothing.
            bytes.readableBytes <= 2 && Self.isLineEnd(bytes) ? .bytes(bytes) : .message(EventStreamMessage(bytes))
        }
    }

    /// What is left when the stream ends: a message without its blank line, which browsers drop.
    package mutating func finish() -> ByteBuffer {
        defer { self = EventStreamSplitter(limit: self.limit) }
        return self.pending
    }

    private static func isLineEnd(_ bytes: ByteBuffer) -> Bool {
        bytes.readableBytesView.allSatisfy { $0 == Self.lineFeed || $0 == Self.carriageReturn }
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// A byte order mark, which belongs to no line. Waits while what is there could become one.
    private mutating func takeStart() -> Part? {
        let view = self.pending.readableBytesView.prefix(3)
        guard Self.byteOrderMark.starts(with: view) else {
            self.isAtStart = false
            return nil
        }
        guard view.count == 3 else { return nil }
        self.isAtStart = false
        return self.take(3).map(Part.bytes)
    }

    private mutating func take(_ count: Int) -> ByteBuffer? { self.pending.readSlice(length: count) }

    /// How many bytes the message has, its blank line included; nil where its end is not there.
    private mutating func scan() -> Int? {
        let start = self.scanned
        var (isLineEmpty, isBehindCR) = (self.isLineEmpty, self.isBehindCR)
        let end = self.pending.withUnsafeReadableBytes { bytes -> Int? in
            for position in start..<bytes.count {
                let byte = bytes[position]
                if byte == Self.lineFeed, isBehindCR {
                    isBehindCR = false
                    continue
                }
                isBehindCR = byte == Self.carriageReturn
                guard isBehindCR || byte == Self.lineFeed else {
                    isLineEmpty = false
                    continue
                }
                guard isLineEmpty else {
                    isLineEmpty = true
                    continue
                }
                let next = position + 1
                guard isBehindCR, next < bytes.count, bytes[next] == Self.lineFeed else { return next }
                isBehindCR = false
                return next + 1
            }
            return nil
        }
        (self.isLineEmpty, self.isBehindCR) = (isLineEmpty, isBehindCR)
        self.scanned = end == nil ? self.pending.readableBytes : 0
        return end
    }
}

package enum EventStreamError: Error, Hashable {
    case messageTooLong
}
