import Addressing
import Expression
import Foundation
import Model
import NIOCore
import TestSupport
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// Amazon SNS: messages that `WebhookFixtures/make-sns.py` signed, and certificates that are fetched for them.
@Suite struct SNSTests {
    private struct Fixtures: Decodable {
        let certificate: String
        let now: Int64
        let messages: [String]
    }

    private static func fixtures() throws -> Fixtures {
        let file = "Tests/DataPlane/PolicyEngineTests/WebhookFixtures/sns.json"
        return try readJSON(at: SharedMaterial.packageRoot.appending(path: file, directoryHint: .notDirectory))
    }

    /// Answers with a certificate, with another status, or with an error.
    private final class Requester: PolicyRequester {
        let answer: Result<PolicyAnswer, PolicyRequestError>

        init(_ answer: Result<PolicyAnswer, PolicyRequestError>) { self.answer = answer }

        func send(_ request: PolicyRequest, on eventLoop: any EventLoop) -> EventLoopFuture<PolicyAnswer> {
            let host = "https://sns.us-west-2.amazonaws.com"
            let expected = "\(host)/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem"
            guard request.method == "GET", request.url == expected, request.answerBytes == 65_536 else {
                return eventLoop.makeFailedFuture(PolicyRequestError.refused(request.url))
            }
            return eventLoop.makeCompletedFuture(self.answer.mapError { $0 as any Error })
        }
    }

    private static func answer(_ text: String, status: Int = 200) -> Result<PolicyAnswer, PolicyRequestError> {
        .success(PolicyAnswer(status: status, body: ByteBuffer(string: text)))
    }

    private static func run(
        _ body: String,
        _ config: String = "provider: sns",
        answer: Result<PolicyAnswer, PolicyRequestError>? = nil,
        later seconds: Int64 = 0
    ) throws -> (Exchange, PhaseOutcome) {
        let fixtures = try Self.fixtures()
        var fixture = ExchangeFixture("/sns")
        fixture.method = "POST"
        fixture.host.requestBody = ByteBuffer(string: body)
        fixture.host.now = try #require(Timestamp(seconds: fixtures.now / 1000 + seconds, nanoseconds: 0))
        fixture.services.requester = Requester(answer ?? Self.answer(fixtures.certificate))
        let policy = "on_http_request: [{actions: [{type: verify-webhook, config: {\(config)}}]}]"
        let exchange = try fixture.exchange(policy)
        if let outcome = exchange.run(.httpRequest) { return (exchange, outcome) }
        return (exchange, try #require(fixture.host.ended.last).outcome)
    }

    @Test(arguments: 0..<4)
    func `A message is verified with the certificate that it names`(number: Int) throws {
        let (exchange, outcome) = try Self.run(Self.fixtures().messages[number])
        #expect(outcome.brief == "proceed" && exchange.record.webhookVerification == .allow)
    }

    @Test(
        arguments: [
            (#""My First Message""#, #""Another""#), ("Hello", "Hallo"), ("MyTopic", "YourTopic"),
            (#""Type": "Notification""#, #""Type": "SubscriptionConfirmation", "Token": "1""#),
            (#""SignatureVersion": "1""#, #""SignatureVersion": "2""#),
        ] as [(String, String)]
    )
    func `A message of which something was changed is refused`(old: String, new: String) throws {
        let message = try Self.fixtures().messages[0]
        #expect(message.contains(old))
        #expect(try Self.run(message.replacing(old, with: new)).1.brief == "fail 3204 403")
    }

    @Test(arguments: [
        "http://sns.us-west-2.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.us-west-2.amazonaws.com:8443/SimpleNotificationService-1.pem",
        "https://sns.us-west-2.amazonaws.com.example.com/SimpleNotificationService-1.pem",
        "https://sns.us-west-2.amazonaws.com@example.com/SimpleNotificationService-1.pem",
        "https://example.com/sns.us-west-2.amazonaws.com/SimpleNotificationService-1.pem",
        "https://s3.us-west-2.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.x.us-west-2.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-1.pem?x=.pem",
        "https://sns.us-west-2.amazonaws.com/a/../SimpleNotificationService-1.pem",
        "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-1/x.pem", "https://127.0.0.1/x.pem", "",
    ])
    func `A certificate from elsewhere is not fetched`(url: String) throws {
        let known = "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem"
        let (exchange, outcome) = try Self.run(Self.fixtures().messages[0].replacing(known, with: url))
        #expect(outcome.brief == "fail 3204 403" && exchange.record.problems.isEmpty)
    }

    @Test func `secret: an account lets pass the messages of its topics alone`() throws {
        let message = try Self.fixtures().messages[0]
        #expect(try Self.run(message, #"provider: sns, secret: "123456789012""#).1.brief == "proceed")
        #expect(try Self.run(message, #"provider: sns, secret: "123456789013""#).1.brief == "fail 3204 403")
    }

    @Test(arguments: ["12345", "12345678901a", "1234567890123"])
    func `secret: what is no account's number is the policy's fault`(secret: String) throws {
        let (_, outcome) = try Self.run(Self.fixtures().messages[0], "provider: sns, secret: \"\(secret)\"")
        #expect(outcome.brief == "fail 2253 500")
    }

    @Test func `A message counts for an hour, before and after its time`() throws {
        let message = try Self.fixtures().messages[0]
        for seconds: Int64 in [-3600, 3600] {
            #expect(try Self.run(message, later: seconds).1.brief == "proceed")
        }
        for seconds: Int64 in [-3601, 3601] {
            #expect(try Self.run(message, later: seconds).1.brief == "fail 3204 403")
        }
    }

    @Test(arguments: ["", "[]", "{}", #"{"Type":"Notification"}"#])
    func `A body that is no message is refused`(body: String) throws {
        #expect(try Self.run(body).1.brief == "fail 3204 403")
    }

    @Test func `A certificate that is not there, or is none, is the sender's fault`() throws {
        let message = try Self.fixtures().messages[0]
        let answers = [
            Self.answer("", status: 404), Self.answer("", status: 302), .failure(.tooLarge), Self.answer("none"),
        ]
        for answer in answers {
            #expect(try Self.run(message, answer: answer).1.brief == "fail 3204 403")
        }
    }

    @Test func `A certificate that cannot be fetched is the edge's: 500, so that the sender tries again`() throws {
        let message = try Self.fixtures().messages[0]
        for error: PolicyRequestError in [.timedOut, .failed("no route"), .refused("not opened")] {
            let (exchange, outcome) = try Self.run(message, answer: .failure(error))
            #expect(outcome.brief == "fail 2300 500" && exchange.record.problems.count == 1)
        }
        let (exchange, outcome) = try Self.run(message, "provider: sns, enforce: false", answer: .failure(.timedOut))
        #expect(outcome.brief == "proceed" && exchange.record.webhookVerification == .allow)
    }

    @Test func `Another key's certificate doesn't make a message right`() throws {
        let other = try Self.otherCertificate()
        #expect(try Self.run(Self.fixtures().messages[0], answer: Self.answer(other)).1.brief == "fail 3204 403")
    }

    /// Of another key, made once with `openssl req -x509 -newkey rsa:2048 -nodes -days 36500 -subj /CN=other`.
    private static func otherCertificate() throws -> String {
        let file = "Tests/DataPlane/PolicyEngineTests/WebhookFixtures/other-certificate.pem"
        let url = SharedMaterial.packageRoot.appending(path: file, directoryHint: .notDirectory)
        return try String(contentsOf: url, encoding: .utf8)
    }
}
