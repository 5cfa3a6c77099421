package import NIOCore

/// Cuts a visitor's bytes into frames and checks of each what can be told without knowing the streams (RFC 9113 §4, §6).
///
/// DATA is handed on as it arrives, without waiting for the end of its frame; of every other frame the payload is
/// collected, which is 16 KiB at most, and a header block with its CONTINUATION frames, which is 64 KiB at most.
package struct FrameReader {
    private enum State {
        case preface
        case header
        /// Within a DATA frame: bytes of content and of padding still to come.
        case data(FrameHeader, content: Int, padding: Int)
        /// The rest of a frame that says nothing.
        case skipping(Int)
        case failed(HTTP2Error)
    }

    /// What a client says first (§3.4).
    package static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    /// CONTINUATION frames of one header block.
    private let continuationLimit: Int
    private var state: State
    /// What has come of something that is not whole.
    private var held = ByteBuffer()
    private var isFirstFrame = true
    /// Whether the DATA frame under way has content, and not padding alone.
    private var hasContent = false
    /// The header block under way.
    private var block: Block?

    private struct Block {
        var stream: UInt32
        var bytes: ByteBuffer
        var ends: Bool
        var dependsOn: UInt32?
        var continuations = 0
    }

    /// - Parameters:
    ///   - hasPreface: whether the peer is a client, whose preface comes first.
    ///   - continuationLimit: CONTINUATION frames of one header block.
    package init(hasPreface: Bool = true, continuationLimit: Int = HTTP2Limits().continuationFrames) {
        self.continuationLimit = continuationLimit
        self.state = hasPreface ? .preface : .header
    }

    /// Whether nothing whole has come yet.
    package var isFresh: Bool { self.isFirstFrame }

    /// Whether a head has begun and not ended: a header block, or a part of the frame that it begins with.
    package var isInHead: Bool {
        self.block != nil || self.held.getInteger(at: self.held.readerIndex + 3) == FrameHeader.Kind.headers
    }

    /// Whether a header block had more frames than it may, or more bytes.
    private(set) var hasEndlessBlock = false

    /// The next event of `bytes`, whose reader index moves on; nil when more has to come.
    package mutating func next(_ bytes: inout ByteBuffer) throws(HTTP2Error) -> FrameEvent? {
        do throws(HTTP2Error) {
            while true {
                switch self.state {
                case .failed(let error): throw error
                case .preface:
                    guard try self.readPreface(&bytes) else { return nil }
                    self.state = .header
                case .skipping(let count):
                    let skipped = min(count, bytes.readableBytes)
                    bytes.moveReaderIndex(forwardBy: skipped)
                    self.state = skipped == count ? .header : .skipping(count - skipped)
                    guard skipped == count else { return nil }
                case .data(let header, let content, let padding):
                    guard let event = self.readData(header, content, padding, &bytes) else { return nil }
                    return event
                case .header:
                    guard let event = try self.readFrame(&bytes) else { return nil }
                    if let event = event.event { return event }
                }
            }
        } catch {
            if case .connection = error { self.state = .failed(error) }
            throw error
        }
    }

    /// - Returns: whether all of it is there.
    private mutating func readPreface(_ bytes: inout ByteBuffer) throws(HTTP2Error) -> Bool {
        self.hold(&bytes, upTo: Self.preface.utf8CodeUnitCount)
        let isRight = self.held.withUnsafeReadableBytes { held in
            held.indices.allSatisfy { held[$0] == Self.preface.utf8Start[$0] }
        }
        guard isRight else { throw .connection(.protocolError) }
        guard self.held.readableBytes == Self.preface.utf8CodeUnitCount else { return false }
        self.held.clear()
        return true
    }

    /// Moves bytes over until `count` are held.
    private mutating func hold(_ bytes: inout ByteBuffer, upTo count: Int) {
        let missing = min(count - self.held.readableBytes, bytes.readableBytes)
        guard missing > 0, var part = bytes.readSlice(length: missing) else { return }
        self.held.writeBuffer(&part)
    }

    /// What reading a frame came to: an event, or nothing to tell.
    private struct Read {
        var event: FrameEvent?
    }

    private mutating func readFrame(_ bytes: inout ByteBuffer) throws(HTTP2Error) -> Read? {
        let header: FrameHeader
        if self.held.readableBytes == 0, bytes.readableBytes >= FrameHeader.bytes {
            header = bytes.withUnsafeReadableBytes { FrameHeader($0) }
            try self.check(header)
            let length = FrameHeader.bytes + header.length
            if header.kind == FrameHeader.Kind.data {
                bytes.moveReaderIndex(forwardBy: FrameHeader.bytes)
                return try self.startData(header, &bytes)
            }
            guard bytes.readableBytes >= length else {
                self.hold(&bytes, upTo: length)
                return nil
            }
            bytes.moveReaderIndex(forwardBy: FrameHeader.bytes)
            guard let payload = bytes.readSlice(length: header.length) else { return nil }
            return try self.read(header, payload)
        }
        self.hold(&bytes, upTo: FrameHeader.bytes)
        guard self.held.readableBytes >= FrameHeader.bytes else { return nil }
        header = self.held.withUnsafeReadableBytes { FrameHeader($0) }
        try self.check(header)
        if header.kind == FrameHeader.Kind.data {
            self.held.clear()
            return try self.startData(header, &bytes)
        }
        self.hold(&bytes, upTo: FrameHeader.bytes + header.length)
        guard self.held.readableBytes == FrameHeader.bytes + header.length else { return nil }
        var payload = self.held
        self.held = ByteBuffer()
        payload.moveReaderIndex(forwardBy: FrameHeader.bytes)
        return try self.read(header, payload)
    }

    /// What a header alone can be wrong in.
    private mutating func check(_ header: FrameHeader) throws(HTTP2Error) {
        guard header.length <= FrameHeader.payloadLimit else { throw .connection(.frameSize) }
        if self.isFirstFrame {
            guard header.kind == FrameHeader.Kind.settings, !header.has(FrameHeader.Flag.acknowledge) else {
                throw .connection(.protocolError)
            }
        }
        if let block = self.block {
            guard header.kind == FrameHeader.Kind.continuation, header.stream == block.stream else {
                throw .connection(.protocolError)
            }
        } else if header.kind == FrameHeader.Kind.continuation {
            throw .connection(.protocolError)
        }
        let belongsToStream: Bool
        switch header.kind {
        case FrameHeader.Kind.data, FrameHeader.Kind.headers, FrameHeader.Kind.priority, FrameHeader.Kind.resetStream,
            FrameHeader.Kind.pushPromise, FrameHeader.Kind.continuation:
            belongsToStream = true
        case FrameHeader.Kind.settings, FrameHeader.Kind.ping, FrameHeader.Kind.goAway: belongsToStream = false
        default: return
        }
        guard belongsToStream == (header.stream != 0) else { throw .connection(.protocolError) }
    }
}

