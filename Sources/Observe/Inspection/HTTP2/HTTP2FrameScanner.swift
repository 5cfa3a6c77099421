import NIOCore
import NIOHPACK

/// Follows the frames of HTTP/2 that pass by in one direction (RFC 9113 section 4), and gives up for good where it loses
/// the thread.
///
/// A block of fields is collected until it is whole, up to `maxBlockBytes`; of all else nothing is kept.
struct HTTP2FrameScanner {
    enum Event {
        /// Whole, with the frames that went on with it.
        case fields(stream: UInt32, HPACKHeaders, isLast: Bool)
        /// A part of a body, as it came; nil for the end of one without a byte.
        case data(stream: UInt32, ByteBufferView?, isLast: Bool)
        case reset(stream: UInt32)
        /// The peer of this direction says how long the table may be by which the other one packs its fields.
        case tableLength(Int)
        /// What comes is no HTTP/2, or more than is followed.
        case lost
    }

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    static let maxBlockBytes = 64 << 10
    /// Longer tables are not followed.
    private static let maxTableLength = 64 << 10
    private static let headerBytes = 9

    private enum Kind: UInt8 {
        case data = 0, fields = 1, reset = 3, settings = 4, promise = 5, continuation = 9
    }

    private struct Frame {
        let kind: Kind?
        let flags: UInt8
        let stream: UInt32
        /// Bytes of the payload that have not come.
        var left: Int
        /// Bytes at its end that mean nothing, once their number is known.
        var padding: Int?

        var isLast: Bool { self.flags & 0x1 != 0 }
        var isWhole: Bool { self.flags & 0x4 != 0 }
        var isPadded: Bool { self.flags & 0x8 != 0 }
        var hasPriority: Bool { self.flags & 0x20 != 0 }
    }

    private var decoder: HPACKDecoder
    private var prefaceLeft: Int
    private var head: [UInt8] = []
    private var frame: Frame?
    /// The payload of a frame that is read as a whole.
    private var payload = ByteBuffer()
    /// The block of fields that is not complete, and the stream it is of.
    private var block: (stream: UInt32, isLast: Bool, bytes: ByteBuffer)?
    private(set) var isLost = false

    /// - Parameter hasPreface: whether the direction begins with one, as that of requests does.
    init(hasPreface: Bool) {
        self.prefaceLeft = hasPreface ? Self.preface.count : 0
        self.decoder = HPACKDecoder(
            allocator: ByteBufferAllocator(),
            maxDynamicTableSize: HPACKDecoder.maxDynamicTableSize,
            maxHeaderListSize: Self.maxBlockBytes
        )
    }

    /// The other direction has allowed so much.
    mutating func allowTable(of length: Int) {
        self.decoder.maxDynamicTableLength = min(length, Self.maxTableLength)
    }

    mutating func lose() {
        self.isLost = true
        self.head = []
        self.frame = nil
        self.block = nil
        self.payload.clear()
    }

    /// Takes bytes from the front of `view` until something happens.
    ///
    /// - Returns: nil when all are taken.
    mutating func next(_ view: inout ByteBufferView) -> Event? {
        while !view.isEmpty, !self.isLost {
            if self.prefaceLeft > 0 {
                guard self.takePreface(&view) else { return self.lost() }
            } else if self.frame == nil {
                self.takeHead(&view)
                // One without a payload is over as soon as it has begun.
                if self.frame?.left == 0, let event = self.endFrame() { return event }
            } else if let event = self.takePayload(&view) {
                return event
            }
        }
        return nil
    }

    private mutating func lost() -> Event {
        self.lose()
        return .lost
    }

    private mutating func takePreface(_ view: inout ByteBufferView) -> Bool {
        let wanted = Self.preface.suffix(self.prefaceLeft).prefix(view.count)
        guard view.starts(with: wanted) else { return false }
        view = view.dropFirst(wanted.count)
        self.prefaceLeft -= wanted.count
        return true
    }

