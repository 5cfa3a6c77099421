import Events
import Model
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import Testing

@testable import Proxy

/// What is recorded of requests, and what upstreams are told of it.
@Suite struct RecordTests {
    private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    /// Keeps what it gets.
    private final class Kept: EventSink {
        private let events = NIOLockedValueBox<[TrafficEvent]>([])
        func record(_ event: TrafficEvent) { self.events.withLockedValue { $0.append(event) } }
        var all: [TrafficEvent] { self.events.withLockedValue { $0 } }
    }

    /// Keeps what it gets, and wants what it is told to want.
    private final class Subscribers: SubscribedEvents {
        private let state = NIOLockedValueBox((wanted: WantedEvents(), events: [TrafficEvent]()))
        var wanted: WantedEvents {
            get { self.state.withLockedValue(\.wanted) }
            set { self.state.withLockedValue { $0.wanted = newValue } }
        }
        func onChange(_: @escaping @Sendable () async -> Void) {}
        func record(_ event: TrafficEvent) { self.state.withLockedValue { $0.events.append(event) } }
        var all: [TrafficEvent] { self.state.withLockedValue(\.events) }
    }

    @Test func `A loop records for subscribers from when it is told of them until it is told that they are gone`()
        throws
    {
        let subscribers = Subscribers()
        let test = try Self.test { $0.subscribers = subscribers }
        for (wanted, count) in [(false, 0), (true, 1), (true, 2), (false, 2)] {
            subscribers.wanted = WantedEvents(events: wanted)
            test.loop.followSubscribers()
            #expect(test.loop.isObserved == wanted)
            _ = try Self.get(test)
            try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
            #expect(subscribers.all.count == count)
            #expect(subscribers.all.allSatisfy { $0.request?.fields == nil })
        }
    }

