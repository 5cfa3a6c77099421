package import NIOCore

/// Takes frames out of the bytes of a connection, wherever those were split.
///
/// DATA is passed on as it arrives, in slices of what was received: a frame is never collected, so a length that a
/// peer invents costs nothing. What is kept between two calls is part of a header or of a control frame: at most
/// eight bytes, and up to `maxDebug` bytes of a GOAWAY's text. Bodies of unassigned types are skipped.
///
/// It holds to a frame's own rules only (stream or none, length); what a stream allows is decided by its state.
package struct FrameDecoder: Sendable {
    /// Bytes of a GOAWAY's text that are read (spec 14); nothing that follows a GOAWAY is.
    package static let maxDebug = 1024

    package enum Event: Sendable, Equatable {
        case data(DataPart)
        /// RST.
        case reset(stream: UInt32, code: MuxErrorCode)
        /// WNDINC, with an increment of 1...2^31-1.
        case credit(stream: UInt32, increment: Int)
        /// A frame that costs its stream the life, not the connection.
        case malformed(stream: UInt32, MuxError)
        /// GOAWAY. It is the last event: the Rust core's own are followed by bytes that belong to no frame (spec 5.1).
        case goAway(lastStream: UInt32, code: MuxErrorCode, debug: String)
    }

    /// Payload of one DATA frame, or the part of it that has arrived.
    package struct DataPart: Sendable, Equatable {
        package let header: FrameHeader
        /// Empty only where the whole frame has no payload.
        package let bytes: ByteBuffer
        /// The first part of the frame: the whole `header.length` meets the window now.
        package let isFirst: Bool
        /// The last part of the frame: a FIN of the header counts after these bytes.
        package let isLast: Bool
    }

    private enum State: Sendable {
        case header
        case data(FrameHeader, left: Int)
        case control(FrameHeader)
        case farewell(FrameHeader)
        /// Of a GOAWAY whose fixed part has been read: the text that is still to come.
        case debug(fixed: UInt64, left: Int)
        case skipping(Int)
        /// After GOAWAY or an error.
        case ended
    }

    private var state = State.header
    private var held: UInt64 = 0
    private var heldBytes = 0
    private var debug: [UInt8] = []

    package init() {}

    /// The next event of `bytes`, whose reader index moves over what was taken; nil when all of it was taken.
    ///
    /// - Throws: what ends the connection. Nothing is decoded afterwards.
    package mutating func next(from bytes: inout ByteBuffer) throws(MuxError) -> Event? {
        while true {
            switch self.state {
            case .header:
                guard let word = self.readWord(of: FrameHeader.size, from: &bytes) else { return nil }
                try self.begin(FrameHeader(word: word))
            case .data(let header, let left):
                guard let part = self.readPart(of: header, left: left, from: &bytes) else { return nil }
                return .data(part)
            case .control(let header):
                guard let word = self.readWord(of: Self.controlLength, from: &bytes) else { return nil }
                self.state = .header
                return Self.event(header, value: UInt32(truncatingIfNeeded: word))
            case .farewell(let header):
                guard let fixed = self.readWord(of: Self.farewellLength, from: &bytes) else { return nil }
                self.state = .debug(fixed: fixed, left: min(header.length - Self.farewellLength, Self.maxDebug))
            case .debug(let fixed, let left):
                return self.readDebug(fixed: fixed, left: left, from: &bytes)
            case .skipping(let left):
                let count = min(left, bytes.readableBytes)
                bytes.moveReaderIndex(forwardBy: count)
                guard count == left else {
                    self.state = .skipping(left - count)
                    return nil
                }
                self.state = .header
            case .ended:
                bytes.moveReaderIndex(to: bytes.writerIndex)
                return nil
            }
        }
    }
}

extension FrameDecoder {
    /// Body of RST and WNDINC.
    private static let controlLength = 4
    /// Least body of GOAWAY: last stream and code.
    private static let farewellLength = 8

    /// Checks what a header alone tells, and turns to the frame's body.
    private mutating func begin(_ header: FrameHeader) throws(MuxError) {
        // Until the checks have passed: an error ends the decoding.
        self.state = .ended
        switch header.type {
        case .data:
            guard header.stream != 0 else { throw .streamMissing(.data) }
            self.state = .data(header, left: header.length)
        case .reset, .credit:
            let type: FrameType = header.type == .reset ? .reset : .credit
            guard header.length == Self.controlLength else { throw .frameLength(type, header.length) }
            guard header.stream != 0 else { throw .streamMissing(type) }
            self.state = .control(header)
        case .goAway:
            guard header.stream == 0 else { throw .streamGiven(header.stream) }
            guard header.length >= Self.farewellLength else { throw .frameLength(.goAway, header.length) }
            self.state = .farewell(header)
        case nil:
            self.state = .skipping(header.length)
        }
    }

    private static func event(_ header: FrameHeader, value: UInt32) -> Event {
        guard header.type == .credit else {
            return .reset(stream: header.stream, code: MuxErrorCode(rawValue: value))
        }
        let increment = Int(value & 0x7FFF_FFFF)
        guard increment > 0 else { return .malformed(stream: header.stream, .zeroCredit) }
        return .credit(stream: header.stream, increment: increment)
    }

    /// The part of a DATA frame that `bytes` starts with; nil where there is nothing of it.
    private mutating func readPart(of header: FrameHeader, left: Int, from bytes: inout ByteBuffer) -> DataPart? {
        let count = min(left, bytes.readableBytes)
        guard count > 0 || left == 0, let slice = bytes.readSlice(length: count) else { return nil }
        self.state = count == left ? .header : .data(header, left: left - count)
        return DataPart(
            header: header,
            bytes: slice,
            isFirst: left == header.length,
            isLast: count == left
        )
    }

    /// A big-endian number of `count` bytes, at most eight; nil while some of them are missing, which are then held.
    private mutating func readWord(of count: Int, from bytes: inout ByteBuffer) -> UInt64? {
        if self.heldBytes == 0 {
            if count == 8 {
                if let word = bytes.readInteger(as: UInt64.self) { return word }
            } else if let word = bytes.readInteger(as: UInt32.self) {
                return UInt64(word)
            }
        }
        while self.heldBytes < count {
            guard let byte = bytes.readInteger(as: UInt8.self) else { return nil }
            self.held = self.held << 8 | UInt64(byte)
            self.heldBytes += 1
        }
        defer { (self.held, self.heldBytes) = (0, 0) }
        return self.held
    }

    /// The GOAWAY whose text `bytes` completes; nil while some of it is missing, which is then held.
    private mutating func readDebug(fixed: UInt64, left: Int, from bytes: inout ByteBuffer) -> Event? {
        let text = bytes.readBytes(length: min(left, bytes.readableBytes)) ?? []
        self.debug += text
        guard text.count == left else {
            self.state = .debug(fixed: fixed, left: left - text.count)
            return nil
        }
        self.state = .ended
        return .goAway(
            lastStream: UInt32(truncatingIfNeeded: fixed >> 32) & FrameHeader.maxStream,
            code: MuxErrorCode(rawValue: UInt32(truncatingIfNeeded: fixed)),
            debug: String(decoding: self.debug, as: UTF8.self)
        )
    }
}
