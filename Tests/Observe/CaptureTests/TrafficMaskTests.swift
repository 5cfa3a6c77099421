import Capture
import Foundation
import Model
import NIOCore
import Testing

@Suite struct TrafficMaskTests {
    private static func exchange(
        _ fields: [(String, String)],
        body: String = "",
        secrets: [String] = []
    ) -> TrafficExchange {
        let facts = TrafficFacts(
            id: "req_1",
            account: .random(),
            endpointID: .random(),
            endpoint: "https://a.example",
            time: Date(timeIntervalSince1970: 0)
        )
        let message = CapturedMessage(
            fields: fields.map { .init($0.0, $0.1) },
            body: ByteBuffer(string: body)
        )
        var detail = TrafficDetail(request: message, response: message)
        detail.secrets = secrets
        return TrafficExchange(facts: facts, detail: detail)
    }

    @Test(
        arguments: [
            ("Authorization", "Bearer abc.def", "Bearer [masked]"),
            ("Authorization", "opaque", "[masked]"),
            ("Proxy-Authorization", "Basic eDp5", "Basic [masked]"),
            ("Cookie", "a=1; session=2", "a=[masked]; session=[masked]"),
            ("Set-Cookie", "sid=abc; Path=/; HttpOnly", "sid=[masked]; Path=/; HttpOnly"),
            ("X-API-Key", "k", "[masked]"),
            ("X-Own", "v", "[masked]"),
            ("Location", "/cb?code=abc&x=1#f", "/cb?code=[masked]&x=1#f"),
            ("Accept", "text/html", "text/html"),
        ]
    )
    func `Values that nobody may see are hidden`(name: String, value: String, shown: String) throws {
        var exchange = Self.exchange([(name, value)])
        TrafficMask(names: ["X-Own"]).mask(&exchange)
        let field = try #require(exchange.detail?.request.fields.first)
        #expect(field.value == shown)
        #expect(field.isMasked == (shown != value))
        #expect(exchange.detail?.response?.fields.first?.value == shown)
    }

    @Test(
        arguments: [
            ("a=1&access_token=x&b=2", "a=1&access_token=[masked]&b=2"), ("TOKEN=1", "TOKEN=[masked]"),
            ("p%61ssword=1", "p%61ssword=[masked]"), ("plain", "plain"), ("own=1", "own=[masked]"),
            ("", ""),
        ]
    )
    func `Parameters are hidden by their names`(query: String, shown: String) {
        #expect(TrafficMask(names: ["own"]).query(query) == shown)
    }

    @Test func `Values of vaults are found wherever they stand, and the mask itself is no trap`()
        throws
    {
        var exchange = Self.exchange(
            [("X-Signed", "v1,hunter2")],
            body: "{\"a\":\"hunter2 hunter2\",\"b\":\"mask\"}",
            secrets: ["hunter2", "mask", "no"]
        )
        exchange.facts.path = "/hunter2/x"
        exchange.detail?.log = [
            PolicyLogEntry(
                endpoint: "https://a.example",
                phase: "on_http_request",
                rule: 0,
                event: .matched,
                expression: "x == 'hunter2'",
                sights: [.init("vars.x", "hunter2!"), .init("getReqHeader('authorization')", "Bearer x")]
            )
        ]
        TrafficMask().mask(&exchange)
        let detail = try #require(exchange.detail)
        #expect(exchange.facts.path == "/[masked]/x")
        #expect(!String(buffer: detail.request.body).contains("hunter2"))
        #expect(detail.request.isWhole)
        #expect(detail.request.fields[0].value == "v1,[masked]")
        #expect(detail.log[0].sights.map(\.value) == ["[masked]!", "[masked]"])
        #expect(!detail.log[0].expression.contains("hunter2"))
        #expect(detail.secrets.isEmpty)
    }
}
