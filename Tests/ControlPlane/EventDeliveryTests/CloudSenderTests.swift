import Addressing
import Foundation
import JSON
import Model
import NIOConcurrencyHelpers
import Testing

@testable import EventDelivery

/// Senders to services that cannot be run here: what they would be sent, and what they might answer.
@Suite struct CloudSenderTests {
    private static let time = Date(timeIntervalSince1970: 1_440_938_160)
    private static let secret = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

    /// A stand-in for the services: answers one after the other as it is told, and keeps what came.
    private final class ServiceStandIn: EventTransport {
        private let state: NIOLockedValueBox<(answers: [EventAnswer], posts: [EventPost])>
        let authorities = ""

        init(_ answers: [(Int, String)]) {
            self.state = NIOLockedValueBox((answers.map { EventAnswer(status: $0.0, bytes: Array($0.1.utf8)) }, []))
        }

        var posts: [EventPost] { self.state.withLockedValue(\.posts) }

        func post(_ post: EventPost) async throws(DeliveryError) -> EventAnswer {
            let answer = self.state.withLockedValue { state -> EventAnswer? in
                state.posts.append(post)
                return state.answers.isEmpty ? nil : state.answers.removeFirst()
            }
            guard let answer else { throw .failed("nobody answers") }
            return answer
        }

        func addresses(of host: String, port: UInt16) async throws(DeliveryError) -> [IPAddress] { [] }
        func permits(_ address: IPAddress) -> Bool { true }
    }

    private static func event(_ number: Int, after seconds: TimeInterval = 0) -> SpooledEvent {
        SpooledEvent(
            id: "ev_\(number)",
            type: "test",
            time: Self.time.addingTimeInterval(seconds),
            line: "{\"n\":\(number)}"
        )
    }

    private static func amazon(
        _ service: AmazonSender.Service,
        _ name: String,
        _ transport: ServiceStandIn
    ) throws -> AmazonSender {
        let sender = AmazonSender(
            service,
            name: name,
            keyID: "AKIDEXAMPLE",
            secret: Self.secret,
            account: .random(),
            transport: transport,
            now: { Self.time }
        )
        return try #require(sender)
    }

    private static func body(_ post: EventPost) throws -> JSONObject {
        try #require(try JSONValue(reading: post.body).object)
    }

