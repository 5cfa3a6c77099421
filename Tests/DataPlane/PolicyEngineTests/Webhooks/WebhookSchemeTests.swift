import Foundation
import Model
import NIOCore
import TestSupport
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// What no provider sends, and someone who forges may.
@Suite struct WebhookSchemeTests {
    private static func fixture(_ provider: String, note: String = "") throws -> WebhookFixture {
        try #require(WebhookFixture.all.first { $0.provider == provider && $0.note == note })
    }

    @Test func `Hexadecimal digits count in either case`() throws {
        var fixture = try Self.fixture("github")
        fixture.headers[0][1] = "sha256=" + fixture.signature.uppercased()
        #expect(fixture.verdict() == .verified)
    }

    @Test(arguments: ["sha256=", "sha256=abc", "sha256=xyz0", "sha256=é0"])
    func `A signature that spells no bytes is malformed`(value: String) throws {
        var fixture = try Self.fixture("github")
        fixture.headers[0][1] = value
        let verdict = fixture.verdict()
        #expect(verdict == .refused(value == "sha256=" ? .signatureWrong : .signatureMalformed))
    }

    @Test func `A signature behind another prefix is none`() throws {
        var fixture = try Self.fixture("github")
        fixture.headers[0][1] = "sha1=" + fixture.signature
        #expect(fixture.verdict() == .refused(.fieldMissing("x-hub-signature-256")))
    }

    @Test func `A combining mark behind a prefix doesn't hide where it ends`() {
        let head = ExchangeHead(.lines([("a", "t=\u{301}1, t=2")]))
        #expect(FieldPart("a", prefix: "t=", separatedBy: ",").texts(in: head) == ["\u{301}1", "2"])
    }

    @Test func `The start of a signature is not the signature`() throws {
        var fixture = try Self.fixture("github")
        fixture.headers[0][1] = "sha256=" + fixture.signature.dropLast(2)
        #expect(fixture.verdict() == .refused(.signatureWrong))
    }

    @Test(arguments: [(16, true), (17, false)])
    func `Sixteen signatures are looked at, and no more`(count: Int, isVerified: Bool) throws {
        var fixture = try Self.fixture("stripe")
        let others = (1..<count).map { _ in ",v1=" + String(repeating: "00", count: 32) }.joined()
        fixture.headers[0][1] += others
        #expect(fixture.verdict() == (isVerified ? .verified : .refused(.fieldRepeated("stripe-signature"))))
    }

    @Test func `Of two times none counts`() throws {
        var fixture = try Self.fixture("stripe")
        fixture.headers[0][1] = "t=1," + fixture.headers[0][1]
        #expect(fixture.verdict() == .refused(.fieldRepeated("stripe-signature")))
        var slack = try Self.fixture("slack")
        slack.headers.append(slack.headers[1])
        #expect(slack.verdict() == .refused(.fieldRepeated("x-slack-request-timestamp")))
    }

    @Test(arguments: ["", "now", "-1", "+1", "1e3", "١", "99999999999999999999", "1700000000.0"])
    func `A time that is no number is malformed`(time: String) throws {
        var fixture = try Self.fixture("slack")
        fixture.headers[1][1] = time
        #expect(fixture.verdict() == .refused(.timeMalformed))
    }

    @Test(arguments: ["2023-11-14", "yesterday", "2023-13-14T22:13:20Z"])
    func `A time that is no date is malformed`(time: String) throws {
        var fixture = try Self.fixture("zendesk")
        fixture.headers[1][1] = time
        #expect(fixture.verdict() == .refused(.timeMalformed))
    }

    @Test func `A time that was not signed doesn't make an old request new`() throws {
        var fixture = try Self.fixture("stripe")
        fixture.now += 3_600_000
        fixture.headers[0][1] = fixture.headers[0][1].replacing("t=1700000000", with: "t=1700003600")
        #expect(fixture.verdict() == .refused(.signatureWrong))
    }

    @Test func `A secret that should be base64 and isn't is the policy's fault`() throws {
        var fixture = try Self.fixture("svix")
        fixture.secret = "whsec_?"
        #expect(fixture.verdict() == .refused(.secretMalformed))
        fixture.secret = "whsec_"
        #expect(fixture.verdict() == .refused(.secretMalformed))
        #expect(WebhookRefusal.secretMalformed.isOfConfiguration && WebhookRefusal.secretEmpty.isOfConfiguration)
        #expect(!WebhookRefusal.signatureWrong.isOfConfiguration)
    }

    @Test func `The token of gitlab is compared whole`() throws {
        var fixture = try Self.fixture("gitlab")
        for token in ["", String(fixture.secret.dropLast()), fixture.secret + "x"] {
            fixture.headers[0][1] = token
            #expect(fixture.verdict() == .refused(.signatureWrong))
        }
    }

    @Test func `A body that is no form and that the URL doesn't vouch for is not covered by twilio's signature`() throws
    {
        var fixture = try Self.fixture("twilio")
        fixture.headers[1][1] = "application/json"
        #expect(fixture.verdict() == .refused(.bodyMalformed))
    }

    @Test func `A hash of the body in the URL is compared with the body`() throws {
        var fixture = try #require(WebhookFixture.all.first { $0.url.contains("bodySHA256") })
        fixture.body += " "
        #expect(fixture.verdict() == .refused(.signatureWrong))
        fixture.url = fixture.url.replacing("bodySHA256=", with: "bodySHA256=zz")
        #expect(fixture.verdict() == .refused(.fieldMalformed("bodySHA256")))
    }

