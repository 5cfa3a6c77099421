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
            // What lets its reader act as somebody, whatever it is called.
            ("X-Gitlab-Token", "g", "[masked]"),
            ("X-Auth-Key", "k", "[masked]"),
            ("Ocp-Apim-Subscription-Key", "k", "[masked]"),
            ("X-Client_Secret", "g", "[masked]"),
            ("X-Hub-Signature-256", "sha256=ab", "sha256=ab"),
            // Tokens of OAuth come in fragments, passwords in front of hosts.
            (
                "Location", "https://a.example/#access_token=abc&expires_in=1",
                "https://a.example/#access_token=[masked]&expires_in=1"
            ),
            ("Location", "/cb?state=1#id_token=abc", "/cb?state=[masked]#id_token=[masked]"),
            ("Referer", "https://ada:hush@a.example/x@y", "https://[masked]@a.example/x@y"),
            ("Content-Location", "/x?password=1", "/x?password=[masked]"),
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
            ("clientSecret=1&new-password=2&tokens=3", "clientSecret=[masked]&new-password=[masked]&tokens=3"),
        ]
    )
    func `Parameters are hidden by their names`(query: String, shown: String) {
        #expect(TrafficMask(names: ["own"]).query(query) == shown)
    }

    private static let bodies: [(String, String, String)] = [
        (
            "application/x-www-form-urlencoded", "user=ada&password=hush&code=1",
            "user=ada&password=[masked]&code=[masked]"
        ),
        (
            "application/json", #"{"user":"ada","password":"hu\"sh","n":1}"#,
            #"{"user":"ada","password":"[masked]","n":1}"#
        ),
        (
            "application/json; charset=utf-8", #"{"a":[{"accessToken" : "x" , "code":"kept"}]}"#,
            #"{"a":[{"accessToken" : "[masked]" , "code":"kept"}]}"#
        ),
        ("application/vnd.x+json", #"{"secret":{"a":["}",1]},"b":2}"#, #"{"secret":"[masked]","b":2}"#),
        (
            "application/json", #"{"pin":1234,"token":null,"own":true}"#,
            #"{"pin":"[masked]","token":null,"own":"[masked]"}"#
        ),
        ("application/json", #"{"p\u0061ssword":"x"}"#, #"{"p\u0061ssword":"[masked]"}"#),
        ("application/json", #"["password", "hush"]"#, #"["password", "hush"]"#),
        // Cut, or none at all.
        ("application/json", #"{"password":"hus"#, #"{"password":"[masked]""#),
        ("application/json", #"{"password":{"a":"b"#, #"{"password":"[masked]""#),
        ("application/json", #"{"password":"#, #"{"password":"#),
        ("application/json", #"}}"password":]"#, #"}}"password":]"#),
        ("text/plain", "password=hush", "password=hush"),
    ]

    @Test(arguments: Self.bodies)
    func `Values in forms and JSON are hidden by their names`(type: String, body: String, shown: String) throws {
        var exchange = Self.exchange([("Content-Type", type)], body: body)
        TrafficMask(names: ["own"]).mask(&exchange)
        let message = try #require(exchange.detail?.request)
        #expect(String(buffer: message.body) == shown)
        #expect(message.isBodyMasked == (shown != body))
        // Nothing is missing that was not missing before.
        #expect(!message.isBodyCut)
    }

    @Test(arguments: ["a/b c\"d", "p&q=r%s"]) func `Secrets are found as URLs, forms and JSON write them`(
        secret: String
    ) throws {
        let escaped = try #require(secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
        let json = String(decoding: try JSONEncoder().encode(["x": secret]), as: UTF8.self)
        var exchange = Self.exchange([("X-Form", escaped.replacing("%20", with: "+"))], body: json, secrets: [secret])
        exchange.facts.query = "q=\(escaped)"
        TrafficMask().mask(&exchange)
        #expect(exchange.facts.query == "q=[masked]")
        #expect(exchange.detail?.request.fields.first?.value == "[masked]")
        #expect(exchange.detail.map { String(buffer: $0.request.body) } == #"{"x":"[masked]"}"#)
    }

    @Test func `The beginning of a secret at the end of what was cut is hidden, too`() throws {
        var exchange = Self.exchange([("X-Long", "abc hunte")], body: "abc hunter", secrets: ["hunter2"])
        exchange.detail?.request.fields[0].isCut = true
        exchange.detail?.request.bodyBytes = 100
        TrafficMask().mask(&exchange)
        let detail = try #require(exchange.detail)
        #expect(detail.request.fields[0].value == "abc [masked]")
        #expect(String(buffer: detail.request.body) == "abc [masked]" && detail.request.isBodyMasked)
        // What was not cut is whole as it stands.
        #expect(detail.response.map { String(buffer: $0.body) } == "abc hunter")
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
