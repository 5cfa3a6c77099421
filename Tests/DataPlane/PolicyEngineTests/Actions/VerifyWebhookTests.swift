import Expression
import Model
import NIOCore
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// The action `verify-webhook`: its fields, its limit, its failures and what it leaves behind.
@Suite struct VerifyWebhookTests {
    private static let body = #"{"zen":"Keep it logically awesome."}"#

    /// A webhook of GitHub's, signed with `s3cret`.
    private static func webhook(signedWith secret: String = "s3cret", _ body: String = Self.body) -> ExchangeFixture {
        var fixture = ExchangeFixture("/hook?a=%31")
        fixture.method = "POST"
        let code = MessageDigest.sha256.code(of: [ByteBuffer(string: body)], key: Array(secret.utf8))
        fixture.fields.append(("X-Hub-Signature-256", "sha256=" + Hexadecimal.text(code)))
        fixture.host.requestBody = ByteBuffer(string: body)
        return fixture
    }

    private static func policy(_ config: String, then rest: String = "") -> String {
        """
        on_http_request:
          - actions:
              - type: verify-webhook
                config: {\(config)}
        \(rest)
        """
    }

    /// What the results say, in a field that the next action adds.
    private static let tell = """
          - actions:
              - type: add-headers
                config:
                  headers:
                    verified: ${actions.ngrok.verify_webhook.verified}
                    code: ${actions.ngrok.verify_webhook.error.code}
                    message: ${actions.ngrok.verify_webhook.error.message}
        """