    private mutating func takeHead(_ view: inout ByteBufferView) {
        let count = min(Self.headerBytes - self.head.count, view.count)
        self.head += view.prefix(count)
        view = view.dropFirst(count)
        guard self.head.count == Self.headerBytes else { return }
        let head = self.head
        self.frame = Frame(
            kind: Kind(rawValue: head[3]),
            flags: head[4],
            stream: Self.number(head[5..<9]) & 0x7FFF_FFFF,
            left: Int(Self.number(head[0..<3])),
            padding: nil
        )
        self.head.removeAll(keepingCapacity: true)
        self.payload.clear()
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    private mutating func takePayload(_ view: inout ByteBufferView) -> Event? {
        guard var frame = self.frame else { return nil }
        let piece = view.prefix(frame.left)
        switch frame.kind {
        case .data: return self.takeData(&view, &frame)
        case .fields, .reset, .settings, .promise, .continuation:
            guard self.payload.readableBytes + piece.count <= Self.maxBlockBytes else { return self.lost() }
            self.payload.writeBytes(piece)
        case nil: break
        }
        view = view.dropFirst(piece.count)
        frame.left -= piece.count
        self.frame = frame
        return frame.left == 0 ? self.endFrame() : nil
    }

    /// Bodies pass by in the pieces in which they come.
    private mutating func takeData(_ view: inout ByteBufferView, _ frame: inout Frame) -> Event? {
        if frame.padding == nil {
            frame.padding = 0
            if frame.isPadded, let first = view.first {
                view = view.dropFirst()
                frame.left -= 1
                guard Int(first) <= frame.left else { return self.lost() }
                frame.padding = Int(first)
            }
        }
        let padding = frame.padding ?? 0
        let piece = view.prefix(max(0, frame.left - padding))
        view = view.dropFirst(piece.count)
        frame.left -= piece.count
        if frame.left <= padding {
            let end = view.prefix(frame.left)
            view = view.dropFirst(end.count)
            frame.left -= end.count
        }
        self.frame = frame.left > 0 ? frame : nil
        let isLast = frame.left == 0 && frame.isLast
        return piece.isEmpty && !isLast
            ? nil : .data(stream: frame.stream, piece.isEmpty ? nil : piece, isLast: isLast)
    }

    private mutating func endFrame() -> Event? {
        guard let frame = self.frame else { return nil }
        self.frame = nil
        switch frame.kind {
        case .data: return frame.isLast ? .data(stream: frame.stream, nil, isLast: true) : nil
        case .fields:
            guard let fragment = self.fragment(frame) else { return self.lost() }
            return self.collect(fragment, of: frame.stream, isLast: frame.isLast, isWhole: frame.isWhole)
        case .continuation:
            guard let block = self.block, block.stream == frame.stream else { return self.lost() }
            return self.collect(self.payload, of: frame.stream, isLast: block.isLast, isWhole: frame.isWhole)
        case .reset: return .reset(stream: frame.stream)
        case .settings: return self.settings(frame)
        // Pushed responses have been out of use for years; to follow them not at all would lose the table.
        case .promise: return self.lost()
        case nil: return nil
        }
    }

    /// The fields of a frame without its padding and priority; nil where they are longer than it.
    private func fragment(_ frame: Frame) -> ByteBuffer? {
        var bytes = self.payload
        var padding = 0
        if frame.isPadded {
            guard let length = bytes.readInteger(as: UInt8.self) else { return nil }
            padding = Int(length)
        }
        if frame.hasPriority, bytes.readSlice(length: 5) == nil { return nil }
        return bytes.readSlice(length: bytes.readableBytes - padding)
    }

    private mutating func collect(_ fragment: ByteBuffer, of stream: UInt32, isLast: Bool, isWhole: Bool) -> Event? {
        var bytes = self.block?.bytes ?? ByteBuffer()
        guard bytes.readableBytes + fragment.readableBytes <= Self.maxBlockBytes else { return self.lost() }
        bytes.writeImmutableBuffer(fragment)
        guard isWhole else {
            self.block = (stream, isLast, bytes)
            return nil
        }
        self.block = nil
        guard let fields = try? self.decoder.decodeHeaders(from: &bytes) else {
            // Whatever is wrong with it, the table by which the next ones are read is lost.
            return self.lost()
        }
        return .fields(stream: stream, fields, isLast: isLast)
    }

    private func settings(_ frame: Frame) -> Event? {
        var bytes = self.payload
        var length: UInt32?
        while let (name, value) = bytes.readMultipleIntegers(as: (UInt16, UInt32).self) {
            if name == 1 { length = value }
        }
        return length.map { .tableLength(Int($0)) }
    }
}
