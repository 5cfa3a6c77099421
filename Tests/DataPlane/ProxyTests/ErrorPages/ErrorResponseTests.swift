import Model
import NIOCore
import Testing

@testable import Proxy

@Suite struct ErrorResponseTests {
    private static func text(_ response: ErrorResponse) -> (head: [String], body: String) {
        var buffer = ByteBuffer()
        response.write(into: &buffer, date: Self.date)
        let parts = String(buffer: buffer).split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        return (parts[0].split(separator: "\r\n").map(String.init), parts.count > 1 ? String(parts[1]) : "")
    }

    private static let date = ByteBuffer(string: "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")
    private static let offline = Failure(.endpointOffline, "No endpoint is online at a.test.")

    @Test func `Tools get plain text with code, message, remedy and request`() {
        var response = ErrorResponse(Self.offline, format: .text)
        response.requestID = "req_1"
        let (head, body) = Self.text(response)
        #expect(
            head == [
                "HTTP/1.1 404 Not Found", "Date: Sun, 06 Nov 1994 08:49:37 GMT",
                "Content-Type: text/plain; charset=utf-8",
                "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "ngrok-error-code: ERR_NGROK_3200",
                "Content-Length: \(body.utf8.count)",
            ]
        )
        #expect(
            body == """
                404 Not Found

                No endpoint is online at a.test.
                \(ErrorCode.endpointOffline.remedy)

                code: ERR_PORTICO_3200
                request: req_1

                """
        )
    }

    @Test func `Browsers get a page with the same`() {
        var response = ErrorResponse(Self.offline, format: .page)
        response.requestID = "req_1"
        let (head, body) = Self.text(response)
        #expect(head.contains("Content-Type: text/html; charset=utf-8"))
        #expect(head.contains("Content-Length: \(body.utf8.count)"))
        for text in [
            "404 Not Found", Self.offline.message, ErrorCode.endpointOffline.remedy, "ERR_PORTICO_3200", "req_1",
        ] {
            #expect(body.contains(text))
        }
        #expect(!body.contains("<script") && !body.contains("http:") && !body.contains("url("))
    }

    @Test func `An answer to HEAD has the length of the body that it leaves out`() {
        let whole = Self.text(ErrorResponse(Self.offline, format: .page))
        var response = ErrorResponse(Self.offline, format: .page)
        response.omitsBody = true
        let (head, body) = Self.text(response)
        #expect(body.isEmpty)
        #expect(head == whole.head)
    }

    @Test func `A message cannot add markup, fields or lines`() {
        let message = "<script>alert('1')</script> & \"x\"\r\nSet-Cookie: a=b\u{0}\u{1B}[31m\u{85}"
        let failure = Failure(.requestMalformed, message)
        for format in [ErrorResponse.Format.page, .text] {
            var response = ErrorResponse(failure, format: format)
            response.requestID = "r<\r\n"
            let (head, body) = Self.text(response)
            #expect(!head.contains { $0.hasPrefix("Set-Cookie") })
            #expect(
                !body.unicodeScalars.contains { $0 != "\n" && ($0.value < 0x20 || (0x7F..<0xA0).contains($0.value)) }
            )
            if format == .page {
                #expect(
                    body.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;  Set-Cookie")
                )
                #expect(!body.contains("<script"))
            }
        }
    }

    @Test func `What is only for a while says when to try again, and a closing connection says so`() {
        var response = ErrorResponse(Failure(.draining, "The edge is shutting down."), format: .text)
        response.closesConnection = true
        response.retryAfterSeconds = 7
        let head = Self.text(response).head
        #expect(head.first == "HTTP/1.1 503 Service Unavailable")
        #expect(head.contains("Retry-After: 7"))
        #expect(head.contains("Connection: close"))
        let other = Self.text(ErrorResponse(Self.offline, format: .text)).head
        #expect(!other.contains { $0.hasPrefix("Retry-After") || $0.hasPrefix("Connection") })
    }

    @Test func `A method that is not allowed is told which are`() {
        let head = Self.text(ErrorResponse(Failure(.methodNotAllowed, "No."), format: .text)).head
        #expect(head.contains { $0.hasPrefix("Allow: GET, ") })
    }

    @Test func `A WebSocket of another version is told which one is understood`() {
        let failure = Failure(HTTP1Error.webSocketVersion)
        let head = Self.text(ErrorResponse(failure, format: .text)).head
        #expect(head.first == "HTTP/1.1 426 Upgrade Required")
        for line in ["Sec-WebSocket-Version: 13", "Upgrade: websocket", "Connection: upgrade"] {
            #expect(head.contains(line))
        }
    }

    @Test(arguments: [
        (["Accept: text/html"], true), (["Accept: application/json, TEXT/HTML;q=0.8"], true),
        (["Accept: text/*", "Accept: text/html ;q=1"], true), (["Accept: */*"], false), (["X: text/html"], false),
        (["Accept: application/xhtml+text/html"], false), ([], false),
    ])
    func `A page is for those who ask for HTML`(lines: [String], isPage: Bool) {
        let format = ScannedRequest.read(["GET / HTTP/1.1", "Host: a.test"] + lines) { head, bytes in
            ErrorResponse.Format(for: head, in: bytes)
        }
        #expect(format == (isPage ? .page : .text))
    }

    @Test func `Every answer reads as a right response of the status of its code`() {
        for code in ErrorCode.all where code.httpStatus >= 400 {
            var buffer = ByteBuffer()
            ErrorResponse(Failure(code, "x"), format: .page).write(into: &buffer, date: Self.date)
            let head = ResponseHead()
            let result = buffer.withUnsafeReadableBytes { head.scan($0) }
            guard case .complete(let count) = result else {
                Issue.record("\(code.name) is no response: \(result)")
                continue
            }
            #expect(head.status == code.httpStatus)
            #expect(head.framing(forHEAD: false) == .length(UInt64(buffer.readableBytes - count)))
            #expect(
                !String(buffer: buffer).contains("Client Error") && !String(buffer: buffer).contains("Server Error\r")
            )
        }
    }

    @Test func `Every way in which a message can be wrong has an answer`() {
        for error in HTTP1Error.allCases {
            #expect((400...505).contains(error.status))
            #expect(Failure(error).message == error.description)
            #expect(error.upstreamFailure.code.httpStatus == 502)
            #expect(error.upstreamFailure.detail == error.description)
        }
        #expect(Set(HTTP1Error.allCases.map(\.description)).count == HTTP1Error.allCases.count)
    }
}