    @Test func `Contentful must have signed the time and the list of what it signed`() throws {
        let fixture = try Self.fixture("contentful")
        for name in ["x-contentful-timestamp", "x-contentful-signed-headers"] {
            var other = fixture
            let list = try #require(other.headers.firstIndex { $0[0] == "x-contentful-signed-headers" })
            other.headers[list][1] = fixture.headers[list][1].replacing(name, with: "x-contentful-topic")
            #expect(other.verdict() == .refused(.fieldMalformed("x-contentful-signed-headers")))
        }
    }

    @Test(arguments: ["v3", "", "V1"])
    func `A version of hubspot's hash that nobody knows is refused`(version: String) throws {
        var fixture = try #require(
            WebhookFixture.all.first { $0.headers.contains(["X-HubSpot-Signature-Version", "v1"]) }
        )
        fixture.headers[1][1] = version
        #expect(fixture.verdict() == .refused(.fieldMalformed("x-hubspot-signature-version")))
    }

    @Test func `The time in linear's body is needed, and read only when the signature is right`() throws {
        var fixture = try Self.fixture("linear")
        fixture.body = "{}"
        #expect(fixture.verdict() == .refused(.signatureWrong))
        let code = MessageDigest.sha256.code(of: [ByteBuffer(string: "{}")], key: Array(fixture.secret.utf8))
        fixture.headers[0][1] = Hexadecimal.text(code)
        #expect(fixture.verdict() == .refused(.bodyMalformed))
    }

    @Test(arguments: ["", "[]", "{", #"{"signature":{}}"#, String(repeating: "[", count: 100_000)])
    func `A body that is not mailgun's is malformed`(body: String) throws {
        var fixture = try Self.fixture("mailgun")
        fixture.body = body
        #expect(fixture.verdict() == .refused(.bodyMalformed))
    }

    /// Airship's signature covers what was compressed (gzip and hmac of Python).
    private static func airship(_ body: [UInt8], encoding: String) throws -> WebhookVerdict {
        let code = "42b6ff7f8d2bb1fc296f148388444d25636da8b04cc880b38e74ebb9bd368541"
        let fields = [("x-ua-signature", code), ("x-ua-timestamp", "1700000000"), ("content-encoding", encoding)]
        let request = WebhookRequest(
            method: "POST",
            target: RequestTarget(scheme: "https", host: "hooks.example.com", rawPath: "/push"),
            head: ExchangeHead(.lines(fields)),
            body: ByteBuffer(bytes: body)
        )
        let scheme = try #require(WebhookProvider.airship.sender?.scheme)
        return scheme.verdict(on: request, secret: Secret("s3cret"), now: 1_700_000_000_000)
    }

    @Test func `A body that airship has compressed is verified as it was before`() throws {
        let compressed = try [UInt8](base64: "H4sIAAAAAAACA6tWSi1LzStRslIqSMxMUaoFAOqTddkQAAAA")
        #expect(try Self.airship(compressed, encoding: "gzip") == .verified)
        #expect(try Self.airship(compressed, encoding: "identity") == .refused(.signatureWrong))
        #expect(try Self.airship(Array(compressed.dropLast()), encoding: "gzip") == .refused(.bodyMalformed))
        // One byte more than a mebibyte of zeros.
        let file = "Tests/DataPlane/PolicyEngineTests/WebhookFixtures/zeros.gz"
        let bomb = try Data(contentsOf: SharedMaterial.packageRoot.appending(path: file, directoryHint: .notDirectory))
        #expect(try Self.airship(Array(bomb), encoding: "gzip") == .refused(.bodyMalformed))
    }

    @Test(arguments: ["twilio", "plivo", "mailchimp"])
    func `A form of more parameters than any sender's is not read`(provider: String) throws {
        var fixture = try Self.fixture(provider)
        fixture.body = String(repeating: "a=1&", count: 1024)
        #expect(fixture.verdict() == .refused(.bodyMalformed))
        fixture.body = String(repeating: "a=1&", count: 1023)
        #expect(fixture.verdict() == .refused(.signatureWrong))
    }

    @Test func `A body for mailgun of more than a mebibyte is not read`() throws {
        var fixture = try Self.fixture("mailgun")
        fixture.body += String(repeating: " ", count: (1 << 20) - fixture.body.utf8.count)
        #expect(fixture.verdict() == .verified)
        fixture.body += " "
        #expect(fixture.verdict() == .refused(.bodyMalformed))
    }

    @Test(arguments: ["user:password", "user", ""])
    func `Credentials for vmware have a double colon`(secret: String) throws {
        var fixture = try Self.fixture("vmware")
        fixture.secret = secret
        #expect(fixture.verdict() == .refused(secret.isEmpty ? .secretEmpty : .secretMalformed))
    }

    @Test func `A key for sendgrid that is none is the policy's fault`() throws {
        var fixture = try Self.fixture("sendgrid")
        fixture.secret = "bm90IGEga2V5"
        #expect(fixture.verdict() == .refused(.secretMalformed))
    }

    @Test func `A string is quoted as JavaScript does`() {
        #expect(
            JavaScriptJSON.string("a\"\\\u{8}\u{c}\n\r\t\u{1}\u{1f}/é\u{2028}")
                == "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f/é\u{2028}\""
        )
    }

    @Test func `Refusals tell what is wrong, and nothing of the secret or the signature`() throws {
        let fixture = try Self.fixture("github").withWrongSignature()
        guard case .refused(let refusal) = fixture.verdict() else {
            Issue.record("not refused")
            return
        }
        #expect(!refusal.message.contains(fixture.secret) && !refusal.message.contains(fixture.signature))
    }
}
