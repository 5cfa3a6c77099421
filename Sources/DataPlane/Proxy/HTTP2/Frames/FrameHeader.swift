import NIOCore

/// The nine bytes in front of every frame (RFC 9113 §4.1).
struct FrameHeader: Equatable {
    static let bytes = 9
    /// Bytes of a payload that are taken: what everyone may send who was not told otherwise.
    static let payloadLimit = 16_384

    enum Kind {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let priority: UInt8 = 2
        static let resetStream: UInt8 = 3
        static let settings: UInt8 = 4
        static let pushPromise: UInt8 = 5
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
        static let continuation: UInt8 = 9
    }

    enum Flag {
        static let endStream: UInt8 = 0x1
        static let acknowledge: UInt8 = 0x1
        static let endHeaders: UInt8 = 0x4
        static let padded: UInt8 = 0x8
        static let priority: UInt8 = 0x20
    }

    var length: Int
    var kind: UInt8
    var flags: UInt8
    var stream: UInt32

    init(length: Int, kind: UInt8, flags: UInt8, stream: UInt32) {
        self.length = length
        self.kind = kind
        self.flags = flags
        self.stream = stream
    }

    /// - Parameter bytes: nine or more.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
        self.kind = bytes[3]
        self.flags = bytes[4]
        self.stream = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 5, as: UInt32.self)) & 0x7FFF_FFFF
    }

    func has(_ flag: UInt8) -> Bool { self.flags & flag != 0 }
}

extension ByteBuffer {
    /// Writes a frame's header in one go.
    @inline(__always)
    mutating func writeFrameHeader(_ header: FrameHeader) {
        self.writeWithUnsafeMutableBytes(minimumWritableBytes: FrameHeader.bytes) { memory in
            memory[0] = UInt8(truncatingIfNeeded: header.length >> 16)
            memory[1] = UInt8(truncatingIfNeeded: header.length >> 8)
            memory[2] = UInt8(truncatingIfNeeded: header.length)
            memory[3] = header.kind
            memory[4] = header.flags
            memory.storeBytes(of: header.stream.bigEndian, toByteOffset: 5, as: UInt32.self)
            return FrameHeader.bytes
        }
    }
}
