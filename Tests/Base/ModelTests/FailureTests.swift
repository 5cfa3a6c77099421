import Addressing
import Model
import Testing

@Suite struct FailureTests {
    @Test func `A failure is one line with code, message and remedy`() {
        let failure = Failure(.urlTaken, "https://a.example.com is in use")
        #expect(
            "\(failure)"
                == "ERR_PORTICO_334: https://a.example.com is in use. \(ErrorCode.urlTaken.remedy)"
        )
    }

    @Test func `A message that ends a sentence gets no second full stop`() {
        #expect("\(Failure(.draining, "Closing."))" == "ERR_PORTICO_742: Closing. \(ErrorCode.draining.remedy)")
    }

    @Test func `Nothing in a failure moves the cursor of a terminal`() {
        let line = "\(Failure(.urlMalformed, "\u{1B}[2Jboo\r\nERR_PORTICO_1: forged\u{202E}"))"
        #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "\u{202E}" })
    }

    @Test func `The detail is for the log alone`() {
        let failure = Failure(.upstreamRefused, "the service refused", detail: "10.0.0.7:8080")
        #expect(!"\(failure)".contains("10.0.0.7"))
    }

    @Test(arguments: [
        ("a_b.example.com", 355), ("a..b", 327), ("-a.b", 328), ("a-.b", 329), ("ab--c.d", 330), ("xn--0.b", 347),
        ("a b", 326), ("*.a.b", 402), ("", 327), (String(repeating: "a", count: 64), 396),
        (String(repeating: "abcdefg.", count: 32) + "a", 397),
    ])
    func `A name that is none has the code of the reference system`(text: String, number: Int) throws {
        let error = try #require(throws: HostNameError.self) { try HostName(parsing: text) }
        #expect(Failure(error).code.number == number)
        #expect(Failure(error).message.contains(error.problem))
    }

    @Test(arguments: [
        ("ftp://a.b", 9036), ("https://a.b/x", 9037), ("https://u@a.b", 9037), ("https://a.b?q", 9037),
        ("https://a.b#f", 9037), ("https://a.b/", 9038), ("https://a.b:80", 9035), ("http://a.b:443", 9035),
        ("tcp://a.b", 9035), ("https://a.b:x", 9033), ("https://a.b:", 9033), ("tcp://a.b:0", 9030),
        ("tcp://a.b:65536", 9030), ("https://a b", 9034), ("https://[::1]", 9034), ("https://a.b:1:2", 9034),
        ("https://a.b.c.d.e.internal", 9031), ("https://a_b.c", 355), ("https://name", 331), ("https://1.2.3.4", 331),
    ])
    func `A URL that is none has the code of the reference system`(text: String, number: Int) throws {
        let error = try #require(throws: EndpointURLError.self) {
            try EndpointWish(parsing: text, defaultScheme: .https)
        }
        #expect(error.code.number == number)
    }

    @Test func `A URL that leaves something open is not a whole one`() throws {
        let error = try #require(throws: EndpointURLError.self) { try EndpointURL(parsing: "https://") }
        #expect(error.code == .urlIncomplete)
    }

    @Test func `A scheme before a connect address is pointed out`() throws {
        let error = try #require(throws: DialAddressError.self) {
            try DialAddress(parsing: "https://edge.example.com:443", defaultPort: 443)
        }
        #expect(error.reason == .url)
        #expect(error.code == .connectAddressInvalid)
    }
}
