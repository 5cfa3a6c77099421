package import Model
package import NIOCore

/// The answer that the edge itself gives for a failure: a page for browsers, plain text for everyone else.
package struct ErrorResponse {
    package enum Format: Sendable {
        case page
        case text
    }

    private let failure: Failure
    private let format: Format

    /// The name under which the request stands in logs and events; nil where it has none.
    package var requestID: String?
    /// Whether the body is left out, as in an answer to HEAD. Its length is told all the same.
    package var omitsBody = false
    /// Whether the connection ends with this answer.
    package var closesConnection = false
    /// Seconds after which another try makes sense, told where the status is 503.
    package var retryAfterSeconds = 5

    package init(_ failure: Failure, format: Format) {
        self.failure = failure
        self.format = format
    }

    /// Appends the whole answer.
    ///
    /// - Parameters:
    ///   - buffer: gets it at its end.
    ///   - date: the line `Date: …` with its end, as the loop has it ready.
    package func write(into buffer: inout ByteBuffer, date: ByteBuffer) {
        let status = self.failure.code.httpStatus
        let body = self.body
        buffer.writeString("HTTP/1.1 \(status) \(Self.reason(status))\r\n")
        buffer.writeImmutableBuffer(date)
        switch self.format {
        case .page:
            buffer.writeStaticString("Content-Type: text/html; charset=utf-8\r\n")
            buffer.writeString("Content-Security-Policy: \(ErrorPage.contentSecurityPolicy)\r\n")
        case .text: buffer.writeStaticString("Content-Type: text/plain; charset=utf-8\r\n")
        }
        buffer.writeString("Content-Length: \(body.utf8.count)\r\n")
        buffer.writeStaticString("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n")
        buffer.writeString("ngrok-error-code: \(self.failure.code.wireName)\r\n")
        if status == 405 { buffer.writeStaticString("Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n") }
        // What would be understood (RFC 6455 §4.4), as the field that names it asks for (RFC 9110 §7.8, §15.5.22).
        if status == 426 {
            buffer.writeStaticString("Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\nConnection: upgrade\r\n")
        }
        if status == 503 { buffer.writeString("Retry-After: \(self.retryAfterSeconds)\r\n") }
        if self.closesConnection { buffer.writeStaticString("Connection: close\r\n") }
        buffer.writeStaticString("\r\n")
        if !self.omitsBody { buffer.writeString(body) }
    }

    private var body: String {
        let status = self.failure.code.httpStatus
        let title = "\(status) \(Self.reason(status))"
        let message = Self.printable(self.failure.message)
        let id = self.requestID.map(Self.printable)
        switch self.format {
        case .page:
            return ErrorPage(
                title: title,
                failure: message,
                remedy: self.failure.code.remedy,
                code: self.failure.code.name,
                requestID: id
            ).html
        case .text:
            let request = id.map { "request: \($0)\n" } ?? ""
            return "\(title)\n\n\(message)\n\(self.failure.code.remedy)\n\ncode: \(self.failure.code.name)\n\(request)"
        }
    }

    /// `text` with spaces for what moves a cursor or ends a line: the message may hold what a visitor sent.
    private static func printable(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (scalar.value >= 0x7F && scalar.value < 0xA0)
            result.unicodeScalars.append(isControl ? " " : scalar)
        }
        return result
    }

    /// The reason phrases of the statuses that failures have (RFC 9110 §15).
    private static func reason(_ status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
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
        default: status < 500 ? "Client Error" : "Server Error"
        }
    }
}

extension ErrorResponse.Format {
    /// A page where the visitor's `Accept` names HTML. `*/*` does not: that is what tools send.
    init(for head: RequestHead, in bytes: UnsafeRawBufferPointer) {
        self = .text
        for index in 0..<head.fields.count where head.fields[index].known == .accept {
            for member in ListMembers(bytes, in: head.fields[index].value) {
                var end = member.lowerBound
                while end < member.upperBound, bytes[end] != 0x3B { end += 1 }
                guard bytes.matches("text/html", in: bytes.trimmed(member.lowerBound..<end)) else { continue }
                self = .page
                return
            }
        }
    }
}
