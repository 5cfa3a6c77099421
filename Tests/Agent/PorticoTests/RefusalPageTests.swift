import NIOCore
import Testing

@testable import Portico

struct RefusalPageTests {
    private static func response(to head: String, reason: String = "connection refused") -> String {
        let page = RefusalPage(upstream: "http://localhost:8080", reason: reason)
        return String(buffer: page.response(to: ByteBuffer(string: head), allocator: ByteBufferAllocator()))
    }

    @Test func `A program gets text, with the code in a field and in the body`() {
        let response = Self.response(to: "GET / HTTP/1.1\r\nAccept: */*\r\n\r\n")
        #expect(response.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n"))
        #expect(response.contains("content-type: text/plain; charset=utf-8\r\n"))
        #expect(response.contains("ngrok-error-code: ERR_NGROK_8012\r\n"))
        #expect(response.contains("http://localhost:8080: connection refused."))
        #expect(response.hasSuffix("ERR_PORTICO_8012\n"))
    }

    @Test func `A browser gets a page in which nothing of the reason is markup`() {
        let response = Self.response(
            to: "GET / HTTP/1.1\r\nHost: a\r\naccept: text/html,*/*\r\n\r\n",
            reason: "<script>alert('x')</script>"
        )
        #expect(response.contains("content-type: text/html; charset=utf-8\r\n"))
        #expect(response.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"))
        #expect(!response.contains("<script>"))
        #expect(response.contains("\r\ncontent-security-policy: default-src 'none'; "))
    }

    @Test func `HEAD gets the length of the body without it`() throws {
        let get = Self.response(to: "GET / HTTP/1.1\r\n\r\n")
        let head = Self.response(to: "HEAD / HTTP/1.1\r\n\r\n")
        let end = try #require(get.firstRange(of: "\r\n\r\n")).upperBound
        #expect(head == get[..<end])
        #expect(get.contains("content-length: \(get[end...].utf8.count)\r\n"))
    }

    @Test func `What stands behind the head counts for nothing`() {
        let response = Self.response(to: "POST / HTTP/1.1\r\nHost: a\r\n\r\naccept: text/html\r\n")
        #expect(response.contains("text/plain"))
    }
}
