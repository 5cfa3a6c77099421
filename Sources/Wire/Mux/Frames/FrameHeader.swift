/// The types that this protocol assigns; a receiver skips all others.
package enum FrameType: UInt8, Sendable, CustomStringConvertible {
    case reset = 0
    case data = 1
    case credit = 2
    case goAway = 3

    /// The name in the specification.
    package var description: String {
        switch self {
        case .reset: "RST"
        case .data: "DATA"
        case .credit: "WNDINC"
        case .goAway: "GOAWAY"
        }
    }
}

/// The flags of a DATA frame.
package struct FrameFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The sender's last DATA frame on the stream.
    package static let fin = Self(rawValue: 1)
    /// The stream's first frame.
    package static let syn = Self(rawValue: 2)
}

/// The eight bytes before each frame's body, kept as the one big-endian word that they are on the wire:
/// 24 bits of body length, 4 of type, 4 of flags, 1 reserved, 31 of stream id (spec/agent-protocol.md 2).
package struct FrameHeader: Hashable, Sendable {
    /// Bytes of a header.
    package static let size = 8
    /// The largest body that a header can announce.
    package static let maxLength = 0xFF_FFFF
    /// The largest stream id.
    package static let maxStream: UInt32 = 0x7FFF_FFFF

    /// Bits as received: those that are reserved or unassigned may be set.
    package let word: UInt64

    package init(word: UInt64) {
        self.word = word
    }

    /// The header of a body of at most `maxLength` bytes, on a stream of at most `maxStream`; frames of the connection
    /// have 0.
    package init(_ type: FrameType, length: Int, flags: FrameFlags = [], stream: UInt32) {
        assert(0...Self.maxLength ~= length && stream <= Self.maxStream)
        self.word =
            UInt64(truncatingIfNeeded: length & Self.maxLength) << 40
            | UInt64(type.rawValue) << 36
            | UInt64(flags.rawValue & 0xF) << 32
            | UInt64(stream & Self.maxStream)
    }

    /// Bytes of the body, 0...16,777,215.
    package var length: Int { Int(truncatingIfNeeded: self.word >> 40) }

    /// The four bits of the type, assigned or not.
    package var typeNumber: UInt8 { UInt8(truncatingIfNeeded: self.word >> 36) & 0xF }

    /// nil for the types that the protocol leaves unassigned.
    package var type: FrameType? { FrameType(rawValue: self.typeNumber) }

    /// The assigned flags; other bits are masked.
    package var flags: FrameFlags { FrameFlags(rawValue: UInt8(truncatingIfNeeded: self.word >> 32) & 0b11) }

    /// The reserved bit is masked.
    package var stream: UInt32 { UInt32(truncatingIfNeeded: self.word) & Self.maxStream }
}
