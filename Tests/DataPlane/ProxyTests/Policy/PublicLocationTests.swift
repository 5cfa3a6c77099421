import Testing

@testable import Proxy

/// Responses to requests that went upstream for another host.
@Suite struct PublicLocationTests {
    private static let rewrites = """
        on_http_request:
          - actions: [{type: url-rewrite, config: {from: "^http://[^/]+", to: "http://b.example"}}]
        """

    private func head(_ policy: String, _ answer: String) throws -> String {
        let test = try LoopUnderTest(endpoints: [TestEndpoint("http://a.test", policy)])
        try test.connectHTTP1()
        try test.receive("GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n")
        let upstream = try test.upstream()
        #expect(upstream.takeText().contains("host: b.example\r\n"))
        upstream.answer(answer)
        return try test.sentText()
    }

    @Test(arguments: ["Content-Length: 2\r\n\r\nhi", "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"])
    func `A location that names the other host names the visitor's`(rest: String) throws {
        let answer = try self.head(
            Self.rewrites,
            "HTTP/1.1 302 Found\r\nLocation: http://b.example/y\r\nX-Other: 1\r\n\(rest)"
        )
        #expect(answer.hasPrefix("HTTP/1.1 302 Found\r\n") && answer.contains("\r\nX-Other: 1\r\n"))
        #expect(answer.contains("\r\nlocation: http://a.test/y\r\n") && !answer.contains("b.example"))
        #expect(answer.contains("hi"))
    }

    @Test func `Rules for responses see where the visitor goes`() throws {
        let rules = """

            on_http_response:
              - actions: [{type: add-headers, config: {headers: {x-to: "${res.headers['location'][0]}"}}}]
            """
        let answer = try self.head(
            Self.rewrites + rules,
            "HTTP/1.1 302 Found\r\nLocation: http://b.example/y\r\nContent-Length: 0\r\n\r\n"
        )
        #expect(answer.contains("\r\nx-to: http://a.test/y\r\n"))
    }

    @Test func `Without a location, or with another, nothing of the answer changes`() throws {
        for field in ["", "Location: /y\r\n", "Location: http://c.example/y\r\n"] {
            let answer = try self.head(Self.rewrites, "HTTP/1.1 302 Found\r\n\(field)Content-Length: 0\r\n\r\n")
            #expect(answer.contains(field) && !answer.contains("location: "))
        }
    }
}
