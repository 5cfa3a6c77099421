import NIOCore

extension RequestHead {
    /// Appends the request's header block as HTTP/2 has it (RFC 9113 §8.3.1), without what concerns a connection of
    /// HTTP/1.1 alone: `bytes` are those of the last complete scan.
    func writeHTTP2(into buffer: inout ByteBuffer, from bytes: UnsafeRawBufferPointer) {
        Self.write(":method", bytes, self.methodRange, into: &buffer)
        Self.write(":scheme", "http", into: &buffer)
        if self.pathRange.isEmpty {
            Self.write(":path", "/", into: &buffer)
        } else if self.hasUnescapedPath {
            self.escapedPath(in: bytes).withUnsafeBytes { Self.write(":path", $0, 0..<$0.count, into: &buffer) }
        } else {
            Self.write(":path", bytes, self.pathRange, into: &buffer)
        }
        if let host = self.hostRange { Self.write(":authority", bytes, host, into: &buffer) }
        for index in 0..<self.fields.count {
            let slot = self.fields[index]
            guard !slot.isDropped, slot.known != .host, slot.known != .upgrade else { continue }
            HPACKWriter.writeField(
                name: UnsafeRawBufferPointer(rebasing: bytes[slot.name]),
                value: UnsafeRawBufferPointer(rebasing: bytes[slot.value]),
                isSecret: bytes.matches("authorization", in: slot.name) || bytes.matches("cookie", in: slot.name),
                into: &buffer
            )
        }
        if self.meaning.acceptsTrailers { Self.write("te", "trailers", into: &buffer) }
    }

    private static func write(_ name: StaticString, _ value: StaticString, into buffer: inout ByteBuffer) {
        let value = UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount)
        Self.write(name, value, 0..<value.count, into: &buffer)
    }

    private static func write(
        _ name: StaticString,
        _ bytes: UnsafeRawBufferPointer,
        _ range: Range<Int>,
        into buffer: inout ByteBuffer
    ) {
        HPACKWriter.writeField(
            name: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
            value: UnsafeRawBufferPointer(rebasing: bytes[range]),
            into: &buffer
        )
    }
}
