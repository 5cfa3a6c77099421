import NIOCore
import Testing

@testable import Proxy

@Suite struct RequestHeadTests {
    @Test func `A plain request goes upstream as it came, with what the edge adds`() throws {
        let head = RequestHead()
        let text = Array("GET /x?y=1 HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\n\r\n".utf8)
        let written = text.withUnsafeBytes { bytes in
            #expect(head.scan(bytes) == .complete(headBytes: bytes.count))
            var buffer = ByteBuffer()
            head.write(
                into: &buffer,
                from: bytes,
                forwarding: ForwardedFields(address: "192.0.2.1".utf8, proto: "https")
            )
            return String(buffer: buffer)
        }
        #expect(
            written
                == "GET /x?y=1 HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\nX-Forwarded-For: 192.0.2.1\r\n"
                + "X-Forwarded-Proto: https\r\nX-Forwarded-Host: a.test\r\n\r\n"
        )
    }
}
