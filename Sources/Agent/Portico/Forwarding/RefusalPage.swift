import NIOCore
import VisitorPages

/// The answer of an HTTP endpoint whose upstream cannot be reached (`spec/endpoints.md` 10.2, code 8012).
///
/// The agent is a byte pipe; this is the one response that it writes itself.
struct RefusalPage {
    /// How much of a request's head is looked at for what the visitor accepts.
    static let maxHeadBytes = 8192

    let upstream: String
    /// Why it could not be reached, in words.
    let reason: String

    /// The whole response, for the request whose first bytes are `head`.
    func response(to head: ByteBuffer, allocator: ByteBufferAllocator) -> ByteBuffer {
        let view = head.readableBytesView.prefix(Self.maxHeadBytes)
        let wantsHTML = Self.acceptsHTML(view)
        let body = wantsHTML ? self.html : self.text
        var response = allocator.buffer(capacity: 512 + body.utf8.count)
        response.writeStaticString("HTTP/1.1 502 Bad Gateway\r\ncontent-type: ")
        response.writeStaticString(wantsHTML ? "text/html; charset=utf-8" : "text/plain; charset=utf-8")
        if wantsHTML { response.writeString("\r\ncontent-security-policy: \(VisitorPage.contentSecurityPolicy)") }
        response.writeStaticString("\r\nx-content-type-options: nosniff")
        response.writeString("\r\ncontent-length: \(body.utf8.count)")
        response.writeStaticString(
            "\r\ncache-control: no-store\r\nngrok-error-code: ERR_NGROK_8012\r\nconnection: close\r\n\r\n"
        )
        if !view.starts(with: "HEAD ".utf8) {
            response.writeString(body)
        }
        return response
    }

    private var sentence: String {
        "The agent received the request, but could not connect to the upstream \(self.upstream): \(self.reason)."
    }

    private static let advice = "Start the service, or check the address that the agent forwards to."

    private var text: String {
        "\(self.sentence)\n\(Self.advice)\n\nERR_PORTICO_8012\n"
    }

    private var html: String {
        VisitorPage(
            title: "502 Bad Gateway",
            failure: self.sentence,
            remedy: Self.advice,
            code: "ERR_PORTICO_8012"
        ).html
    }

    /// Whether a field `Accept` names `text/html`.
    private static func acceptsHTML(_ head: ByteBufferView) -> Bool {
        for line in head.split(separator: 0x0A).dropFirst() {
            if line.first == 0x0D { return false }
            let text = String(decoding: line, as: UTF8.self).lowercased()
            if text.hasPrefix("accept:") { return text.contains("text/html") }
        }
        return false
    }
}
