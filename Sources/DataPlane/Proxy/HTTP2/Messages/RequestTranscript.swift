package import NIOCore

/// Writes a request that came over HTTP/2 as HTTP/1.1 would have it, so that everything behind reads one form of head.
///
/// What HTTP/2 forbids is found here (RFC 9113 §8.2, §8.3), and whatever could be read in another way once it is
/// written as lines. The scanner that reads the text next checks it as strictly as any other.
package struct RequestTranscript {
    /// Why there is no text.
    package enum Problem: Error, Equatable {
        /// The stream ends with PROTOCOL_ERROR.
        case malformed
        /// CONNECT, which is answered with 405.
        case connect
    }

    /// The length that the request has told.
    private(set) var contentLength: UInt64?
    /// Whether it opens a WebSocket (RFC 8441).
    private(set) var isWebSocket = false

    private let list: FieldList
    private let bytes: UnsafeRawBufferPointer
    private var method: Range<Int>?
    private var scheme: Range<Int>?
    private var path: Range<Int>?
    private var authority: Range<Int>?
    private var protocolName: Range<Int>?
    private var host: Range<Int>?
    /// Where the fields begin that are none of HTTP/2's own.
    private var firstField = 0
    private var cookies = 0

    /// Checks the fields of `list`.
    package init(_ list: FieldList) throws(Problem) {
        self.list = list
        self.bytes = list.bytes
        try self.readPseudoFields()
        for index in self.firstField..<list.fields.count { try self.readField(list.fields[index]) }
        try self.settle()
    }

    /// Appends the text.
    ///
    /// - Parameters:
    ///   - buffer: gets it at its end.
    ///   - ends: whether the request ends with its head.
    ///   - webSocketKey: what a WebSocket is opened with where HTTP/1.1 is spoken: 24 bytes of base64.
    package func write(into buffer: inout ByteBuffer, ends: Bool, webSocketKey: @autoclosure () -> [UInt8]) {
        let bound = self.bytes.count + 4 * self.list.fields.count + 256
        let key = self.isWebSocket ? webSocketKey() : []
        buffer.writeHead(upTo: bound) { writer in
            if self.isWebSocket { writer.write("GET") } else if let method { writer.write(self.bytes, method) }
            writer.write(" ")
            if let path { writer.write(self.bytes, path) }
            writer.write(" HTTP/1.1\r\n")
            if let host = self.authority ?? self.host {
                writer.write("host: ")
                writer.write(self.bytes, host)
                writer.write("\r\n")
            }
            for index in self.firstField..<self.list.fields.count { self.write(self.list.fields[index], to: &writer) }
            if self.cookies > 1 { self.writeCookies(to: &writer) }
            if self.isWebSocket {
                writer.write("connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: ")
                writer.write(key)
                writer.write("\r\n")
            } else if self.contentLength == nil {
                if !ends {
                    writer.write("transfer-encoding: chunked\r\n")
                } else if self.expectsContent {
                    writer.write("content-length: 0\r\n")
                }
            }
            writer.write("\r\n")
        }
    }

    private func write(_ field: FieldList.Field, to writer: inout HeadWriter) {
        if self.cookies > 1, self.bytes.matches("cookie", in: field.name) { return }
        if self.bytes.matches("host", in: field.name) { return }
        if self.isWebSocket, self.bytes.matches("sec-websocket-key", in: field.name) { return }
        writer.write(self.bytes, field.name)
        writer.write(": ")
        writer.write(self.bytes, field.value)
        writer.write("\r\n")
    }

    /// Crumbs become one field again (§8.2.3).
    private func writeCookies(to writer: inout HeadWriter) {
        writer.write("cookie: ")
        var isFirst = true
        for index in self.firstField..<self.list.fields.count {
            let field = self.list.fields[index]
            guard self.bytes.matches("cookie", in: field.name) else { continue }
            if !isFirst { writer.write("; ") }
            isFirst = false
            writer.write(self.bytes, field.value)
        }
        writer.write("\r\n")
    }

    /// Methods whose requests are taken to have content: servers ask for its length even where it is none.
    private var expectsContent: Bool {
        guard let method = self.method else { return false }
        switch Method(self.bytes, in: method) {
        case .post, .put, .patch: return true
        default: return false
        }
    }
}

// MARK: - Reading

