import NIOCore

/// Collects four bytes, which may come one by one: a stream's type, a heartbeat, an echo.
struct WordReader {
    private var value: UInt32 = 0
    private var count = 0

    /// Takes what it needs from the front of `bytes`.
    ///
    /// - Returns: the big-endian number, once its last byte has come; the next call begins the next one.
    mutating func read(from bytes: inout ByteBuffer) -> UInt32? {
        while let byte = bytes.readInteger(as: UInt8.self) {
            self.value = self.value << 8 | UInt32(byte)
            self.count += 1
            guard self.count == 4 else { continue }
            defer { self = WordReader() }
            return self.value
        }
        return nil
    }
}
