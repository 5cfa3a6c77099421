import Expression
import Model
import NIOCore
import NIOEmbedded
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// The action `jwt-validation`: its fields, its limits, its failures and what it leaves behind.
@Suite struct JWTValidationTests {
    private static let url = "https://login.example.com/keys"
    private static let bearer = #"{type: jwt, method: header, name: Authorization, prefix: "Bearer "}"#

    /// A policy whose pieces a test replaces.
    private static func policy(
        issuers: String = TokenSigner.issuer,
        audiences: String? = "api",
        tokens: String = Self.bearer,
        algorithms: String = "ES256",
        identification: String? = nil,
        urls: String = Self.url
    ) -> String {
        let audience = audiences.map { "audience: {allow_list: [{value: \($0)}]}" } ?? ""
        let identified = identification.map { "identification: [{token_claims: [\($0)]}], " } ?? ""
        return """
            on_http_request:
              - actions:
                  - type: jwt-validation
                    config:
                      issuer: {allow_list: [{value: "\(issuers)"}]}
                      \(audience)
                      http: {tokens: [\(tokens)]}
                      jws:
                        allowed_algorithms: [\(algorithms)]
                        keys: [{\(identified)sources: [{additional_jkus: ["\(urls)"]}]}]
            """
    }

    private struct Run {
        let exchange: Exchange
        let brief: String

        /// The value of an expression about what the action left behind.
        func result(_ expression: String) throws -> String {
            let template = "${actions.ngrok.jwt_validation.\(expression)}"
            return try self.exchange.text(of: PolicyLanguage.environment(of: .httpRequest).compile(template: template))
        }

        var problems: [String] { self.exchange.record.problems.map(\.message) }
    }

    private static func run(_ fixture: ExchangeFixture, _ policy: String, _ documents: PublishedDocuments) throws -> Run
    {
        var fixture = fixture
        fixture.services.requester = documents
        let exchange = try fixture.exchange(policy)
        let outcome = exchange.run(.httpRequest)
        fixture.host.loop.run()
        return Run(exchange: exchange, brief: (outcome ?? fixture.host.ended.last?.outcome)?.brief ?? "waits")
    }

    private static func request(_ token: String, prefix: String = "Bearer ") -> ExchangeFixture {
        var fixture = ExchangeFixture("/")
        fixture.fields.append(("Authorization", prefix + token))
        return fixture
    }

