import NIOCore

/// Writes a response that came over HTTP/2 as HTTP/1.1 would have it, as `RequestTranscript` does with requests.
struct ResponseTranscript {
    /// What no server may send; the stream ends with PROTOCOL_ERROR.
    struct Malformed: Error {}

    let status: Int
    /// The length that the response has told.
    private(set) var contentLength: UInt64?
    private let list: FieldList
    private let bytes: UnsafeRawBufferPointer

    init(_ list: FieldList) throws(Malformed) {
        self.list = list
        self.bytes = list.bytes
        guard let first = list.fields.first, self.bytes.matches(":status", in: first.name), first.value.count == 3,
            let status = self.bytes.decimal(in: first.value), (100...999).contains(status)
        else { throw Malformed() }
        self.status = Int(status)
        for field in list.fields.dropFirst() { try self.read(field) }
    }

    private mutating func read(_ field: FieldList.Field) throws(Malformed) {
        guard !field.name.isEmpty else { throw Malformed() }
        for index in field.name {
            guard ByteSet.token.contains(self.bytes[index]), self.bytes[index] &- 0x41 >= 26 else { throw Malformed() }
        }
        let value = UnsafeRawBufferPointer(rebasing: self.bytes[field.value])
        guard value.firstControl(from: 0) == value.count else { throw Malformed() }
        switch KnownField(UnsafeRawBufferPointer(rebasing: self.bytes[field.name])) {
        case .connection, .keepAlive, .proxyConnection, .transferEncoding, .upgrade: throw Malformed()
        case .contentLength:
            guard let length = self.bytes.decimal(in: field.value), self.contentLength ?? length == length else {
                throw Malformed()
            }
            self.contentLength = length
        default: break
        }
    }

    /// Appends the text.
    ///
    /// - Parameters:
    ///   - buffer: gets it at its end.
    ///   - ends: whether the response ends with its head.
    ///   - isHEAD: whether it answers HEAD, so that a length says nothing about a body.
    func write(into buffer: inout ByteBuffer, ends: Bool, isHEAD: Bool) {
        let bound = self.bytes.count + 4 * self.list.fields.count + 64
        buffer.writeHead(upTo: bound) { writer in
            writer.write("HTTP/1.1 ")
            if let first = self.list.fields.first { writer.write(self.bytes, first.value) }
            writer.write(" \r\n")
            for field in self.list.fields.dropFirst() {
                writer.write(self.bytes, field.name)
                writer.write(": ")
                writer.write(self.bytes, field.value)
                writer.write("\r\n")
            }
            if self.contentLength == nil, self.status >= 200, self.status != 204, self.status != 304, !isHEAD {
                writer.write(ends ? "content-length: 0\r\n" : "transfer-encoding: chunked\r\n")
            }
            writer.write("\r\n")
        }
    }
}
