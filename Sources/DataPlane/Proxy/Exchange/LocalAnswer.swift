package import NIOCore

/// An answer that the edge gives in the upstream's place: a failure, or what a policy says.
package struct LocalAnswer {
    /// 200 to 599.
    package var status: Int
    /// Names and values as they go out. What frames the message is not among them.
    package var fields: [(name: String, value: String)]
    package var body: ByteBuffer

    package init(status: Int, fields: [(name: String, value: String)] = [], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// Appends the head as HTTP/1.1 writes it.
    ///
    /// - Parameters:
    ///   - buffer: gets it at its end.
    ///   - date: the line `Date: …` with its end, as the loop has it ready.
    ///   - closing: whether the connection ends with this answer.
    func writeHead(into buffer: inout ByteBuffer, date: ByteBuffer, closing: Bool) {
        buffer.writeString("HTTP/1.1 \(self.status) \(Self.reason(self.status))\r\n")
        buffer.writeImmutableBuffer(date)
        for field in self.fields {
            buffer.writeString("\(field.name): \(field.value)\r\n")
        }
        if self.status != 204, self.status != 304 {
            buffer.writeString("Content-Length: \(self.body.readableBytes)\r\n")
        }
        // What would be understood (RFC 6455 §4.4), as the field that names it asks for (RFC 9110 §7.8, §15.5.22).
        if self.status == 426 { buffer.writeStaticString("Upgrade: websocket\r\nConnection: upgrade\r\n") }
        if closing { buffer.writeStaticString("Connection: close\r\n") }
        buffer.writeStaticString("\r\n")
    }

    /// Reason phrases (RFC 9110 §15).
    static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 426: "Upgrade Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 508: "Loop Detected"
        case ..<300: "OK"
        case ..<400: "Redirect"
        case ..<500: "Client Error"
        default: "Server Error"
        }
    }
}