extension RequestTranscript {
    private mutating func readPseudoFields() throws(Problem) {
        for (index, field) in self.list.fields.enumerated() {
            guard field.name.first.map({ self.bytes[$0] }) == 0x3A else {
                self.firstField = index
                return
            }
            try self.checkValue(field.value)
            if self.bytes.matches(":method", in: field.name) {
                try Self.set(&self.method, field.value)
            } else if self.bytes.matches(":path", in: field.name) {
                try Self.set(&self.path, field.value)
            } else if self.bytes.matches(":scheme", in: field.name) {
                try Self.set(&self.scheme, field.value)
            } else if self.bytes.matches(":authority", in: field.name) {
                try Self.set(&self.authority, field.value)
            } else if self.bytes.matches(":protocol", in: field.name) {
                try Self.set(&self.protocolName, field.value)
            } else {
                throw .malformed
            }
            guard self.hasRightName(field.name.dropFirst()) else { throw .malformed }
        }
        self.firstField = self.list.fields.count
    }

    private static func set(_ place: inout Range<Int>?, _ value: Range<Int>) throws(Problem) {
        guard place == nil else { throw .malformed }
        place = value
    }

    /// Whether all of a name are characters of a token, and no letter is a capital.
    private func hasRightName(_ name: Range<Int>) -> Bool {
        for index in name {
            let byte = self.bytes[index]
            guard ByteSet.token.contains(byte), byte &- 0x41 >= 26 else { return false }
        }
        return !name.isEmpty
    }

    /// Bytes that would end a line, and white space that would be lost.
    private func checkValue(_ value: Range<Int>) throws(Problem) {
        let bytes = UnsafeRawBufferPointer(rebasing: self.bytes[value])
        guard bytes.firstControl(from: 0) == bytes.count else { throw .malformed }
        guard let first = bytes.first, let last = bytes.last else { return }
        guard !first.isBlank, !last.isBlank else { throw .malformed }
    }

    private mutating func readField(_ field: FieldList.Field) throws(Problem) {
        guard self.hasRightName(field.name) else { throw .malformed }
        try self.checkValue(field.value)
        switch field.name.count {
        case 2 where self.bytes.matches("te", in: field.name):
            guard self.bytes.matches("trailers", in: field.value) else { throw .malformed }
        case 4 where self.bytes.matches("host", in: field.name):
            guard self.host == nil else { throw .malformed }
            self.host = field.value
        case 6 where self.bytes.matches("cookie", in: field.name):
            self.cookies += 1
        case 7 where self.bytes.matches("upgrade", in: field.name):
            throw .malformed
        case 10 where self.bytes.matches("connection", in: field.name),
            10 where self.bytes.matches("keep-alive", in: field.name):
            throw .malformed
        case 14 where self.bytes.matches("content-length", in: field.name):
            guard self.contentLength == nil, let length = self.bytes.decimal(in: field.value) else { throw .malformed }
            self.contentLength = length
        case 16 where self.bytes.matches("proxy-connection", in: field.name):
            throw .malformed
        case 17 where self.bytes.matches("transfer-encoding", in: field.name):
            throw .malformed
        default: break
        }
    }

    /// What must be there, and what must fit together (§8.3.1, §8.5, RFC 8441 §4).
    private mutating func settle() throws(Problem) {
        guard let method = self.method, self.bytes.isToken(method) else { throw .malformed }
        if Method(self.bytes, in: method) == .connect {
            guard let name = self.protocolName else { throw .connect }
            guard self.bytes.matches("websocket", in: name) else { throw .connect }
            guard self.contentLength == nil else { throw .malformed }
            self.isWebSocket = true
        } else if self.protocolName != nil {
            throw .malformed
        }
        guard let scheme = self.scheme else { throw .malformed }
        guard self.bytes.matches("http", in: scheme) || self.bytes.matches("https", in: scheme) else {
            throw .malformed
        }
        guard let path = self.path, let first = path.first else { throw .malformed }
        guard self.bytes[first] == 0x2F || self.bytes.matches("*", in: path) else { throw .malformed }
        for index in path where self.bytes[index] <= 0x20 { throw .malformed }
        if let authority = self.authority {
            // Two names for one place must be the same (§8.3.1).
            guard !authority.isEmpty, self.host.map({ self.areSame($0, authority) }) ?? true else { throw .malformed }
        }
    }

    private func areSame(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
        FieldName.areEqual(self.bytes[one], self.bytes[other])
    }
}