// MARK: - DATA

extension FrameReader {
    private mutating func startData(_ header: FrameHeader, _ bytes: inout ByteBuffer) throws(HTTP2Error) -> Read? {
        guard header.has(FrameHeader.Flag.padded) else {
            return self.beginData(header, content: header.length, padding: 0, counted: 0, &bytes)
        }
        guard header.length > 0 else { throw .connection(.frameSize) }
        guard let padding = bytes.readInteger(as: UInt8.self) else {
            // The header is read once more when the byte behind it is there.
            self.held.writeFrameHeader(header)
            return nil
        }
        guard Int(padding) < header.length else { throw .connection(.protocolError) }
        let content = header.length - 1 - Int(padding)
        return self.beginData(header, content: content, padding: Int(padding), counted: 1, &bytes)
    }

    private mutating func beginData(
        _ header: FrameHeader,
        content: Int,
        padding: Int,
        counted: Int,
        _ bytes: inout ByteBuffer
    ) -> Read? {
        self.state = .data(header, content: content, padding: padding)
        self.hasContent = content > 0
        if content + padding > 0, let event = self.readData(header, content, padding, &bytes, counted: counted) {
            return Read(event: event)
        }
        let isEmpty = content == 0
        guard content + padding == 0 || counted > 0 else { return nil }
        let isOver = content + padding == 0
        if isOver { self.state = .header }
        let ends = isOver && header.has(FrameHeader.Flag.endStream)
        return Read(
            event: .data(
                stream: header.stream,
                bytes: ByteBuffer(),
                counted: counted,
                ends: ends,
                isEmptyFrame: isEmpty && isOver && !ends
            )
        )
    }

    private mutating func readData(
        _ header: FrameHeader,
        _ content: Int,
        _ padding: Int,
        _ bytes: inout ByteBuffer,
        counted: Int = 0
    ) -> FrameEvent? {
        guard bytes.readableBytes > 0 else { return nil }
        let taken = min(content, bytes.readableBytes)
        let slice = taken > 0 ? bytes.readSlice(length: taken) ?? ByteBuffer() : ByteBuffer()
        let skipped = min(padding, bytes.readableBytes)
        bytes.moveReaderIndex(forwardBy: skipped)
        let isOver = taken == content && skipped == padding
        self.state = isOver ? .header : .data(header, content: content - taken, padding: padding - skipped)
        return .data(
            stream: header.stream,
            bytes: slice,
            counted: counted + taken + skipped,
            ends: isOver && header.has(FrameHeader.Flag.endStream),
            isEmptyFrame: isOver && !self.hasContent && !header.has(FrameHeader.Flag.endStream)
        )
    }
}

