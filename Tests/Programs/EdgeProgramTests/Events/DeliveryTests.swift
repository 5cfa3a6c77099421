import Events
import Foundation
import JSON
import Model
import NIOConcurrencyHelpers
import NIOHTTP1
import Secrets
import Store
import func TestSupport.pause
import Testing

@testable import Control
@testable import EdgeProgram
@testable import EventDelivery

/// Events on their way to real servers.
@Suite(.timeLimit(.minutes(1))) struct DeliveryTests {
    private static func http(_ port: Int, _ test: DeliveryUnderTest, secret: String? = nil) -> EventTarget {
        .http(
            .init(
                url: "http://127.0.0.1:\(port)/in",
                headers: ["x-key": SealedText("open", test.seals, as: .header("x-key"))],
                secret: secret.map { SealedText($0, test.seals) }
            )
        )
    }

    @Test func `A server that fails half of the time gets all events, and status says how it goes`() async throws {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            try await HTTPReceiver.run(answering: { number, _ in number.isMultiple(of: 2) ? .badGateway : .ok }) {
                receiver,
                port in
                let destination = try await test.subscribe(
                    Self.http(port, test, secret: "hush"),
                    to: ["http_request_complete.v0", "vault_created.v0"]
                )
                let delivery = try test.delivery { $0.batchEvents = 10 }
                let (audits, status) = try await test.run(delivery) {
                    var audits: [String] = []
                    for number in 0..<20 { audits.append(try await test.audit(number)) }
                    // The subscription is known when its audit events arrive.
                    try await receiver.wait { try Set(audits).isSubset(of: $0.ids) }
                    #expect(delivery.intake.wanted == WantedEvents(events: true, heads: true))
                    for number in 0..<100 { delivery.intake.record(test.request(number)) }
                    try await receiver.wait { try $0.events.count >= 120 }
                    return (audits, await delivery.status(of: destination.id))
                }
                let events = try receiver.requests.events
                #expect(Set(events.compactMap { $0["event_id"]?.string }).count == 120)
                // Audit events keep their order.
                let seen = try receiver.requests.ids.filter(audits.contains)
                #expect(seen == audits)
                let paths = events.compactMap {
                    $0["object"]?.object?["http"]?.object?["request"]?.object?["url"]?.object?["path"]?.string
                }
                #expect(paths == (0..<100).map { "/\($0)" })
                #expect(status.lastFailure != nil && status.lastError.contains("502"))
                #expect(status.dropped == 0)
                for request in receiver.requests {
                    #expect(request.path == "/in" && request.headers["x-key"] == ["open"])
                    let signature = try #require(request.headers.first(name: "portico-signature"))
                    let seconds = try #require(signature.split(separator: ",").first?.dropFirst(2))
                    let time = Date(timeIntervalSince1970: try #require(Double(seconds)))
                    #expect(signature == HTTPSender.signature(of: request.body, by: Secret("hush"), at: time))
                    #expect(request.headers["portico-events"] == ["\(try request.events.count)"])
                }
            }
        }
    }

    @Test func `Events have what is chosen of them, where the filter lets them pass`() async throws {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            try await HTTPReceiver.run { receiver, port in
                try await test.subscribe(
                    Self.http(port, test),
                    to: ["http_request_complete.v0"],
                    filter: "ev.conn.server_name.matches('^b') && ev.conn.client_ip == '192.0.2.1'",
                    fields: ["conn.client_ip", "http.request.headers", "http.request.url.path"]
                )
                let delivery = try test.delivery()
                try await test.run(delivery) {
                    try await Self.untilWanted(delivery)
                    for number in 0..<10 {
                        delivery.intake.record(
                            test.request(number, host: number.isMultiple(of: 5) ? "b.test" : "a.test")
                        )
                    }
                    try await receiver.wait { try $0.events.count == 2 }
                }
                let event = try #require(try receiver.requests.events.first)
                #expect(
                    event.members.map(\.key) == [
                        "event_id", "event_type", "event_timestamp", "account_id", "principal", "object",
                    ]
                )
                #expect(event["account_id"]?.string == test.account.text)
                #expect(event["principal"] == .null)
                let object: JSONValue = [
                    "conn": ["client_ip": "192.0.2.1"],
                    "http": [
                        "request": [
                            "headers": ["Accept": ["text/html"], "Authorization": ["[redacted]"]],
                            "url": ["path": "/0"],
                        ]
                    ],
                ]
                #expect(event["object"] == object)
            }
        }
    }

    /// Waits for the subscriptions to be known.
    static func untilWanted(_ delivery: EventDelivery) async throws {
        while !delivery.intake.wanted.events { await pause() }
    }

    @Test func `An audit event says who did what`() async throws {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            try await HTTPReceiver.run { receiver, port in
                try await test.subscribe(Self.http(port, test), to: ["vault_created.v0"])
                let delivery = try test.delivery()
                try await test.run(delivery) {
                    try await test.audit(1, type: "vault_deleted.v0")
                    try await test.audit(2)
                    try await receiver.wait { try !$0.events.isEmpty }
                }
                let event = try #require(try receiver.requests.events.first)
                #expect(event["event_type"]?.string == "vault_created.v0")
                #expect(event["object"] == ["n": 2])
                #expect(
                    event["principal"] == [
                        "id": "usr_1", "subject": "a@b.test", "source": "API",
                        "credential": ["id": "ak_1", "uri": "https://api.test/api_keys/ak_1"],
                    ]
                )
            }
        }
    }

    @Test func `What waits when the delivery ends is sent by the next one, and audit events of the time between`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            let isOpen = LockedFlag()
            try await HTTPReceiver.run(answering: { _, _ in isOpen.value ? .ok : .serviceUnavailable }) {
                receiver,
                port in
                let destination = try await test.subscribe(
                    Self.http(port, test),
                    to: ["http_request_complete.v0", "vault_created.v0"]
                )
                var audits: [String] = []
                let first = try test.delivery()
                try await test.run(first) {
                    try await Self.untilWanted(first)
                    audits.append(try await test.audit(0))
                    for number in 0..<50 { first.intake.record(test.request(number)) }
                    while await first.status(of: destination.id).queued < 51 {
                        await pause()
                    }
                }
                for number in 1..<10 { audits.append(try await test.audit(number)) }
                isOpen.value = true
                let second = try test.delivery()
                try await test.run(second) { try await receiver.wait { try $0.events.count >= 60 } }
                #expect(try Set(receiver.requests.ids).count == 60)
                #expect(try Set(audits).isSubset(of: receiver.requests.ids))
            }
        }
    }

    @Test func `Where a destination has no room traffic is counted, and audit events wait for it`() async throws {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            let isOpen = LockedFlag()
            try await HTTPReceiver.run(answering: { _, _ in isOpen.value ? .ok : .serviceUnavailable }) {
                receiver,
                port in
                let destination = try await test.subscribe(
                    Self.http(port, test),
                    to: ["http_request_complete.v0", "vault_created.v0"]
                )
                let delivery = try test.delivery {
                    $0.limits.bytes = 1 << 20
                    $0.queue = 100_000
                }
                try await test.run(delivery) {
                    try await Self.untilWanted(delivery)
                    for number in 0..<5000 { delivery.intake.record(test.request(number)) }
                    while await delivery.status(of: destination.id).dropped == 0 {
                        await pause()
                    }
                    var audits: [String] = []
                    for number in 0..<5 { audits.append(try await test.audit(number)) }
                    let full = await delivery.status(of: destination.id)
                    #expect(full.queuedBytes <= 1 << 20)
                    isOpen.value = true
                    try await receiver.wait { try Set(audits).isSubset(of: $0.ids) }
                    // All that was taken arrives, and what was not is counted.
                    while await delivery.status(of: destination.id).queued > 0 {
                        await pause()
                    }
                    let status = await delivery.status(of: destination.id)
                    let traffic = try receiver.requests.events.count { $0["event_type"]?.string != "vault_created.v0" }
                    #expect(traffic + status.dropped == 5000)
                    #expect(try receiver.requests.ids.filter(audits.contains) == audits)
                }
            }
        }
    }

    @Test func `An event that a server never takes holds up no other`() async throws {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            let refuses: @Sendable (Int, HTTPReceiver.Request) -> HTTPResponseStatus = { _, request in
                String(decoding: request.body, as: UTF8.self).contains("\"/13\"") ? .badRequest : .ok
            }
            try await HTTPReceiver.run(answering: refuses) { receiver, port in
                let destination = try await test.subscribe(Self.http(port, test), to: ["http_request_complete.v0"])
                let delivery = try test.delivery()
                try await test.run(delivery) {
                    try await Self.untilWanted(delivery)
                    for number in 0..<30 { delivery.intake.record(test.request(number)) }
                    try await receiver.wait { try $0.events.count == 29 }
                    while await delivery.status(of: destination.id).delivered < 29 {
                        await pause()
                    }
                    let status = await delivery.status(of: destination.id)
                    #expect(status.dropped == 1 && status.queued == 0)
                }
            }
        }
    }

    @Test func `A test is sent, and its failure told`() async throws {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            let isOpen = LockedFlag()
            try await HTTPReceiver.run(answering: { _, _ in isOpen.value ? .ok : .unauthorized }) { receiver, port in
                let destination = try await test.subscribe(Self.http(port, test), to: [])
                let delivery = try test.delivery()
                let failure = try await #require(throws: Failure.self) {
                    try await delivery.sendTest(to: destination)
                }
                #expect(failure.code == .destinationFailed && failure.message.contains("401"))
                isOpen.value = true
                let id = try await delivery.sendTest(to: destination)
                let event = try #require(try receiver.requests.events.first)
                #expect(event.members.map(\.key) == ["event_id", "event_type", "event_timestamp", "object"])
                #expect(event["event_id"]?.string == id.text && event["event_type"]?.string == "test")
            }
        }
    }

    @Test(arguments: [
        EventTarget.http(.init(url: "http://127.0.0.1:1/", headers: [:])),
        .http(.init(url: "http://[::1]:1/", headers: [:])), .http(.init(url: "http://169.254.169.254/", headers: [:])),
        .otlp(.init(endpoint: "http://10.0.0.1", headers: [:])), .debug(isLogged: false, url: "http://127.0.0.1:1/"),
        .syslog(.init(host: "127.0.0.1", port: 1, isSecure: false, facility: 1, application: "x")),
        .syslog(.init(host: "localhost", port: 1, isSecure: true, facility: 1, application: "x")),
    ])
    func `Nothing is sent to addresses that are not public, unless the operator says so`(target: EventTarget)
        async throws
    {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            let destination = try await test.subscribe(target, to: [])
            let delivery = try test.delivery(allowing: "[]")
            let failure = try await #require(throws: Failure.self) { try await delivery.sendTest(to: destination) }
            #expect(failure.code == .destinationFailed)
            #expect(failure.message.contains("not a public address"), "\(failure.message)")
        }
    }

    @Test func `Who looks sees the events of an account as they happen, and no others`() async throws {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            let delivery = try test.delivery()
            try await test.run(delivery) {
                #expect(!delivery.intake.wanted.events)
                var events = test.live.events(
                    of: test.account,
                    types: ["http_request_complete.v0", "vault_created.v0"]
                )
                .makeAsyncIterator()
                var others = test.live.events(of: .new(at: 0)).makeAsyncIterator()
                try await Self.untilWanted(delivery)
                delivery.intake.record(test.request(7))
                #expect(await events.next()?.object["http"]?.object?["request"]?.object?["method"]?.string == "get")
                try await test.audit(1, type: "vault_deleted.v0")
                let id = try await test.audit(2)
                while let event = await events.next(), event.id.text != id {}
                test.live.publish(EventEnvelope(id: .new(at: 0), type: "x", time: Date(), account: nil, object: [:]))
                let task = Task { await others.next() }
                task.cancel()
                #expect(await task.value == nil)
            }
        }
    }

    @Test func `A file has each event on a line`() async throws {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            let destination = try await test.subscribe(
                .file(.init(name: "all.jsonl", bytes: 1 << 20, files: 1)),
                to: ["http_request_complete.v0"]
            )
            let delivery = try test.delivery()
            try await test.run(delivery) {
                try await Self.untilWanted(delivery)
                for number in 0..<20 { delivery.intake.record(test.request(number)) }
                while await delivery.status(of: destination.id).delivered < 20 {
                    await pause()
                }
            }
            let path = "\(folder)/files/\(test.account)/all.jsonl"
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 20)
            for line in lines {
                #expect(
                    try JSONValue(reading: Array(line.utf8)).object?["event_type"]?.string == "http_request_complete.v0"
                )
            }
        }
    }

    @Test func `A collector gets log records`() async throws {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            // A test double: no collector of OpenTelemetry is packaged for the systems that tests run on.
            try await HTTPReceiver.run { receiver, port in
                let headers = ["x-key": SealedText("open", test.seals, as: .header("x-key"))]
                let destination = try await test.subscribe(
                    .otlp(.init(endpoint: "http://127.0.0.1:\(port)/", headers: headers)),
                    to: []
                )
                let id = try await test.delivery().sendTest(to: destination)
                let request = try #require(receiver.requests.first)
                #expect(request.path == "/v1/logs" && request.headers["content-type"] == ["application/json"])
                #expect(request.headers["x-key"] == ["open"])
                let scope = try JSONValue(reading: request.body).object?["resourceLogs"]?.array?.first?
                    .object?["scopeLogs"]?.array?.first?.object
                let record = try #require(scope?["logRecords"]?.array?.first?.object)
                #expect(record["timeUnixNano"]?.string?.count == 19)
                #expect(record["eventName"]?.string == "test")
                #expect(record["body"]?.object?["stringValue"]?.string?.contains(id.text) == true)
            }
        }
    }

    @Test func `What stands in a target stays out of what is told`() async throws {
        try await withTemporaryFolder { folder in
            let test = try DeliveryUnderTest(in: folder)
            try await HTTPReceiver.run(answering: { _, _ in .forbidden }) { _, port in
                let destination = try await test.subscribe(Self.http(port, test, secret: "hush"), to: [])
                let delivery = try test.delivery()
                let failure = try await #require(throws: Failure.self) {
                    try await delivery.sendTest(to: destination)
                }
                #expect(!"\(failure)".contains("hush") && !"\(failure)".contains("open"))
            }
        }
    }
}

/// A Boolean that tasks share.
final class LockedFlag: Sendable {
    private let box = NIOLockedValueBox(false)

    var value: Bool {
        get { self.box.withLockedValue { $0 } }
        set { self.box.withLockedValue { $0 = newValue } }
    }
}
