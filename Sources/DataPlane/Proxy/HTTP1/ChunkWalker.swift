/// Walks over a chunked body and finds its end (RFC 9112 §7.1), without changing or copying it.
///
/// Lines end with CRLF alone, sizes are hexadecimal digits alone. Chunk extensions are checked against the grammar and
/// left out of what is passed on: they are for this hop, and servers differ in how they read them. Trailer fields are
/// held until the section has ended and checked whole; see `TrailerSection`.
///
///        ┌──────────────────────────────────────────────────────────────┐
///        ▼                                                              │
///     size ─▶ extension … ─▶ sizeEnd ─▶ content ─▶ contentCR ─▶ contentLF
///                               │ (size 0)
///                               ▼
///                          trailerStart ─▶ trailers ─▶ ended
///                               └──▶ lastLF ─▶ ended
package struct ChunkWalker {
    /// What of the body is passed on.
    package enum Form: Sendable {
        /// The chunks, as they came.
        case framed
        /// Their content alone.
        case content
    }

    /// Whose body it is.
    package enum Source: Sendable {
        case visitor
        /// Upstreams may pad a size with white space, as some old servers do. It is left out.
        case upstream
    }

    /// What became of the bytes that were walked over.
    enum Step: Equatable {
        /// The first `kept` bytes are to be passed on, the `skipped` ones after them not. Zero and zero when nothing is
        /// left to walk over.
        case walked(kept: Int, skipped: Int)
        case invalid(HTTP1Error)
    }

    /// Bytes in one chunk. No sender makes one that large, and upstreams with 32-bit sizes would read it otherwise.
    static let chunkBytes: UInt64 = 0x7FFF_FFFF
    /// Digits of a size, leading zeros included.
    static let sizeDigits = 128

    private enum State: UInt8 {
        case size, sizeEnd, content, contentCR, contentLF, trailerStart, trailers, lastLF, ended
        // Inside a chunk extension: *( BWS ";" BWS name [ BWS "=" BWS value ] )
        case beforeSemicolon, beforeName, name, afterName, beforeValue, value, quoted, quotedPair, afterValue
    }

    private let form: Form
    private let source: Source
    private let limits: BodyLimits
    private var state = State.size
    private var digits = 0
    /// The size while its digits come; then the bytes of content still to come.
    private var remaining: UInt64 = 0
    private var chunkExtensionBytes = 0
    private var bodyExtensionBytes = 0
    /// The trailer section; empty until one begins.
    private(set) var trailers: TrailerSection

    init(form: Form, source: Source, limits: BodyLimits = BodyLimits()) {
        self.form = form
        self.source = source
        self.limits = limits
        self.trailers = TrailerSection(limit: limits.trailerBytes)
    }

    /// Whether the whole body, its trailer section included, has been walked over.
    var hasEnded: Bool { self.state == .ended }

    /// Walks on over `bytes`, which follow those of the last call; stops where bytes to be passed on follow bytes that
    /// are not, and at the body's end.
    mutating func walk(_ bytes: UnsafeRawBufferPointer) -> Step {
        var at = 0
        var kept: Int?
        while at < bytes.count, self.state != .ended {
            self.turn(at: bytes[at])
            if self.isPassedOn {
                if kept != nil { break }
            } else if kept == nil {
                kept = at
            }
            do throws(HTTP1Error) {
                at += try self.consume(bytes, at: at)
            } catch {
                return .invalid(error)
            }
        }
        let end = kept ?? at
        return .walked(kept: end, skipped: at - end)
    }

    /// Changes to the state that `byte` belongs to where that is not the one before it.
    private mutating func turn(at byte: UInt8) {
        switch self.state {
        case .size:
            if self.digits > 0, byte == 0x3B || byte.isBlank { self.state = .beforeSemicolon }
        case .beforeSemicolon:
            if byte == .carriageReturn, self.source == .upstream { self.state = .size }
        case .name, .value, .afterValue:
            if byte == .carriageReturn { self.state = .size }
        case .trailerStart:
            if byte != .carriageReturn { self.state = .trailers }
        default: break
        }
    }

    private var isPassedOn: Bool {
        switch self.state {
        case .content: true
        case .size, .sizeEnd, .contentCR, .contentLF, .trailerStart, .lastLF: self.form == .framed
        default: false
        }
    }

    /// Takes the byte at `at`, or all content that is there.
    ///
    /// - Returns: how many bytes were taken, one at least.
    private mutating func consume(_ bytes: UnsafeRawBufferPointer, at: Int) throws(HTTP1Error) -> Int {
        let byte = bytes[at]
        switch self.state {
        case .content: return self.takeContent(bytes.count - at)
        case .size: try self.takeSize(byte)
        case .sizeEnd:
            guard byte == .lineFeed else { throw .chunk }
            self.state = self.remaining == 0 ? .trailerStart : .content
        case .contentCR:
            guard byte == .carriageReturn else { throw .chunk }
            self.state = .contentLF
        case .contentLF:
            guard byte == .lineFeed else { throw .chunk }
            self.beginChunk()
        case .trailerStart: self.state = .lastLF
        case .trailers:
            if try self.trailers.append(byte) { self.state = .ended }
        case .lastLF:
            guard byte == .lineFeed else { throw .chunk }
            self.state = .ended
        case .ended: break
        default: try self.takeExtension(byte)
        }
        return 1
    }

    private mutating func takeContent(_ available: Int) -> Int {
        let count = min(self.remaining, UInt64(available))
        self.remaining -= count
        if self.remaining == 0 { self.state = .contentCR }
        return Int(count)
    }

    private mutating func beginChunk() {
        self.state = .size
        self.digits = 0
        self.remaining = 0
        self.chunkExtensionBytes = 0
    }

    private mutating func takeSize(_ byte: UInt8) throws(HTTP1Error) {
        if byte == .carriageReturn, self.digits > 0 {
            self.state = .sizeEnd
            return
        }
        guard let digit = byte.hexValue else { throw .chunk }
        self.digits += 1
        // No overflow: what was let through before is below 2^31.
        self.remaining = self.remaining << 4 | UInt64(digit)
        guard self.remaining <= Self.chunkBytes, self.digits <= Self.sizeDigits else { throw .chunk }
    }
}

