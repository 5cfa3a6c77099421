import Mux
import NIOCore
import TestSupport

/// A frame's fields as vectors and transcripts name them.
struct FrameFields: Decodable {
    let hex: String
    /// A name, or the number of an unassigned type, as it stands in vectors (9) or transcripts (`0x9`).
    let type: JSONValue?
    let flags: [String]?
    let stream: UInt32?
    let payload: String?
    let length: Int?
    let code: UInt32?
    let increment: Int?
    let lastStream: UInt32?
    let debug: String?

    enum CodingKeys: String, CodingKey {
        case hex, type, flags, stream, payload, length, code, increment, debug
        case lastStream = "last_stream"
    }

    func check(encodesBack: Bool = true) throws {
        let bytes = try [UInt8](hex: self.hex)
        try self.checkHeader()
        // Also in two pieces, at every place: a codec that needs whole frames doesn't pass.
        for cut in 0..<bytes.count {
            try Mismatch.check("events", self.events(bytes, cutAt: cut), is: self.expected(bytes))
        }
        guard encodesBack, self.typeNumber.flatMap(FrameType.init) != nil else { return }
        try Mismatch.check("encoded", self.encoded(bytes).hex, is: bytes.hex)
    }

    /// Checks the first eight bytes.
    func checkHeader() throws {
        let digits = self.hex.prefix(2 * FrameHeader.size)
        let word = try [UInt8](hex: digits).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let header = FrameHeader(word: word)
        try Mismatch.check("type", header.typeNumber, is: self.typeNumber)
        try Mismatch.check("stream", header.stream, is: self.stream ?? 0)
        if header.type == .data { try Mismatch.check("flags", header.flags, is: self.frameFlags) }
        if let length = self.length { try Mismatch.check("length", header.length, is: length) }
    }

    private var typeNumber: UInt8? {
        switch self.type {
        case .string("RST"): FrameType.reset.rawValue
        case .string("DATA"): FrameType.data.rawValue
        case .string("WNDINC"): FrameType.credit.rawValue
        case .string("GOAWAY"): FrameType.goAway.rawValue
        case .string(let number): UInt8(number.replacing("0x", with: ""), radix: 16)
        case .integer(let number): UInt8(exactly: number)
        default: nil
        }
    }

    private var frameFlags: FrameFlags {
        var flags: FrameFlags = []
        if self.flags?.contains("SYN") == true { flags.insert(.syn) }
        if self.flags?.contains("FIN") == true { flags.insert(.fin) }
        return flags
    }

    private func body(_ bytes: [UInt8]) throws -> [UInt8] {
        if let payload = self.payload { return try [UInt8](hex: payload) }
        return Array(bytes.dropFirst(FrameHeader.size))
    }

    /// What the decoder says of the frame, its parts joined again; nil for a type that is skipped.
    private func expected(_ bytes: [UInt8]) throws -> DecodedFrame? {
        switch self.typeNumber.flatMap(FrameType.init) {
        case .data: .data(self.stream ?? 0, self.frameFlags.rawValue, try self.body(bytes))
        case .reset: .reset(self.stream ?? 0, self.code ?? 0)
        case .credit: .credit(self.stream ?? 0, self.increment ?? 0)
        case .goAway: .goAway(self.lastStream ?? 0, self.code ?? 0, self.debug ?? "")
        case nil: nil
        }
    }

    private func events(_ bytes: [UInt8], cutAt cut: Int) throws -> DecodedFrame? {
        var decoder = FrameDecoder()
        var frame: DecodedFrame?
        for piece in [bytes[..<cut], bytes[cut...]] {
            var buffer = ByteBuffer(bytes: piece)
            while let event = try decoder.next(from: &buffer) {
                frame = DecodedFrame(event, after: frame)
            }
            try Mismatch.check("bytes left", buffer.readableBytes, is: 0)
        }
        return frame
    }

