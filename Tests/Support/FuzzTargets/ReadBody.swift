import NIOCore
import Proxy

/// What a body reader made of bytes that came in pieces.
struct ReadBody: Equatable {
    /// What is passed on; nothing where there was an error, before which more or less comes as the bytes are cut.
    private(set) var bytes: [UInt8] = []
    private(set) var hasEnded = false
    private(set) var error: HTTP1Error?
    /// Bytes behind the body, which belong to the next message.
    private(set) var left = 0

    init(_ reader: consuming BodyReader, _ pieces: [ArraySlice<UInt8>]) {
        for piece in pieces {
            var buffer = ByteBuffer(bytes: piece)
            self.take(from: &buffer, with: &reader)
            self.left += buffer.readableBytes
        }
        guard self.error != nil else { return }
        self.left = 0
        self.bytes = []
    }

    private mutating func take(from buffer: inout ByteBuffer, with reader: inout BodyReader) {
        while !self.hasEnded, self.error == nil {
            switch reader.take(&buffer) {
            case .none: return
            case .ended: self.hasEnded = true
            case .invalid(let error): self.error = error
            case .some(let bytes, let ended):
                self.bytes += bytes.readableBytesView
                self.hasEnded = ended
            }
        }
    }
}
