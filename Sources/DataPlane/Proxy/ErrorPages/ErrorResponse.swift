package import Model
package import NIOCore
import VisitorPages

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
    /// Another status than the code's own.
    package var status: Int?
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
        let answer = self.answer
        answer.writeHead(into: &buffer, date: date, closing: self.closesConnection)
        if !self.omitsBody { buffer.writeImmutableBuffer(answer.body) }
    }

    /// The same as a value, for whoever frames it.
    var answer: LocalAnswer {
        let status = self.status ?? self.failure.code.httpStatus
        var fields: [(name: String, value: String)] = []
        switch self.format {
        case .page:
            fields.append(("Content-Type", "text/html; charset=utf-8"))
            fields.append(("Content-Security-Policy", VisitorPage.contentSecurityPolicy))
        case .text: fields.append(("Content-Type", "text/plain; charset=utf-8"))
        }
        fields.append(("Cache-Control", "no-store"))
        fields.append(("X-Content-Type-Options", "nosniff"))
        fields.append(("ngrok-error-code", self.failure.code.wireName))
        // Tokens are asked for so (RFC 6750 §3); a page with a way on needs nothing of the kind.
        if status == 401, self.failure.wayOn == nil { fields.append(("WWW-Authenticate", "Bearer")) }
        if status == 405 { fields.append(("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")) }
        if status == 426 { fields.append(("Sec-WebSocket-Version", "13")) }
        if status == 503 { fields.append(("Retry-After", "\(self.retryAfterSeconds)")) }
        return LocalAnswer(status: status, fields: fields, body: ByteBuffer(string: self.body))
    }

    private var body: String {
        let status = self.status ?? self.failure.code.httpStatus
        let title = "\(status) \(LocalAnswer.reason(status))"
        let message = Self.printable(self.failure.message)
        let id = self.requestID.map(Self.printable)
        switch self.format {
        case .page:
            return VisitorPage(
                title: title,
                failure: message,
                remedy: self.failure.code.remedy,
                code: self.failure.code.name,
                requestID: id,
                link: self.failure.wayOn.map { .init(text: $0.text, target: $0.target) }
            ).html
        case .text:
            let request = id.map { "request: \($0)\n" } ?? ""
            let wayOn = self.failure.wayOn.map { "\($0.text): \($0.target)\n" } ?? ""
            return
                "\(title)\n\n\(message)\n\(self.failure.code.remedy)\n\n\(wayOn)code: \(self.failure.code.name)\n\(request)"
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