    /// Of the test suite that Amazon has published with the scheme.
    @Test(
        arguments: [
            ("", [], "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            (
                "Param1=value1", [("content-type", "application/x-www-form-urlencoded")],
                "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
            ),
        ]
    )
    func `A request is signed as in the published examples`(
        body: String,
        fields: [(String, String)],
        signature: String
    ) throws {
        let signer = AmazonSignature(keyID: "AKIDEXAMPLE", secret: Self.secret, region: "us-east-1", service: "service")
        let own = fields.map { (name: $0.0, value: $0.1) }
        let made = signer.fields(host: "example.amazonaws.com", own, body: Array(body.utf8), at: Self.time)
        #expect(made.first?.value == "20150830T123600Z")
        let names = (fields.map(\.0) + ["host", "x-amz-date"]).joined(separator: ";")
        #expect(
            made.last?.value
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=\(names), Signature=\(signature)"
        )
    }

    @Test func `Kinesis and Firehose get records, and those of which some were not taken come again`() async throws {
        let kinesis = ServiceStandIn([
            (200, "{\"FailedRecordCount\":1,\"Records\":[]}"), (200, "{\"FailedRecordCount\":0}"),
        ])
        let sender = try Self.amazon(.kinesis, "arn:aws:kinesis:eu-west-1:123456789012:stream/mine", kinesis)
        await #expect(throws: DeliveryError.failed("Amazon has not taken 1 events")) {
            try await sender.send([Self.event(0)])
        }
        try await sender.send([Self.event(0)])
        let post = try #require(kinesis.posts.last)
        #expect(post.url == "https://kinesis.eu-west-1.amazonaws.com/")
        #expect(post.fields.first { $0.name == "x-amz-target" }?.value == "Kinesis_20131202.PutRecords")
        #expect(
            try Self.body(post) == [
                "StreamName": "mine",
                "Records": [["Data": .string(Data("{\"n\":0}".utf8).base64EncodedString()), "PartitionKey": "ev_0"]],
            ]
        )
        #expect(!post.fields.contains { $0.value.contains(Self.secret.reveal()) })
        let firehose = ServiceStandIn([(200, "{\"FailedPutCount\":0}"), (200, "{\"FailedPutCount\":0}")])
        let other = try Self.amazon(.firehose, "arn:aws-cn:firehose:cn-north-1:1:deliverystream/a", firehose)
        try await other.send((0..<250).map { Self.event($0) })
        #expect(
            firehose.posts.map(\.url) == Array(repeating: "https://firehose.cn-north-1.amazonaws.com.cn/", count: 2)
        )
        #expect(try firehose.posts.map { try Self.body($0)["Records"]?.array?.count } == [200, 50])
    }

    @Test func `CloudWatch Logs gets events in the order of time, into a stream that is made where there is none`()
        async throws
    {
        let missing = "{\"__type\":\"ResourceNotFoundException\",\"message\":\"no stream\"}"
        let logs = ServiceStandIn([(400, missing), (200, ""), (200, "{}"), (200, "{}")])
        let sender = try Self.amazon(.logs, "arn:aws:logs:us-east-1:1:log-group:/my/group:*", logs)
        try await sender.send([Self.event(2, after: 5), Self.event(1), Self.event(3, after: 2 * 86_400)])
        #expect(
            logs.posts.compactMap { $0.fields.first { $0.name == "x-amz-target" }?.value } == [
                "Logs_20140328.PutLogEvents", "Logs_20140328.CreateLogStream", "Logs_20140328.PutLogEvents",
                "Logs_20140328.PutLogEvents",
            ]
        )
        let body = try Self.body(logs.posts[2])
        #expect(body["logGroupName"] == "/my/group")
        #expect(body["logEvents"]?.array?.compactMap { $0.object?["message"]?.string } == ["{\"n\":1}", "{\"n\":2}"])
    }

    @Test(
        arguments: [
            ("{\"__type\":\"ThrottlingException\"}", false), ("{\"__type\":\"UnrecognizedClientException\"}", false),
            ("{\"__type\":\"com.amazonaws#ValidationException\"}", true), ("no JSON", false),
        ]
    )
    func `Events wait unless Amazon says that it never takes them`(answer: String, isRefused: Bool) async throws {
        let sender = try Self.amazon(.kinesis, "arn:aws:kinesis:eu-west-1:1:stream/x", ServiceStandIn([(400, answer)]))
        let error = await #expect(throws: DeliveryError.self) { try await sender.send([Self.event(0)]) }
        if case .refused? = error { #expect(isRefused) } else { #expect(!isRefused) }
    }

    @Test(arguments: ["arn:aws:kinesis:evil.example/:1:stream/x", "arn:aws:kinesis::1:stream/x", "x"])
    func `A name leads to no other host`(name: String) {
        let sender = AmazonSender(
            .kinesis,
            name: name,
            keyID: "a",
            secret: Self.secret,
            account: .random(),
            transport: ServiceStandIn([])
        )
        #expect(sender == nil)
    }

    @Test func `Azure gets records under a token that is asked for once, and anew when it counts no more`() async throws
    {
        let token = "{\"access_token\":\"t0ken\",\"expires_in\":3600}"
        let azure = ServiceStandIn([(200, token), (204, ""), (204, ""), (401, ""), (200, token), (204, "")])
        let sender = AzureLogsSender(
            .init(
                tenant: "te/nant",
                client: "cl",
                secret: Secret("s&e"),
                uri: "https://dce.example/",
                rule: "dcr-1",
                stream: "Custom-a"
            ),
            account: .random(),
            transport: azure,
            now: { Self.time }
        )
        try await sender.send([Self.event(0), Self.event(1)])
        try await sender.send([Self.event(2)])
        await #expect(throws: DeliveryError.self) { try await sender.send([Self.event(3)]) }
        try await sender.send([Self.event(3)])
        let (login, data) = (
            "https://login.microsoftonline.com/te%2Fnant/oauth2/v2.0/token",
            "https://dce.example/dataCollectionRules/dcr-1/streams/Custom-a?api-version=2023-01-01"
        )
        #expect(azure.posts.map(\.url) == [login, data, data, data, login, data])
        #expect(String(decoding: azure.posts[0].body, as: UTF8.self).contains("client_secret=s%26e&"))
        #expect(azure.posts[1].fields.first { $0.name == "authorization" }?.value == "Bearer t0ken")
        #expect(
            try JSONValue(reading: azure.posts[1].body) == [
                ["TimeGenerated": "2015-08-30T12:36:00.000Z", "n": 0],
                ["TimeGenerated": "2015-08-30T12:36:00.000Z", "n": 1],
            ]
        )
    }

    @Test func `What Azure says of a token that it does not give is told, and no secret`() async throws {
        let azure = ServiceStandIn([(401, "{\"error\":\"invalid_client\",\"error_description\":\"s3cret\"}")])
        let sender = AzureLogsSender(
            .init(tenant: "t", client: "c", secret: Secret("s3cret"), uri: "https://a.example", rule: "r", stream: "s"),
            account: .random(),
            transport: azure
        )
        await #expect(throws: DeliveryError.failed("Azure gives no token, and answered 401: invalid_client")) {
            try await sender.send([Self.event(0)])
        }
    }
}