    private func encoded(_ bytes: [UInt8]) throws -> [UInt8] {
        var encoder = FrameEncoder()
        let stream = self.stream ?? 0
        switch self.typeNumber.flatMap(FrameType.init) {
        case .data:
            let body = try self.body(bytes)
            encoder.startData(stream: stream, length: body.count, flags: self.frameFlags)
            encoder.append(ByteBuffer(bytes: body))
        case .reset:
            encoder.reset(stream: stream, code: MuxErrorCode(rawValue: self.code ?? 0))
        case .credit:
            encoder.credit(stream: stream, increment: self.increment ?? 0)
        case .goAway:
            let code = MuxErrorCode(rawValue: self.code ?? 0)
            encoder.goAway(lastStream: self.lastStream ?? 0, code: code, debug: self.debug ?? "")
        case nil: break
        }
        return Array(encoder.take().readableBytesView)
    }
}

/// A frame as the decoder told it.
private enum DecodedFrame: Equatable {
    case data(UInt32, UInt8, [UInt8])
    case reset(UInt32, UInt32)
    case credit(UInt32, Int)
    case goAway(UInt32, UInt32, String)
    case malformed(MuxError)

    init(_ event: FrameDecoder.Event, after previous: DecodedFrame?) {
        switch event {
        case .data(let part):
            var bytes: [UInt8] = []
            if !part.isFirst, case .data(_, _, let earlier) = previous { bytes = earlier }
            self = .data(part.header.stream, part.header.flags.rawValue, bytes + part.bytes.readableBytesView)
        case .reset(let stream, let code): self = .reset(stream, code.rawValue)
        case .credit(let stream, let increment): self = .credit(stream, increment)
        case .goAway(let last, let code, let debug): self = .goAway(last, code.rawValue, debug)
        case .malformed(_, let error): self = .malformed(error)
        }
    }
}

/// A case of `frames`.
struct FrameVector: Decodable {
    /// Cases that are for decoding only.
    private static let decodeOnly: Set = [
        "data-unknown-flag-bits", "wndinc-high-bit-masked", "reserved-stream-bit", "unknown-type",
    ]

    let name: String
    let isValid: Bool
    let isHeaderOnly: Bool
    let error: String?
    let closesSession: Bool?
    let fields: FrameFields

    enum CodingKeys: String, CodingKey {
        case name, valid, error
        case headerOnly = "header_only"
        case closeSession = "close_session"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.name = try container.decode(String.self, forKey: .name)
        self.isValid = try container.decode(Bool.self, forKey: .valid)
        self.isHeaderOnly = try container.decodeIfPresent(Bool.self, forKey: .headerOnly) ?? false
        self.error = try container.decodeIfPresent(String.self, forKey: .error)
        self.closesSession = try container.decodeIfPresent(Bool.self, forKey: .closeSession)
        self.fields = try FrameFields(from: decoder)
    }

    func check() throws {
        if !self.isValid {
            try self.checkError()
        } else if self.isHeaderOnly {
            try self.fields.checkHeader()
            let header = FrameHeader(.data, length: self.fields.length ?? 0, stream: self.fields.stream ?? 0)
            let digits = String(header.word, radix: 16)
            let padded = String(repeating: "0", count: 16 - digits.count) + digits
            try Mismatch.check("encoded", padded, is: self.fields.hex)
        } else {
            try self.fields.check(encodesBack: !Self.decodeOnly.contains(self.name))
        }
    }

    /// The error and whom it costs the life.
    private func checkError() throws {
        var decoder = FrameDecoder()
        var buffer = ByteBuffer(bytes: try [UInt8](hex: self.fields.hex))
        let found: (error: MuxError, closesSession: Bool)
        do {
            guard case .malformed(_, let error) = try decoder.next(from: &buffer) else {
                throw Mismatch(description: "expected the error \(self.error ?? ""), got none")
            }
            found = (error, false)
        } catch let error as MuxError {
            found = (error, true)
        }
        let word = found.error.code == .frameSize ? "frame size" : "protocol"
        try Mismatch.check("error", word, is: self.error ?? "")
        try Mismatch.check("closes the session", found.closesSession, is: self.closesSession ?? true)
    }
}
