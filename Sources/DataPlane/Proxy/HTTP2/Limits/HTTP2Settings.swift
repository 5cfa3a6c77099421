import NIOCore

/// What a visitor has said of itself by SETTINGS (RFC 9113 §6.5.2), as far as it matters here.
struct HTTP2Settings: Equatable {
    enum ID {
        static let headerTableSize: UInt16 = 1
        static let enablePush: UInt16 = 2
        static let concurrentStreams: UInt16 = 3
        static let initialWindow: UInt16 = 4
        static let frameSize: UInt16 = 5
        static let headerListSize: UInt16 = 6
        /// RFC 8441 §3.
        static let enableConnect: UInt16 = 8
    }

    /// Bytes that each new stream's answer may have before the visitor says more.
    var initialWindow = 65_535
    /// Bytes of a payload.
    var frameSize = 16_384
    /// Streams that it lets be open at once.
    var concurrentStreams = Int(Int32.max)

    /// Reads the payload of a SETTINGS frame.
    mutating func update(from payload: ByteBuffer) throws(HTTP2Error) {
        var payload = payload
        while let (id, value) = payload.readMultipleIntegers(as: (UInt16, UInt32).self) {
            switch id {
            case ID.enablePush:
                guard value <= 1 else { throw .connection(.protocolError) }
            case ID.initialWindow:
                guard value <= SendWindow.limit else { throw .connection(.flowControl) }
                self.initialWindow = Int(value)
            case ID.concurrentStreams: self.concurrentStreams = Int(value)
            case ID.frameSize:
                guard (16_384...16_777_215).contains(value) else { throw .connection(.protocolError) }
                self.frameSize = Int(value)
            case ID.enableConnect:
                guard value <= 1 else { throw .connection(.protocolError) }
            default: break
            }
        }
    }
}
