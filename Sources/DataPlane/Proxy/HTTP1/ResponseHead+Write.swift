package import NIOCore

extension ResponseHead {
    /// Writes the response as it goes to the visitor: HTTP/1.1, status and reason as they came, the kept fields byte
    /// for byte. `bytes` are those of the last complete scan; `closing` says that the connection to the visitor ends with
    /// this response.
    package func write(into buffer: inout ByteBuffer, from bytes: UnsafeRawBufferPointer, closing: Bool) {
        self.write(into: &buffer, from: bytes, closing: closing, coding: self.meaning.framing == .chunked)
    }

    /// The same for a visitor of HTTP/1.0, who knows no transfer codings: its body goes without chunk framing
    /// (`BodyReader.Form.content`) and ends with the connection.
    func writeForHTTP10(into buffer: inout ByteBuffer, from bytes: UnsafeRawBufferPointer) {
        self.write(into: &buffer, from: bytes, closing: true, coding: false)
    }

    private func write(
        into buffer: inout ByteBuffer,
        from bytes: UnsafeRawBufferPointer,
        closing: Bool,
        coding: Bool
    ) {
        // A line that is written anew grows by a space and a CR.
        let bound = self.headBytes + 2 * self.fields.count + 128
        buffer.writeHead(upTo: bound) { writer in
            writer.write("HTTP/1.1")
            writer.write(bytes, 8..<12)
            if self.reasonRange.isEmpty { writer.write(" ") } else { writer.write(bytes, self.reasonRange) }
            writer.write("\r\n")
            writer.write(self.fields, from: bytes, end: self.headBytes - 2) { _ in true }
            // A message without content says nothing about how content would be framed, but for answers to HEAD and 304.
            if coding, self.status >= 200, self.status != 204 { writer.write("Transfer-Encoding: chunked\r\n") }
            if self.isSwitchingProtocols {
                writer.write("Connection: upgrade\r\n")
            } else if closing {
                writer.write("Connection: close\r\n")
            }
            writer.write("\r\n")
        }
    }
}
