import NIOCore

/// Follows the messages of HTTP/1.1 that pass by in one direction, and keeps the beginning of the current one.
///
/// It finds where a message ends (RFC 9112 section 6), never alters or holds back a byte, and gives up for good where
/// it loses the thread.
struct MessageScanner {
    enum Kind {
        case request, response
    }

    enum Event: Equatable {
        /// The head is complete.
        case head
        /// The message is complete.
        case end
        /// What comes is no HTTP/1.
        case lost
    }

    /// The longest head that is followed.
    static let maxHeadBytes = 256 * 1024
    /// The longest line of a chunk's size, and the most bytes behind the last chunk.
    private static let maxLineBytes = 8192
    /// How much of a message must look like one.
    private static let plausibleBytes = 16

    private enum Phase: Equatable {
        case head
        case counted(Int)
        case chunkSize
        case chunk(Int)
        /// The line break behind a chunk.
        case chunkEnd
        case trailers
        case untilClose
        case lost
    }

    private let kind: Kind
    private var phase = Phase.head
    /// What is kept of the current message.
    private(set) var kept: [UInt8] = []
    /// Bytes of the current message's head; 0 before it is complete.
    private(set) var headBytes = 0
    /// Bytes of the current message on the wire so far.
    private(set) var bytes = 0
    /// What the head says of the body.
    private var framing = Framing.none
    /// A number that is being read, or the bytes of a line so far.
    private var size = 0
    private var lineBytes = 0
    private var isLineBlank = true
    private var hasSizeDigits = false
    private var isSizeOver = false

    /// How a body ends.
    enum Framing: Equatable {
        case none
        case counted(Int)
        case chunked
        /// Not told: at once for a request, with the connection for a response.
        case untold
    }

    init(_ kind: Kind) {
        self.kind = kind
    }

    var isLost: Bool { self.phase == .lost }
    var isUntilClose: Bool { self.phase == .untilClose }
    /// Whether nothing of a message has come.
    var isIdle: Bool { self.phase == .head && self.bytes == 0 }
    var head: ArraySlice<UInt8> { self.kept.prefix(self.headBytes) }

    /// Takes bytes from the front of `view` up to the next event.
    ///
    /// - Parameters:
    ///   - view: what is taken is cut off.
    ///   - limit: bytes of the message that are kept; a head is kept whole while it is read.
    /// - Returns: nil when all was taken and nothing happened.
    mutating func next(_ view: inout ByteBufferView, keeping limit: Int) -> Event? {
        while !view.isEmpty {
            switch self.phase {
            case .head:
                if let event = self.takeHead(&view) { return event }
            case .counted(let left):
                let count = self.take(min(left, view.count), of: &view, limit)
                guard count == left else {
                    self.phase = .counted(left - count)
                    continue
                }
                return .end
            case .chunkSize:
                self.takeSize(&view, limit)
                if self.phase == .lost { return .lost }
            case .chunk(let left):
                let count = self.take(min(left, view.count), of: &view, limit)
                self.phase = count == left ? .chunkEnd : .chunk(left - count)
            case .chunkEnd:
                let byte = self.takeByte(&view, limit)
                if byte == 0x0A { self.beginLine(.chunkSize) } else if byte != 0x0D { return self.lose() }
            case .trailers:
                if let event = self.takeTrailer(&view, limit) { return event }
            case .untilClose:
                _ = self.take(view.count, of: &view, limit)
            case .lost:
                view = view[view.endIndex...]
            }
        }
        return nil
    }

    /// Goes on behind a head; `hasNoBody` says that nothing belongs to it whatever it tells.
    ///
    /// - Returns: `.end` where the message is complete with its head.
    mutating func passHead(hasNoBody: Bool) -> Event? {
        switch self.framing {
        case _ where hasNoBody: return .end
        case .none: return .end
        case .counted(0): return .end
        case .counted(let count): self.phase = .counted(count)
        case .chunked: self.beginLine(.chunkSize)
        case .untold:
            guard self.kind == .response else { return .end }
            self.phase = .untilClose
        }
        return nil
    }

    /// Gets ready for the next message.
    mutating func reset() {
        self = MessageScanner(self.kind)
    }

    mutating func lose() -> Event {
        self.phase = .lost
        self.kept = []
        return .lost
    }

    // MARK: - Parts

