import Model
import NIOCore
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// The questions of senders that ask whether the endpoint is ours.
@Suite struct WebhookChallengeTests {
    private static let secret = Secret("correct horse battery staple")
    private static let now: Int64 = 1_700_000_000_000

    private static func verdict(
        _ provider: WebhookProvider,
        _ method: String,
        query: String? = nil,
        headers: [(name: String, value: String)] = [],
        body: String = ""
    ) throws -> WebhookVerdict {
        let request = WebhookRequest(
            method: method,
            target: RequestTarget(scheme: "https", host: "hooks.example.com", rawPath: "/in", query: query),
            head: ExchangeHead(.lines(headers)),
            body: ByteBuffer(string: body)
        )
        return try #require(provider.sender?.scheme).verdict(on: request, secret: Self.secret, now: Self.now)
    }

    private static func code(_ text: String) -> [UInt8] {
        MessageDigest.sha256.code(of: [ByteBuffer(string: text)], key: Array(Self.secret.reveal().utf8))
    }

    @Test func `twitter hears the code of its token`() throws {
        // printf abc-123 | openssl dgst -sha256 -hmac 'correct horse battery staple' -binary | base64
        let answer = WebhookAnswer(
            status: 200,
            contentType: "application/json",
            body: #"{"response_token":"sha256=dlCaTGGzVbtTPGgWux+rXZWRVo7FjodmRFSutJ79H20="}"#
        )
        #expect(try Self.verdict(.twitter, "GET", query: "crc_token=abc-123&nonce=1") == .answered(answer))
    }

    @Test(arguments: ["%7B%22a%22%3A1%7D", "", "a%20b", "%5B%5D", String(repeating: "a", count: 257)])
    func `twitter's question gets no code of what could be a body`(token: String) throws {
        #expect(
            try Self.verdict(.twitter, "GET", query: "crc_token=\(token)") == .refused(.fieldMalformed("crc_token"))
        )
    }

    @Test func `Without a token, or as another method, it is a request like any other`() throws {
        let missing = WebhookVerdict.refused(.fieldMissing("x-twitter-webhooks-signature"))
        #expect(try Self.verdict(.twitter, "GET") == missing)
        #expect(try Self.verdict(.twitter, "POST", query: "crc_token=abc") == missing)
    }

    @Test func `worldline hears what it said`() throws {
        let answer = WebhookAnswer(status: 200, contentType: "text/plain; charset=utf-8", body: "6c0a-1")
        let headers = [(name: "X-GCS-Webhooks-Endpoint-Verification", value: "6c0a-1")]
        #expect(try Self.verdict(.worldline, "GET", headers: headers) == .answered(answer))
        #expect(try Self.verdict(.worldline, "POST", headers: headers) == .refused(.fieldMissing("x-gcs-keyid")))
    }

    @Test(arguments: ["<script>", "", String(repeating: "a", count: 257)])
    func `worldline's question is repeated only where it is a plain token`(text: String) throws {
        let headers = [(name: "x-gcs-webhooks-endpoint-verification", value: text)]
        let refusal = WebhookRefusal.fieldMalformed("x-gcs-webhooks-endpoint-verification")
        #expect(try Self.verdict(.worldline, "GET", headers: headers) == .refused(refusal))
    }

    @Test func `xero hears of a body without events whether its signature is right`() throws {
        let body = #"{"events":[],"lastEventSequence":0,"firstEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}"#
        let right = [(name: "x-xero-signature", value: Base64.text(Self.code(body)))]
        let wrong = [(name: "x-xero-signature", value: Base64.text(Self.code("other")))]
        #expect(try Self.verdict(.xero, "POST", headers: right, body: body) == .answered(WebhookAnswer(status: 200)))
        #expect(try Self.verdict(.xero, "POST", headers: wrong, body: body) == .answered(WebhookAnswer(status: 401)))
        #expect(try Self.verdict(.xero, "POST", body: body) == .answered(WebhookAnswer(status: 401)))
        let event = #"{"events":[{"resourceId":"1"}]}"#
        #expect(try Self.verdict(.xero, "POST", headers: wrong, body: event) == .refused(.signatureWrong))
    }

    @Test func `A question is at most 4096 bytes long`() throws {
        let body = #"{"events":[]}"#
        let answer = WebhookVerdict.answered(WebhookAnswer(status: 401))
        #expect(try Self.verdict(.xero, "POST", body: body + String(repeating: " ", count: 4096 - 13)) == answer)
        let longer = try Self.verdict(.xero, "POST", body: body + String(repeating: " ", count: 4096 - 12))
        #expect(longer == .refused(.fieldMissing("x-xero-signature")))
    }

    private static func zoom(_ body: String, isSigned: Bool = true) throws -> WebhookVerdict {
        let signed = Hexadecimal.text(Self.code(isSigned ? "v0:1700000000:\(body)" : "other"))
        return try Self.verdict(
            .zoom,
            "POST",
            headers: [("x-zm-signature", "v0=" + signed), ("x-zm-request-timestamp", "1700000000")],
            body: body
        )
    }

    @Test func `zoom hears its token and the code of it`() throws {
        // printf qgg8vlvZRS6UYooatFL8Aw | openssl dgst -sha256 -hmac 'correct horse battery staple'
        let answer = WebhookAnswer(
            status: 200,
            contentType: "application/json",
            body:
                #"{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"7d2c08c7fae9c1c8613a22d702d023e8378c18e68045f330003e109352b6b9c8"}"#
        )
        let body = #"{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event":"endpoint.url_validation"}"#
        #expect(try Self.zoom(body) == .answered(answer))
    }

    @Test func `zoom's question is answered only when zoom has signed it`() throws {
        let body = #"{"payload":{"plainToken":"abc"},"event":"endpoint.url_validation"}"#
        #expect(try Self.zoom(body, isSigned: false) == .refused(.signatureWrong))
    }

    @Test func `zoom's question gets no code of what could be signed text`() throws {
        let body = #"{"payload":{"plainToken":"v0:1700000000:{}"},"event":"endpoint.url_validation"}"#
        #expect(try Self.zoom(body) == .refused(.bodyMalformed))
    }
}