// MARK: - Everything else

extension FrameReader {
    private mutating func read(_ header: FrameHeader, _ payload: ByteBuffer) throws(HTTP2Error) -> Read {
        self.isFirstFrame = false
        var payload = payload
        switch header.kind {
        case FrameHeader.Kind.headers: return Read(event: try self.readHeaders(header, payload))
        case FrameHeader.Kind.continuation: return Read(event: try self.readContinuation(header, payload))
        case FrameHeader.Kind.priority:
            guard header.length == 5, let word = payload.readInteger(as: UInt32.self) else {
                throw .stream(header.stream, .frameSize)
            }
            return Read(event: .priority(stream: header.stream, dependsOn: word & 0x7FFF_FFFF))
        case FrameHeader.Kind.resetStream:
            guard header.length == 4, let code = payload.readInteger(as: UInt32.self) else {
                throw .connection(.frameSize)
            }
            return Read(event: .reset(stream: header.stream, code: code))
        case FrameHeader.Kind.settings: return Read(event: try Self.readSettings(header, payload))
        case FrameHeader.Kind.pushPromise: throw .connection(.protocolError)
        case FrameHeader.Kind.ping:
            guard header.length == 8, let word = payload.readInteger(as: UInt64.self) else {
                throw .connection(.frameSize)
            }
            return Read(event: header.has(FrameHeader.Flag.acknowledge) ? .pingAcknowledged(word) : .ping(word))
        case FrameHeader.Kind.goAway:
            guard header.length >= 8, let (last, code) = payload.readMultipleIntegers(as: (UInt32, UInt32).self) else {
                throw .connection(.frameSize)
            }
            return Read(event: .goAway(lastStream: last & 0x7FFF_FFFF, code: code))
        case FrameHeader.Kind.windowUpdate:
            guard header.length == 4, let word = payload.readInteger(as: UInt32.self) else {
                throw .connection(.frameSize)
            }
            return Read(event: .windowUpdate(stream: header.stream, increment: word & 0x7FFF_FFFF))
        default: return Read(event: .unknown)
        }
    }

    private static func readSettings(_ header: FrameHeader, _ payload: ByteBuffer) throws(HTTP2Error) -> FrameEvent {
        guard header.has(FrameHeader.Flag.acknowledge) else {
            guard header.length % 6 == 0 else { throw .connection(.frameSize) }
            return .settings(payload)
        }
        guard header.length == 0 else { throw .connection(.frameSize) }
        return .settingsAcknowledged
    }

    private mutating func readHeaders(
        _ header: FrameHeader,
        _ payload: ByteBuffer
    ) throws(HTTP2Error) -> FrameEvent? {
        var payload = payload
        var padding = 0
        if header.has(FrameHeader.Flag.padded) {
            guard let count = payload.readInteger(as: UInt8.self) else { throw .connection(.frameSize) }
            padding = Int(count)
        }
        var dependsOn: UInt32?
        if header.has(FrameHeader.Flag.priority) {
            guard let word = payload.readInteger(as: UInt32.self), payload.readInteger(as: UInt8.self) != nil else {
                throw .connection(.frameSize)
            }
            dependsOn = word & 0x7FFF_FFFF
        }
        guard padding <= payload.readableBytes,
            let fragment = payload.readSlice(length: payload.readableBytes - padding)
        else { throw .connection(.protocolError) }
        let ends = header.has(FrameHeader.Flag.endStream)
        guard header.has(FrameHeader.Flag.endHeaders) else {
            self.block = Block(stream: header.stream, bytes: fragment, ends: ends, dependsOn: dependsOn)
            return nil
        }
        return .headers(stream: header.stream, block: fragment, ends: ends, dependsOn: dependsOn)
    }

    private mutating func readContinuation(
        _ header: FrameHeader,
        _ payload: ByteBuffer
    ) throws(HTTP2Error) -> FrameEvent? {
        guard var block = self.block else { throw .connection(.protocolError) }
        self.block = nil
        block.continuations += 1
        let isLast = header.has(FrameHeader.Flag.endHeaders)
        let isNothing = header.length == 0 && !isLast
        guard block.continuations <= self.continuationLimit, !isNothing,
            block.bytes.readableBytes + header.length <= FieldList.blockBytes
        else {
            self.hasEndlessBlock = true
            throw .connection(.enhanceYourCalm)
        }
        block.bytes.writeImmutableBuffer(payload)
        guard isLast else {
            self.block = block
            return nil
        }
        return .headers(stream: block.stream, block: block.bytes, ends: block.ends, dependsOn: block.dependsOn)
    }
}