    /// Takes whole lines where it can: heads are looked at for each request.
    private mutating func takeHead(_ view: inout ByteBufferView) -> Event? {
        while !view.isEmpty {
            let end = view.firstIndex(of: 0x0A).map { $0 + 1 } ?? view.endIndex
            let piece = view[view.startIndex..<end]
            let isLineWhole = piece.last == 0x0A
            let isBeginning = self.kept.count < Self.plausibleBytes
            self.kept += piece
            self.bytes += piece.count
            if piece.count > 2 || piece.contains(where: { $0 != 0x0D && $0 != 0x0A }) { self.isLineBlank = false }
            view = view[end...]
            if isLineWhole, self.isLineBlank {
                // Empty lines before a request are passed over (RFC 9112 section 2.2).
                if self.kept.count <= 2 {
                    self.reset()
                    continue
                }
                self.headBytes = self.kept.count
                guard let framing = Self.framing(of: self.head) else { return self.lose() }
                self.framing = framing
                return .head
            }
            if isLineWhole { self.isLineBlank = true }
            let isTooLong = self.kept.count > Self.maxHeadBytes
            if isTooLong || (isBeginning && !self.isBlankSoFar && !self.isPlausible) {
                view = view[view.endIndex...]
                return self.lose()
            }
        }
        return nil
    }

    /// A carriage return alone may be half of an empty line.
    private var isBlankSoFar: Bool { self.kept == [0x0D] }

    /// Whether what came so far may begin a message of this kind.
    private var isPlausible: Bool {
        switch self.kind {
        case .response: zip(self.kept, "HTTP/1.".utf8).allSatisfy { $0 == $1 }
        case .request:
            self.kept.prefix(Self.plausibleBytes).prefix { $0 != 0x20 }.allSatisfy { byte in
                (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A) || byte == 0x2D || byte == 0x5F
            } && self.kept.first != 0x20
        }
    }

    private mutating func take(_ count: Int, of view: inout ByteBufferView, _ limit: Int) -> Int {
        let room = max(0, limit - self.kept.count)
        if room > 0 { self.kept += view.prefix(min(count, room)) }
        self.bytes += count
        view = view.dropFirst(count)
        return count
    }

    private mutating func takeByte(_ view: inout ByteBufferView, _ limit: Int) -> UInt8 {
        let byte = view[view.startIndex]
        _ = self.take(1, of: &view, limit)
        return byte
    }

    private mutating func beginLine(_ phase: Phase) {
        self.phase = phase
        self.size = 0
        self.lineBytes = 0
        self.isLineBlank = true
        self.hasSizeDigits = false
        self.isSizeOver = false
    }

    /// `1a;extension`.
    private mutating func takeSize(_ view: inout ByteBufferView, _ limit: Int) {
        let byte = self.takeByte(&view, limit)
        self.lineBytes += 1
        guard self.lineBytes <= Self.maxLineBytes else { return self.phase = .lost }
        if byte == 0x0A {
            guard self.hasSizeDigits else { return self.phase = .lost }
            if self.size == 0 { self.beginLine(.trailers) } else { self.phase = .chunk(self.size) }
        } else if !self.isSizeOver {
            guard let digit = UInt8(ascii: byte) else { return self.isSizeOver = true }
            self.hasSizeDigits = true
            guard self.size < 1 << 56 else { return self.phase = .lost }
            self.size = self.size << 4 | Int(digit)
        }
    }

    private mutating func takeTrailer(_ view: inout ByteBufferView, _ limit: Int) -> Event? {
        let byte = self.takeByte(&view, limit)
        self.lineBytes += 1
        guard self.lineBytes <= Self.maxLineBytes else { return self.lose() }
        if byte == 0x0A {
            if self.isLineBlank { return .end }
            self.isLineBlank = true
        } else if byte != 0x0D {
            self.isLineBlank = false
        }
        return nil
    }

    /// What the fields of a head say of its body; nil where they contradict each other.
    static func framing(of head: ArraySlice<UInt8>) -> Framing? {
        var result = Framing.untold
        for line in head.split(separator: 0x0A).dropFirst() {
            if Self.has(line, name: "transfer-encoding") {
                let value = String(decoding: line, as: UTF8.self).lowercased()
                result = value.contains("chunked") ? .chunked : .untold
                return result
            }
            guard Self.has(line, name: "content-length") else { continue }
            let value = line.drop { $0 != 0x3A }.dropFirst().filter { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }
            guard let count = Int(String(decoding: value, as: UTF8.self)), count >= 0 else { return nil }
            if case .counted(let other) = result, other != count { return nil }
            result = .counted(count)
        }
        return result
    }

    private static func has(_ line: ArraySlice<UInt8>, name: StaticString) -> Bool {
        guard line.count > name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { expected in
            zip(line, expected).allSatisfy { ($0 | 0x20) == $1 || $0 == $1 }
                && line[line.startIndex + expected.count] == 0x3A
        }
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit.
    fileprivate init?(ascii byte: UInt8) {
        switch byte {
        case 0x30...0x39: self = byte - 0x30
        case 0x41...0x46: self = byte - 0x37
        case 0x61...0x66: self = byte - 0x57
        default: return nil
        }
    }
}
