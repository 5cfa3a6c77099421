internal import Foundation
internal import JSON
internal import Model

/// Sends events to Amazon's Firehose, Kinesis or CloudWatch Logs, with keys of their owner.
struct AmazonSender: EventSender {
    enum Service: Sendable {
        case firehose, kinesis, logs
    }

    /// What the services take at once: the answer names each event, and must be read.
    private static let mostEvents = 200
    /// CloudWatch Logs takes no batch of a longer time.
    private static let longestSpan: TimeInterval = 23 * 3600
    /// The stream in a group of CloudWatch Logs.
    private static let stream = "portico"
    /// The words for what is taken neither now nor later. Everything else may pass, also what is answered with 400.
    private static let final = [
        "ValidationException", "InvalidArgumentException", "InvalidParameterException", "SerializationException",
    ]

    private let service: Service
    private let resource: String
    private let host: String
    private let signature: AmazonSignature
    private let account: ResourceID<AccountKind>
    private let transport: any EventTransport
    private let now: @Sendable () -> Date

    /// Nil where `name`, the ARN of the stream or the group, has not the form of one.
    init?(
        _ service: Service,
        name: String,
        keyID: String,
        secret: Secret,
        account: ResourceID<AccountKind>,
        transport: any EventTransport,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        // arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE
        let parts = name.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, Self.isRegion(parts[3]) else { return nil }
        let domain = parts[1] == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
        self.service = service
        self.host = "\(parts[2]).\(parts[3]).\(domain)"
        switch service {
        case .firehose, .kinesis: self.resource = String(parts[5].drop { $0 != "/" }.dropFirst())
        case .logs: self.resource = String(parts[5].dropFirst("log-group:".count).prefix { $0 != ":" })
        }
        self.signature = AmazonSignature(keyID: keyID, secret: secret, region: parts[3], service: parts[2])
        self.account = account
        self.transport = transport
        self.now = now
    }

    /// It becomes a part of a host's name.
    private static func isRegion(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"): true
                default: false
                }
            }
    }

    func send(_ events: [SpooledEvent]) async throws(DeliveryError) {
        for part in self.parts(events) {
            switch self.service {
            case .firehose:
                let answer = try await self.call("Firehose_20150804.PutRecordBatch", self.firehose(part))
                try Self.check(answer, counting: "FailedPutCount")
            case .kinesis:
                let answer = try await self.call("Kinesis_20131202.PutRecords", self.kinesis(part))
                try Self.check(answer, counting: "FailedRecordCount")
            case .logs: try await self.log(part)
            }
        }
    }

    /// In the order in which they come, but for CloudWatch Logs, which wants that of their times.
    private func parts(_ events: [SpooledEvent]) -> [[SpooledEvent]] {
        let ordered = self.service == .logs ? events.sorted { $0.time < $1.time } : events
        var parts: [[SpooledEvent]] = []
        for event in ordered {
            if let last = parts.last, let first = last.first, last.count < Self.mostEvents,
                self.service != .logs || event.time.timeIntervalSince(first.time) < Self.longestSpan
            {
                parts[parts.count - 1].append(event)
            } else {
                parts.append([event])
            }
        }
        return parts
    }

    // MARK: What is sent

    private func firehose(_ events: [SpooledEvent]) -> JSONObject {
        [
            "DeliveryStreamName": .string(self.resource),
            // What is put one behind the other in a file stays apart.
            "Records": .array(events.map { ["Data": .string(Data("\($0.line)\n".utf8).base64EncodedString())] }),
        ]
    }

    private func kinesis(_ events: [SpooledEvent]) -> JSONObject {
        [
            "StreamName": .string(self.resource),
            "Records": .array(
                events.map {
                    ["Data": .string(Data($0.line.utf8).base64EncodedString()), "PartitionKey": .string($0.id)]
                }
            ),
        ]
    }

    private func log(_ events: [SpooledEvent]) async throws(DeliveryError) {
        let body: JSONObject = [
            "logGroupName": .string(self.resource), "logStreamName": .string(Self.stream),
            "logEvents": .array(
                events.map {
                    [
                        "timestamp": .integer(Int64($0.time.timeIntervalSince1970 * 1000)),
                        "message": .string($0.line),
                    ]
                }
            ),
        ]
        let answer = try await self.call("Logs_20140328.PutLogEvents", body)
        guard answer.status == 400, answer.text.contains("ResourceNotFoundException") else {
            return try Self.check(answer, counting: nil)
        }
        let stream: JSONObject = ["logGroupName": .string(self.resource), "logStreamName": .string(Self.stream)]
        let made = try await self.call("Logs_20140328.CreateLogStream", stream)
        if !made.text.contains("ResourceAlreadyExistsException") { try Self.check(made, counting: nil) }
        try Self.check(try await self.call("Logs_20140328.PutLogEvents", body), counting: nil)
    }

    private func call(_ target: String, _ body: JSONObject) async throws(DeliveryError) -> EventAnswer {
        let bytes = Array(JSONValue.object(body).text.utf8)
        var fields: [(name: String, value: String)] = [
            ("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target),
        ]
        fields += self.signature.fields(host: self.host, fields, body: bytes, at: self.now())
        fields.append(("user-agent", "portico-events"))
        return try await self.transport.post(
            EventPost(url: "https://\(self.host)/", fields: fields, body: bytes, account: self.account)
        )
    }

    // MARK: What is answered

    /// `count` is the member that says how many were not taken, of an answer that says that the others were.
    private static func check(_ answer: EventAnswer, counting count: String?) throws(DeliveryError) {
        guard answer.status == 200 else {
            let text = "Amazon answered \(answer.status): \(answer.body)"
            throw Self.final.contains(where: answer.text.contains) ? .refused(text) : .failed(text)
        }
        guard let count else { return }
        let object = (try? JSONValue(reading: answer.bytes))?.object
        guard let failed = object?[count]?.integer else { throw .failed("Amazon's answer is not understood") }
        // All of them are sent again: at least once.
        guard failed == 0 else { throw .failed("Amazon has not taken \(failed) events") }
    }
}