    /// Runs the request phase to its end.
    private static func run(_ fixture: ExchangeFixture, _ policy: String) throws -> (Exchange, PhaseOutcome) {
        let exchange = try fixture.exchange(policy)
        if let outcome = exchange.run(.httpRequest) { return (exchange, outcome) }
        return (exchange, try #require(fixture.host.ended.last).outcome)
    }

    private static func told(_ exchange: Exchange) -> [String] {
        lines(exchange.request.head).filter { ["verified", "code", "message"].contains($0.prefix { $0 != ":" }) }
    }

    @Test func `provider and secret: a request that the provider has signed goes on`() throws {
        let policy = Self.policy("provider: github, secret: s3cret", then: Self.tell)
        let (exchange, outcome) = try Self.run(Self.webhook(), policy)
        #expect(outcome.brief == "proceed")
        #expect(Self.told(exchange) == ["verified: true", "code: ", "message: "])
        #expect(exchange.record.webhookVerification == .allow)
    }

    @Test func `provider: another provider's signature doesn't count`() throws {
        let (_, outcome) = try Self.run(Self.webhook(), Self.policy("provider: alchemy, secret: s3cret"))
        #expect(outcome.brief == "fail 3204 403")
    }

    @Test func `provider: aliases are the providers that they stand for`() throws {
        var fixture = Self.webhook()
        let code = MessageDigest.sha256.code(of: [fixture.host.requestBody], key: Array("s3cret".utf8))
        fixture.fields.append(("X-SigSci-Signature", Hexadecimal.text(code)))
        let (_, outcome) = try Self.run(fixture, Self.policy("provider: signalsciences, secret: s3cret"))
        #expect(outcome.brief == "proceed")
    }

    @Test func `secret: a template is filled in for each request`() throws {
        var fixture = Self.webhook()
        fixture.fields.append(("x-key", "s3cret"))
        let policy = Self.policy(#"provider: github, secret: "${req.headers['x-key'][0]}""#)
        #expect(try Self.run(fixture, policy).1.brief == "proceed")
    }

    @Test func `secret: a template without a value is 2238, enforced or not`() throws {
        for enforce in [true, false] {
            let secret = #"secret: "${req.headers['x-key'][0]}""#
            let policy = Self.policy("provider: github, \(secret), enforce: \(enforce)")
            #expect(try Self.run(Self.webhook(), policy).1.brief == "fail 2238 500")
        }
    }

    @Test func `secret: one that comes out empty verifies nothing, not even what was signed with it`() throws {
        var fixture = Self.webhook(signedWith: "")
        fixture.fields.append(("x-key", ""))
        let policy = Self.policy(#"provider: github, secret: "${req.headers['x-key'][0]}""#)
        let (exchange, outcome) = try Self.run(fixture, policy)
        #expect(outcome.brief == "fail 2253 500")
        #expect(exchange.record.problems.map(\.message) == ["verify-webhook: the secret is empty"])
    }

    @Test func `secret: one that is not of the provider's form is 2253`() throws {
        let (_, outcome) = try Self.run(Self.webhook(), Self.policy("provider: vmware, secret: s3cret"))
        #expect(outcome.brief == "fail 2253 500")
    }

    @Test func `enforce: by default a request without a signature is refused with 403 and 3204`() throws {
        var fixture = Self.webhook()
        fixture.fields.removeLast()
        let (exchange, outcome) = try Self.run(
            fixture,
            Self.policy("provider: github, secret: s3cret", then: Self.tell)
        )
        #expect(outcome.brief == "fail 3204 403")
        #expect(Self.told(exchange) == [])
        #expect(exchange.record.webhookVerification == .block)
    }

    @Test func `enforce: a wrong signature is refused, and the visitor hears nothing of the secret`() throws {
        let (_, outcome) = try Self.run(
            Self.webhook(signedWith: "other"),
            Self.policy("provider: github, secret: s3cret")
        )
        guard case .fail(let failure, _) = outcome else {
            Issue.record("not refused")
            return
        }
        #expect(failure.code == .webhookUnverified && !"\(failure) \(failure.detail)".contains("s3cret"))
    }

    @Test func `enforce: where it is false the request goes on and the results say what was wrong`() throws {
        let policy = Self.policy("provider: github, secret: s3cret, enforce: false", then: Self.tell)
        let (exchange, outcome) = try Self.run(Self.webhook(signedWith: "other"), policy)
        #expect(outcome.brief == "proceed")
        let words = "message: the signature is not the one that the secret makes of this request"
        #expect(Self.told(exchange) == ["verified: false", "code: ERR_NGROK_3204", words])
        #expect(exchange.record.webhookVerification == .allow)
    }

    @Test func `The body is limited to 4 MiB, beyond which 413 and 3903 are answered`() throws {
        let limit = PolicyServices().bodyBytes
        #expect(limit == 4_194_304)
        let policy = Self.policy("provider: github, secret: s3cret")
        let largest = String(repeating: "a", count: limit)
        #expect(try Self.run(Self.webhook(largest), policy).1.brief == "proceed")
        #expect(try Self.run(Self.webhook(largest + "a"), policy).1.brief == "fail 3903 413")
    }

    @Test func `A body that is too large goes on where the action isn't enforced`() throws {
        let body = String(repeating: "a", count: PolicyServices().bodyBytes + 1)
        let policy = Self.policy("provider: github, secret: s3cret, enforce: false", then: Self.tell)
        let (exchange, outcome) = try Self.run(Self.webhook(body), policy)
        #expect(outcome.brief == "proceed")
        #expect(Self.told(exchange).first == "verified: false")
    }

    @Test func `The body goes upstream as it came`() throws {
        let (exchange, _) = try Self.run(Self.webhook(), Self.policy("provider: github, secret: s3cret"))
        #expect(exchange.request.replacementBody == nil)
    }

    @Test func `The URL in a signature is the one that the sender called, whatever the policy made of it`() throws {
        var fixture = Self.webhook()
        let signed = ByteBuffer(string: "https://app.example.com/hook?a=%31\(Self.body)")
        let code = MessageDigest.sha256.code(of: [signed], key: Array("s3cret".utf8))
        fixture.fields.append(("x-square-hmacsha256-signature", Base64.text(code)))
        let exchange = try fixture.exchange(Self.policy("provider: square, secret: s3cret"))
        exchange.request.target.rawPath = "/other"
        #expect(exchange.run(.httpRequest) == nil)
        #expect(fixture.host.ended.last?.outcome.brief == "proceed")
    }

    @Test(arguments: [true, false])
    func `A question of the provider's is answered here, enforced or not`(isEnforced: Bool) throws {
        let fixture = ExchangeFixture("/hook?crc_token=abc-123")
        let policy = Self.policy("provider: twitter, secret: s3cret, enforce: \(isEnforced)", then: Self.tell)
        let (exchange, outcome) = try Self.run(fixture, policy)
        let response = try #require(outcome.response)
        #expect(response.status == 200 && !response.runsResponsePhase)
        #expect(String(buffer: response.body).hasPrefix(#"{"response_token":"sha256="#))
        #expect(
            response.fields.map { "\($0.name): \($0.value)" } == [
                "cache-control: no-store", "x-content-type-options: nosniff", "content-type: application/json",
            ]
        )
        #expect(Self.told(exchange) == [] && exchange.record.webhookVerification == .allow)
    }

    @Test func `xero's question with a wrong signature is answered 401`() throws {
        var fixture = ExchangeFixture("/hook")
        fixture.method = "POST"
        fixture.host.requestBody = ByteBuffer(string: #"{"events":[]}"#)
        let (exchange, outcome) = try Self.run(fixture, Self.policy("provider: xero, secret: s3cret"))
        #expect(outcome.brief == "respond 401" && exchange.record.webhookVerification == .block)
    }

    @Test func `A visitor who leaves while the body is awaited changes nothing`() throws {
        let fixture = Self.webhook()
        let exchange = try fixture.exchange(Self.policy("provider: github, secret: s3cret"))
        exchange.abandon()
        #expect(exchange.run(.httpRequest)?.brief ?? "waits" == "proceed")
        #expect(fixture.host.ended.isEmpty)
    }
}