    @Test func `Heads are for subscribers who want them, and not for the access log`() throws {
        let (log, subscribers) = (Kept(), Subscribers())
        subscribers.wanted = WantedEvents(events: true, heads: true)
        let test = try Self.test {
            $0.accessLog = log
            $0.subscribers = subscribers
        }
        _ = try Self.get(test, "X-Twice: a\r\nX-Empty:\r\nX-Twice: B\r\n")
        try test.upstream().answer("HTTP/1.1 204 No Content\r\nX-Answer: c\r\n\r\n")
        let request = try #require(subscribers.all.first?.request)
        let fields = try #require(request.fields).fields
        #expect(
            fields.filter { $0.name.hasPrefix("X-") } == [
                .init("X-Twice", "a"), .init("X-Empty", ""), .init("X-Twice", "B"),
            ]
        )
        #expect(request.responseFields?.fields.contains(.init("X-Answer", "c")) == true)
        #expect(
            log.all.count == 1 && log.all.first?.request?.fields == nil && log.all.first?.request?.responseFields == nil
        )
    }

    private static func test(_ change: (inout Observation) -> Void) throws -> LoopUnderTest {
        var configuration = ProxyConfiguration()
        change(&configuration.observation)
        let test = try LoopUnderTest(configuration: configuration)
        try test.connectHTTP1()
        return test
    }

    private static func get(_ test: LoopUnderTest, _ fields: String = "") throws -> String {
        try test.receive("GET /a%20b?c=d HTTP/1.1\r\nHost: a.test\r\nUser-Agent: x/1\r\n\(fields)\r\n")
        let upstream = try #require(test.upstreams.opened.last)
        return upstream.takeText()
    }

    @Test func `A request without a policy has an event when it is over`() throws {
        let log = Kept()
        let test = try Self.test { $0.accessLog = log }
        let sent = try Self.get(test, "Content-Length: 4\r\n")
        #expect(!sent.lowercased().contains("traceparent") && !sent.contains("X-Request-Id"))
        try test.receive("body")
        #expect(log.all.isEmpty)
        try test.upstream().answer("HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello")
        let event = try #require(log.all.first)
        let request = try #require(event.request)
        #expect(event.account?.text == "ac_1")
        #expect([request.method, request.scheme, request.host] == ["GET", "http", "a.test"])
        #expect([request.path, request.query, request.userAgent] == ["/a%20b", "c=d", "x/1"])
        #expect(request.endpoint == "http://a.test")
        #expect(request.status == 201 && request.bodyBytes == 4 && request.responseBytes == 5)
        #expect(request.connectionReused == false && request.errorCode.isEmpty)
        #expect((request.nanoseconds ?? 0) > 0)
        #expect(request.id.hasPrefix("req_") && request.id.utf8.count == 36)
        _ = try Self.get(test)
        try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
        #expect(log.all.count == 2)
        #expect(log.all.last?.request?.connectionReused == true)
    }

    @Test func `The edge's own answer has its code in the event, and the event's number on its page`() throws {
        let log = Kept()
        let test = try Self.test { $0.accessLog = log }
        try test.receive("GET / HTTP/1.1\r\nHost: nobody.test\r\n\r\n")
        let request = try #require(log.all.first?.request)
        #expect(log.all.first?.account == nil)
        #expect(request.errorCode == "ERR_PORTICO_3200" && request.status == 404 && request.endpoint.isEmpty)
        #expect(try test.sentText().contains("request: \(request.id)\n"))
    }

    @Test func `A visitor that leaves early has an event without a status`() throws {
        let log = Kept()
        let test = try Self.test { $0.accessLog = log }
        _ = try Self.get(test)
        _ = try test.channel.finish(acceptAlreadyClosed: true)
        #expect(log.all.count == 1)
        #expect(log.all.first?.request?.status == nil)
    }

    @Test func `An upstream is told the number of a request, unless the visitor has given one`() throws {
        let test = try Self.test { $0.passesRequestIDs = true }
        #expect(try Self.get(test).contains(/\r\nX-Request-Id: req_[0-9a-f]{32}\r\n/))
        try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
        let sent = try Self.get(test, "x-request-id: mine\r\n")
        #expect(sent.contains("\r\nx-request-id: mine\r\n") && !sent.contains("req_"))
    }

    @Test func `A traced request goes on in the trace that it came with, as the child of a new span`() throws {
        let traces = Kept()
        let test = try Self.test {
            $0.traces = traces
            $0.tracedPerMille = 1000
        }
        let sent = try Self.get(test, "TraceParent: \(Self.parent)\r\nTracestate: a=b\r\n")
        try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
        let span = try #require(traces.all.first?.request?.span)
        #expect(span.traceText == "0af7651916cd43dd8448eb211c80319c" && span.parent == 0xb7ad_6b71_6920_3331)
        #expect(sent.contains("\r\nTraceparent: \(span.traceparent)\r\n"))
        #expect(sent.contains("\r\nTracestate: a=b\r\n"))
        #expect(!sent.contains("b7ad6b7169203331"))
    }

    @Test func `A request that is not traced passes on what it came with`() throws {
        let traces = Kept()
        let test = try Self.test {
            $0.traces = traces
            $0.tracedPerMille = 0
        }
        #expect(try Self.get(test, "traceparent: \(Self.parent)\r\n").contains("\r\ntraceparent: \(Self.parent)\r\n"))
        try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
        #expect(traces.all.isEmpty)
    }

    @Test(arguments: [("01", 0, true), ("00", 1000, false)])
    func `A visitor decides only where it may`(flags: String, perMille: Int, isTraced: Bool) throws {
        for follows in [true, false] {
            let traces = Kept()
            let test = try Self.test {
                $0.traces = traces
                $0.tracedPerMille = perMille
                $0.followsVisitors = follows
            }
            _ = try Self.get(test, "traceparent: \(Self.parent.dropLast(2))\(flags)\r\n")
            try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
            #expect(!traces.all.isEmpty == (follows ? isTraced : !isTraced))
        }
    }

    @Test func `Two traceparents are none`() throws {
        let traces = Kept()
        let test = try Self.test {
            $0.traces = traces
            $0.tracedPerMille = 1000
        }
        let sent = try Self.get(test, "traceparent: \(Self.parent)\r\ntraceparent: \(Self.parent)\r\n")
        try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
        #expect(traces.all.first?.request?.span?.parent == nil)
        #expect(sent.lowercased().split(separator: "traceparent: ").count == 2)
    }
}
