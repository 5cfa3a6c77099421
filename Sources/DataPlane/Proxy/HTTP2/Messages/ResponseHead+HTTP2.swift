import NIOCore

extension ResponseHead {
    /// Appends the response's header block as HTTP/2 has it (RFC 9113 §8.3.2): `bytes` are those of the last complete
    /// scan. A switch of protocols is success there (RFC 8441 §5).
    func writeHTTP2(into buffer: inout ByteBuffer, from bytes: UnsafeRawBufferPointer) {
        HPACKWriter.writeStatus(self.isSwitchingProtocols ? 200 : self.status, into: &buffer)
        for index in 0..<self.fields.count {
            let slot = self.fields[index]
            guard !slot.isDropped, slot.known != .upgrade else { continue }
            let name = UnsafeRawBufferPointer(rebasing: bytes[slot.name])
            if self.isSwitchingProtocols, bytes.matches("sec-websocket-accept", in: slot.name) { continue }
            HPACKWriter.writeField(
                name: name,
                value: UnsafeRawBufferPointer(rebasing: bytes[slot.value]),
                isSecret: bytes.matches("set-cookie", in: slot.name),
                into: &buffer
            )
        }
    }

    /// Lets pass what the edge alone may say; for heads that the edge wrote itself.
    func keepOwnFields() {
        for index in 0..<self.fields.count where self.fields[index].known == .ngrokErrorCode { self.keep(index) }
    }
}

/// Trailer sections, between the two forms that they have.
enum TrailerBlock {
    /// Appends a header block with the fields of a section: lines with their ends, and an empty one.
    static func write(_ section: ByteBuffer, into buffer: inout ByteBuffer) {
        section.withUnsafeReadableBytes { bytes in
            var fields = FieldTable(capacity: 8)
            // It was checked when it was read; what could not be read again is left out.
            guard (try? fields.scan(bytes, from: 0, grammar: .strict, limits: .response)) != nil else { return }
            for index in 0..<fields.count where !fields[index].isDropped {
                HPACKWriter.writeField(
                    name: UnsafeRawBufferPointer(rebasing: bytes[fields[index].name]),
                    value: UnsafeRawBufferPointer(rebasing: bytes[fields[index].value]),
                    into: &buffer
                )
            }
        }
    }

    /// The section that the fields of `list` are: as if it had come behind a chunked body, and filtered like it.
    ///
    /// - Throws: `.malformed`, for more than `limit` bytes too.
    static func section(
        _ list: FieldList,
        limit: Int = BodyLimits().trailerBytes
    ) throws(RequestTranscript.Problem) -> ByteBuffer? {
        let bytes = list.bytes
        var section = TrailerSection(limit: limit)
        for field in list.fields {
            let name = UnsafeRawBufferPointer(rebasing: bytes[field.name])
            let value = UnsafeRawBufferPointer(rebasing: bytes[field.value])
            guard !name.isEmpty, name.allSatisfy({ ByteSet.token.contains($0) && $0 &- 0x41 >= 26 }),
                value.firstControl(from: 0) == value.count
            else { throw .malformed }
            try Self.append(name, to: &section)
            try Self.append(": ".utf8, to: &section)
            try Self.append(value, to: &section)
            try Self.append("\r\n".utf8, to: &section)
        }
        try Self.append("\r\n".utf8, to: &section)
        guard let kept = section.passedOn, kept.count > 2 else { return nil }
        return ByteBuffer(bytes: kept)
    }

    private static func append(
        _ bytes: some Sequence<UInt8>,
        to section: inout TrailerSection
    ) throws(RequestTranscript.Problem) {
        for byte in bytes {
            do throws(HTTP1Error) {
                _ = try section.append(byte)
            } catch {
                throw .malformed
            }
        }
    }
}
