package import NIOCore

extension RequestHead {
    /// Writes the request as it goes upstream: HTTP/1.1, origin-form, the kept fields byte for byte as they came, and
    /// what the edge adds. `bytes` are those of the last complete scan.
    package func write(
        into buffer: inout ByteBuffer,
        from bytes: UnsafeRawBufferPointer,
        forwarding: ForwardedFields
    ) {
        // Every byte of the head is written twice at most: the host as Host and as X-Forwarded-Host.
        let escapes = self.hasUnescapedPath ? 2 * self.pathRange.count : 0
        let bound = 2 * self.headBytes + 256 + 2 * forwarding.lines.count + escapes
        let fieldsEnd = self.headBytes - 2
        let replacesHost = self.isAbsoluteForm || self.meaning.host == nil
        let replacesLength = self.meaning.lengthHasZeros
        let keepsForwarded = forwarding.isEmpty
        buffer.writeHead(upTo: bound) { writer in
            self.writeRequestLine(to: &writer, from: bytes)
            if replacesHost { self.writeHost(to: &writer, from: bytes) }
            writer.write(self.fields, from: bytes, end: fieldsEnd) { slot in
                switch slot.known {
                case .xForwardedFor, .xForwardedProto: keepsForwarded
                case .host: !replacesHost
                case .contentLength: !replacesLength
                default: true
                }
            }
            self.writeFraming(to: &writer)
            if !keepsForwarded { self.writeForwarded(to: &writer, from: bytes, forwarding: forwarding) }
            writer.write("\r\n")
        }
    }

    private func writeRequestLine(to writer: inout HeadWriter, from bytes: UnsafeRawBufferPointer) {
        if self.isAbsoluteForm {
            writer.write(bytes, self.methodRange)
            writer.write(" ")
            if self.pathRange.isEmpty || bytes[self.pathRange.lowerBound] != 0x2F {
                // No path: `*` for OPTIONS without a query (RFC 9112 §3.2.4), the root for everything else.
                writer.write(self.method == .options && self.pathRange.isEmpty ? "*" : "/")
            }
            self.writePath(to: &writer, from: bytes)
        } else if self.hasUnescapedPath {
            writer.write(bytes, self.methodRange)
            writer.write(" ")
            self.writePath(to: &writer, from: bytes)
        } else {
            writer.write(bytes, self.methodRange.lowerBound..<self.targetRange.upperBound)
        }
        writer.write(" HTTP/1.1\r\n")
    }

    private func writePath(to writer: inout HeadWriter, from bytes: UnsafeRawBufferPointer) {
        if self.hasUnescapedPath {
            writer.write(self.escapedPath(in: bytes))
        } else {
            writer.write(bytes, self.pathRange)
        }
    }

    /// Path and query with `%` and two digits for each byte of the path that no URI has as it is.
    func escapedPath(in bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let digits: StaticString = "0123456789ABCDEF"
        let pathEnd = bytes[self.pathRange].firstIndex(of: 0x3F) ?? self.pathRange.upperBound
        var path: [UInt8] = []
        path.reserveCapacity(2 * self.pathRange.count)
        for byte in bytes[self.pathRange.lowerBound..<pathEnd] {
            if ByteSet.plainPath.contains(byte) {
                path.append(byte)
            } else {
                path += [0x25, digits.utf8Start[Int(byte >> 4)], digits.utf8Start[Int(byte & 15)]]
            }
        }
        return path + bytes[pathEnd..<self.pathRange.upperBound]
    }

    /// The target's authority in place of `Host`; without any, the field with an empty value, which RFC 9112 §3.2 asks
    /// for.
    private func writeHost(to writer: inout HeadWriter, from bytes: UnsafeRawBufferPointer) {
        writer.write("Host: ")
        if let host = self.hostRange { writer.write(bytes, host) }
        writer.write("\r\n")
    }

    private func writeFraming(to writer: inout HeadWriter) {
        switch self.framing {
        case .chunked: writer.write("Transfer-Encoding: chunked\r\n")
        case .length(let length) where self.meaning.lengthHasZeros:
            writer.write("Content-Length: ")
            writer.write(length)
            writer.write("\r\n")
        default: break
        }
        if self.isUpgrade {
            writer.write("Connection: upgrade\r\n")
        } else if self.meaning.acceptsTrailers {
            writer.write("TE: trailers\r\nConnection: TE\r\n")
        }
    }

    private func writeForwarded(
        to writer: inout HeadWriter,
        from bytes: UnsafeRawBufferPointer,
        forwarding: ForwardedFields
    ) {
        if self.meaning.hasForwarded {
            writer.write("X-Forwarded-For: ")
            self.writeValues(of: .xForwardedFor, to: &writer, from: bytes)
            writer.write(forwarding.address)
            writer.write("\r\nX-Forwarded-Proto: ")
            self.writeValues(of: .xForwardedProto, to: &writer, from: bytes)
            writer.write(forwarding.proto)
            writer.write("\r\n")
        } else {
            writer.write(forwarding.lines)
        }
        if let host = self.hostRange, !self.fields.keeps(.xForwardedHost) {
            writer.write("X-Forwarded-Host: ")
            writer.write(bytes, host)
            writer.write("\r\n")
        }
    }

    /// The values that came, each followed by a comma.
    private func writeValues(of known: KnownField, to writer: inout HeadWriter, from bytes: UnsafeRawBufferPointer) {
        for index in 0..<self.fields.count {
            let slot = self.fields[index]
            guard slot.known == known, !slot.isDropped, slot.valueLength > 0 else { continue }
            writer.write(bytes, slot.value)
            writer.write(", ")
        }
    }
}