    private static func published(_ signers: TokenSigner...) -> PublishedDocuments {
        PublishedDocuments([Self.url: #"{"keys":[\#(signers.map(\.jwk).joined(separator: ","))]}"#])
    }

    // MARK: - What passes

    @Test func `A token that the issuer signed passes, and its parts are left behind`() throws {
        let signer = TokenSigner()
        let token = try signer.token(["scope": "read"])
        let run = try Self.run(Self.request(token), Self.policy(), Self.published(signer))
        #expect(run.brief == "proceed")
        #expect(try run.result("tokens[0].payload['scope']") == "read")
        #expect(try run.result("tokens[0].header['kid']") == "one")
        #expect(try run.result("tokens[0].location") == "header")
        #expect(try run.result("tokens[0].location_property") == "Authorization")
        #expect(try run.result("tokens[0].verified") == "true")
        #expect(try run.result("tokens[0].signature") == String(token.split(separator: ".")[2]))
        #expect(try run.result("error.code") == "")
    }

    @Test func `The key set is asked for once, as a key set, and kept`() throws {
        let signer = TokenSigner()
        let documents = Self.published(signer)
        var fixture = Self.request(try signer.token())
        fixture.services.requester = documents
        for _ in 0..<3 { #expect(try Self.run(fixture, Self.policy(), documents).brief == "proceed") }
        #expect(documents.sent.count == 1)
        #expect(documents.sent.first?.origin == .keySet)
        #expect(documents.sent.first?.url == Self.url)
    }

    @Test func `audience: one of several, and none asked for`() throws {
        let signer = TokenSigner()
        let several = try signer.token(["aud": ["web", "api"]])
        #expect(try Self.run(Self.request(several), Self.policy(), Self.published(signer)).brief == "proceed")
        let other = Self.request(try signer.token(["aud": "web"]))
        #expect(try Self.run(other, Self.policy(audiences: nil), Self.published(signer)).brief == "proceed")
        #expect(try Self.run(other, Self.policy(), Self.published(signer)).brief == "fail 3403 403")
    }

    @Test func `issuer: another one, and one without its slash, are 3403`() throws {
        let signer = TokenSigner()
        for issuer in ["https://evil.example.com/", "https://login.example.com"] {
            let fixture = Self.request(try signer.token(["iss": issuer]))
            #expect(try Self.run(fixture, Self.policy(), Self.published(signer)).brief == "fail 3403 403")
        }
    }

    @Test func `issuer: a template is filled in for each request`() throws {
        let signer = TokenSigner()
        var fixture = Self.request(try signer.token(["iss": "https://a.example.com/"]))
        fixture.fields.append(("x-tenant", "a"))
        let policy = Self.policy(issuers: "https://${req.headers['x-tenant'][0]}.example.com/")
        #expect(try Self.run(fixture, policy, Self.published(signer)).brief == "proceed")
    }

    @Test func `tokens: all must be there, in the order of the configuration`() throws {
        let signer = TokenSigner()
        let tokens = "\(Self.bearer), {type: jwt, method: header, name: X-Second}"
        var fixture = Self.request(try signer.token())
        #expect(try Self.run(fixture, Self.policy(tokens: tokens), Self.published(signer)).brief == "fail 3408 401")
        fixture.fields.append(("x-second", try signer.token(["sub": "second"])))
        let run = try Self.run(fixture, Self.policy(tokens: tokens), Self.published(signer))
        #expect(run.brief == "proceed")
        #expect(try run.result("tokens[1].payload['sub']") == "second")
    }

    @Test func `type: at+jwt must be the token's own`() throws {
        let signer = TokenSigner()
        let policy = Self.policy(tokens: Self.bearer.replacing("type: jwt", with: "type: at+jwt"))
        for (type, brief) in [("at+jwt", "proceed"), ("application/AT+jwt", "proceed"), ("JWT", "fail 3401 401")] {
            let fixture = Self.request(try signer.token(header: ["typ": type]))
            #expect(try Self.run(fixture, policy, Self.published(signer)).brief == brief, "\(type)")
        }
    }

    // MARK: - Where it is

    @Test func `name: no header is 3408, none with the prefix 3413, an empty token 3406`() throws {
        let documents = Self.published(TokenSigner())
        let policy = Self.policy()
        #expect(try Self.run(ExchangeFixture("/"), policy, documents).brief == "fail 3408 401")
        #expect(try Self.run(Self.request("abc", prefix: "Basic "), policy, documents).brief == "fail 3413 401")
        #expect(try Self.run(Self.request(""), policy, documents).brief == "fail 3406 401")
        #expect(try Self.run(Self.request("abc"), policy, documents).brief == "fail 3416 401")
        #expect(documents.sent.isEmpty)
    }

    @Test func `prefix: Bearer has no case, and the first line that has it counts`() throws {
        let signer = TokenSigner()
        var fixture = ExchangeFixture("/")
        fixture.fields += [("Authorization", "Basic YTpi"), ("Authorization", "bearer \(try signer.token())")]
        #expect(try Self.run(fixture, Self.policy(), Self.published(signer)).brief == "proceed")
    }

    @Test func `method body: a member of JSON or a field of a form, whatever its case`() throws {
        let signer = TokenSigner()
        let policy = Self.policy(tokens: "{type: jwt, method: body, name: Token}")
        let token = try signer.token()
        for (type, body) in [
            ("application/json; charset=utf-8", #"{"token":"\#(token)"}"#),
            ("application/x-www-form-urlencoded", "a=1&TOKEN=\(token)"),
        ] {
            var fixture = ExchangeFixture("/")
            fixture.method = "POST"
            fixture.fields.append(("Content-Type", type))
            fixture.host.requestBody = ByteBuffer(string: body)
            let run = try Self.run(fixture, policy, Self.published(signer))
            #expect(run.brief == "proceed", "\(type)")
            #expect(try run.result("tokens[0].location") == "body")
        }
    }

    @Test(arguments: [
        ("GET", "application/json", "{}", "fail 3415 405"), ("POST", "text/plain", "{}", "fail 3414 400"),
        ("POST", "application/json", "[", "fail 3411 400"), ("POST", "application/json", "{}", "fail 3406 401"),
        ("PUT", "application/json", #"{"token":1}"#, "fail 3406 401"),
        ("PATCH", "application/x-www-form-urlencoded", "\u{0}", "fail 3406 401"),
    ])
    func `method body: what is none is refused`(method: String, type: String, body: String, brief: String) throws {
        var fixture = ExchangeFixture("/")
        fixture.method = method
        fixture.fields.append(("Content-Type", type))
        fixture.host.requestBody = ByteBuffer(string: body)
        let policy = Self.policy(tokens: "{type: jwt, method: body, name: token}")
        #expect(try Self.run(fixture, policy, Self.published(TokenSigner())).brief == brief)
    }

    @Test func `method body: one that is not UTF-8 is 3412, one beyond the limit 3406`() throws {
        var fixture = ExchangeFixture("/")
        fixture.method = "POST"
        fixture.fields.append(("Content-Type", "application/x-www-form-urlencoded"))
        fixture.host.requestBody = ByteBuffer(bytes: [0xFF])
        let policy = Self.policy(tokens: "{type: jwt, method: body, name: token}")
        #expect(try Self.run(fixture, policy, Self.published(TokenSigner())).brief == "fail 3412 400")
        fixture.services.bodyBytes = 0
        #expect(try Self.run(fixture, policy, Self.published(TokenSigner())).brief == "fail 3406 401")
    }

    // MARK: - Signatures and claims

    @Test func `A token of another key, of the same name, is 3401`() throws {
        let run = try Self.run(
            Self.request(try TokenSigner("one").token()),
            Self.policy(),
            Self.published(TokenSigner("one"))
        )
        #expect(run.brief == "fail 3401 401")
        #expect(run.problems == ["jwt-validation: the token's signature is wrong"])
        #expect(try run.result("error.code") == "ERR_NGROK_3401")
        #expect(try run.result("tokens[0].verified") == "false")
    }

    @Test func `allowed_algorithms: another one is 3401, though well signed`() throws {
        let signer = TokenSigner()
        let run = try Self.run(
            Self.request(try signer.token()),
            Self.policy(algorithms: "RS256"),
            Self.published(signer)
        )
        #expect(run.brief == "fail 3401 401")
    }

    @Test func `identification: with kid only that key is tried, without it all`() throws {
        let signer = TokenSigner("other")
        let token = try signer.token(header: ["kid": "one"])
        let documents = Self.published(TokenSigner("one"), signer)
        #expect(
            try Self.run(Self.request(token), Self.policy(identification: "kid"), documents).brief == "fail 3401 401"
        )
        #expect(try Self.run(Self.request(token), Self.policy(), documents).brief == "proceed")
    }

    @Test(arguments: [
        ("exp", TokenSigner.now - 59, "proceed"), ("exp", TokenSigner.now - 60, "fail 3401 401"),
        ("nbf", TokenSigner.now + 60, "proceed"), ("nbf", TokenSigner.now + 61, "fail 3401 401"),
    ])
    func `exp and nbf: clocks may differ by a minute`(claim: String, time: Int, brief: String) throws {
        let signer = TokenSigner()
        let fixture = Self.request(try signer.token([claim: time]))
        #expect(try Self.run(fixture, Self.policy(), Self.published(signer)).brief == brief)
    }

    @Test func `exp need not be there`() throws {
        let signer = TokenSigner()
        let fixture = Self.request(try signer.token(leavingOut: "exp"))
        #expect(try Self.run(fixture, Self.policy(), Self.published(signer)).brief == "proceed")
    }

    // MARK: - Key sets

    @Test func `A key set that is not to be had is 3422, and tokens of an old one go on`() throws {
        let signer = TokenSigner()
        let documents = Self.published(signer)
        let fixture = Self.request(try signer.token())
        #expect(try Self.run(fixture, Self.policy(), documents).brief == "proceed")
        documents.answer(Self.url, with: .failure(.failed("away")))
        fixture.host.uptime = fixture.host.uptime + .hours(1)
        #expect(try Self.run(fixture, Self.policy(), documents).brief == "proceed")
        var fresh = Self.request(try signer.token())
        fresh.services.keySets = KeySetStore()
        let run = try Self.run(fresh, Self.policy(), documents)
        #expect(run.brief == "fail 3422 500")
        #expect(run.problems == ["jwt-validation: a key set could not be fetched: away"])
    }

    @Test func `Keys are changed: a token of a new key has the set fetched again`() throws {
        let (old, new) = (TokenSigner("old"), TokenSigner("new"))
        let documents = Self.published(old)
        let fixture = Self.request(try new.token())
        #expect(try Self.run(fixture, Self.policy(identification: "kid"), documents).brief == "fail 3401 401")
        documents.answer(
            Self.url,
            with: .success(PolicyAnswer(status: 200, body: ByteBuffer(string: TokenSigner.keySet(old, new))))
        )
        #expect(try Self.run(fixture, Self.policy(identification: "kid"), documents).brief == "fail 3401 401")
        fixture.host.uptime = fixture.host.uptime + .minutes(1)
        #expect(try Self.run(fixture, Self.policy(identification: "kid"), documents).brief == "proceed")
        #expect(documents.sent.count == 2)
    }

    @Test func `A key set may be elsewhere, but not without TLS`() throws {
        let signer = TokenSigner()
        let documents = PublishedDocuments(["https://cdn.example.com/k": TokenSigner.keySet(signer)])
        func redirect(_ location: String) -> Result<PolicyAnswer, PolicyRequestError> {
            .success(PolicyAnswer(status: 302, fields: [("location", location)]))
        }
        documents.answer(Self.url, with: redirect("https://cdn.example.com/k"))
        #expect(try Self.run(Self.request(try signer.token()), Self.policy(), documents).brief == "proceed")
        documents.answer(Self.url, with: redirect("http://cdn.example.com/k"))
        #expect(try Self.run(Self.request(try signer.token()), Self.policy(), documents).brief == "fail 3422 500")
        documents.answer(Self.url, with: redirect(Self.url))
        #expect(try Self.run(Self.request(try signer.token()), Self.policy(), documents).brief == "fail 3422 500")
        #expect(documents.sent.count == 2 + 1 + 4)
    }
}