// MARK: - Extensions

extension ChunkWalker {
    private mutating func takeExtension(_ byte: UInt8) throws(HTTP1Error) {
        self.chunkExtensionBytes += 1
        self.bodyExtensionBytes += 1
        guard self.chunkExtensionBytes <= self.limits.chunkExtensionBytes,
            self.bodyExtensionBytes <= self.limits.extensionBytes
        else { throw .chunkExtensionsTooLong }
        guard let next = self.extensionState(after: byte) else { throw .chunkExtension }
        self.state = next
    }

    /// The state after `byte` in an extension (RFC 9112 §7.1.1); nil where the grammar has no such byte.
    private func extensionState(after byte: UInt8) -> State? {
        let isToken = ByteSet.token.contains(byte)
        switch self.state {
        case .beforeSemicolon: return byte == 0x3B ? .beforeName : byte.isBlank ? .beforeSemicolon : nil
        case .beforeName: return isToken ? .name : byte.isBlank ? .beforeName : nil
        case .name:
            if isToken { return .name }
            return byte.isBlank ? .afterName : Self.separated(byte)
        case .afterName: return byte.isBlank ? .afterName : Self.separated(byte)
        case .beforeValue:
            if isToken { return .value }
            return byte == 0x22 ? .quoted : byte.isBlank ? .beforeValue : nil
        case .value:
            if isToken { return .value }
            return byte == 0x3B ? .beforeName : byte.isBlank ? .beforeSemicolon : nil
        case .quoted:
            if byte == 0x22 { return .afterValue }
            if byte == 0x5C { return .quotedPair }
            return Self.isText(byte) ? .quoted : nil
        case .quotedPair: return Self.isText(byte) ? .quoted : nil
        case .afterValue: return byte == 0x3B ? .beforeName : byte.isBlank ? .beforeSemicolon : nil
        default: return nil
        }
    }

    /// What follows a name that has ended.
    private static func separated(_ byte: UInt8) -> State? {
        switch byte {
        case 0x3D: .beforeValue
        case 0x3B: .beforeName
        default: nil
        }
    }

    /// HTAB, SP, visible characters and bytes above 0x7F.
    private static func isText(_ byte: UInt8) -> Bool {
        byte == .tab || (byte >= .space && byte != 0x7F)
    }
}
