package import NIOCore

/// Finds the ClientHello at the start of a connection, over as many TLS records as it takes, without consuming it.
///
/// Bounded: at most `maximumLength` bytes are looked at, each of them once, however they arrive.
package struct ClientHelloReader: Sendable {
    package enum Result: Sendable, Equatable {
        /// More bytes are needed.
        case incomplete
        case hello(ClientHello)
        /// The first bytes are not those of a TLS handshake.
        case notTLS
        /// Begins as TLS, and breaks its rules or our bounds.
        case invalid
    }

    /// The most that a client may send before its ClientHello is whole, record headers included.
    package static let maximumLength = 65_536

    /// The largest plaintext of a record (RFC 8446 5.1).
    private static let maximumRecord = 16_384

    /// How many bytes from the start belong to records whose content is in `message`.
    private var offset = 0
    /// The handshake message so far, with its four bytes of type and length.
    private var message = ByteBuffer()
    private var decided: Result?

    package init() {}

    /// Looks at what came so far.
    ///
    /// - Parameter received: all bytes of the connection from its first on: those of the last call, and more.
    /// - Returns: the result; the same one again once it is decided.
    package mutating func read(_ received: ByteBuffer) -> Result {
        if let decided = self.decided { return decided }
        let result = self.advance(received)
        if result != .incomplete {
            self.decided = result
            self.message = ByteBuffer()
        }
        return result
    }

    private mutating func advance(_ received: ByteBuffer) -> Result {
        while true {
            let start = received.readerIndex + self.offset
            let available = received.readableBytes - self.offset
            if let problem = self.problem(with: received, at: start, available: available) { return problem }
            guard available >= 5, let length = received.getInteger(at: start + 3, as: UInt16.self).map(Int.init) else {
                return .incomplete
            }
            guard (1...Self.maximumRecord).contains(length), self.offset + 5 + length <= Self.maximumLength else {
                return .invalid
            }
            guard available >= 5 + length, let content = received.getSlice(at: start + 5, length: length) else {
                return .incomplete
            }
            self.message.writeImmutableBuffer(content)
            self.offset += 5 + length
            if let result = self.messageResult() { return result }
        }
    }

    /// What is wrong with the first bytes of a record, as far as they are there: it must be of handshake type and
    /// of a version 3.x.
    private func problem(with received: ByteBuffer, at start: Int, available: Int) -> Result? {
        let failure: Result = self.offset == 0 ? .notTLS : .invalid
        guard available >= 1, let type = received.getInteger(at: start, as: UInt8.self) else { return nil }
        guard type == 22 else { return failure }
        guard available >= 2, let major = received.getInteger(at: start + 1, as: UInt8.self) else { return nil }
        return major == 3 ? nil : failure
    }

    /// Nil as long as the message is not whole.
    private func messageResult() -> Result? {
        guard let type = self.message.getInteger(at: self.message.readerIndex, as: UInt8.self) else { return nil }
        guard type == 1 else { return .invalid }
        guard let word = self.message.getInteger(at: self.message.readerIndex, as: UInt32.self) else { return nil }
        let length = Int(word & 0xFF_FFFF)
        guard length <= Self.maximumLength - 9 else { return .invalid }
        guard let body = self.message.getSlice(at: self.message.readerIndex + 4, length: length) else { return nil }
        return ClientHello(body: body).map(Result.hello) ?? .invalid
    }
}
