import Events
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import Proxy

/// Which events tell of what policies have judged, and when.
@Suite struct PolicyEventTests {
    private final class Recorder: EventSink {
        private let recorded = Mutex<[TrafficEvent]>([])

        var events: [TrafficEvent] { self.recorded.withLock { $0 } }

        func record(_ event: TrafficEvent) { self.recorded.withLock { $0.append(event) } }
    }

    private let recorder = Recorder()

    private func test(_ endpoints: [TestEndpoint]) throws -> LoopUnderTest {
        var environment = PolicyEnvironment()
        environment.events = self.recorder
        return try LoopUnderTest(endpoints: endpoints, environment: environment)
    }

    private static func log(_ text: String) -> String { "{type: log, config: {metadata: {at: \(text)}}}" }

    private static func connect(_ actions: String...) -> String {
        "on_tcp_connect: [{actions: [\(actions.joined(separator: ", "))]}]"
    }

    private static func forward(to url: String, continues: Bool = false) -> String {
        "{type: forward-internal, config: {url: \"\(url)\"\(continues ? ", on_error: continue" : "")}}"
    }

    private var logs: [[String]] { self.recorder.events.map(\.policy.logs) }

    // MARK: Requests

    @Test func `A request that no upstream answers is told with the status that its visitor saw`() throws {
        let test = try self.test([TestEndpoint("http://a.test", "on_http_request: [{actions: [\(Self.log("a"))]}]")])
        try test.connectHTTP1()
        try test.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        #expect(self.recorder.events.isEmpty)
        try test.upstream().answer("nonsense\r\n\r\n")
        #expect(try test.sentText().hasPrefix("HTTP/1.1 502 "))
        try test.channel.close().wait()
        #expect(self.recorder.events.map { $0.request?.status } == [502])
        #expect(self.logs == [[#"{"at":"a"}"#]])
    }

    @Test func `A request that was forwarded is told of at every endpoint that judged it`() throws {
        let test = try self.test([
            TestEndpoint(
                "http://a.test",
                .cloud,
                "on_http_request: [{actions: [\(Self.log("out")), \(Self.forward(to: "http://b.internal"))]}]"
            ),
            TestEndpoint("http://b.internal", "on_http_response: [{actions: [\(Self.log("in"))]}]"),
        ])
        try test.connectHTTP1()
        try test.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
        #expect(try test.sentText().hasPrefix("HTTP/1.1 204 "))
        try test.channel.close().wait()
        #expect(self.logs == [[#"{"at":"out"}"#], [#"{"at":"in"}"#]])
        #expect(self.recorder.events.map { $0.request?.status } == [204, 204])
    }

    @Test func `A visitor that leaves before there is an answer has made no request`() throws {
        let test = try self.test([TestEndpoint("http://a.test", "on_http_request: [{actions: [\(Self.log("a"))]}]")])
        try test.connectHTTP1()
        try test.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        try test.channel.close().wait()
        #expect(self.recorder.events.isEmpty)
    }

    // MARK: Connections

    /// A visitor of a TCP endpoint.
    private func pipe(_ endpoints: [TestEndpoint]) throws -> LoopUnderTest {
        let test = try self.test(endpoints)
        try test.channel.connect(to: SocketAddress(unixDomainSocketPath: "/visitor")).wait()
        try test.channel.pipeline.syncOperations.addHandler(
            PipeVisitorHandler(loop: test.loop, visitor: LoopUnderTest.plain, key: .port(5000))
        )
        return test
    }

    @Test func `A connection that was forwarded is told of at every endpoint that judged it, with its bytes`() throws {
        let test = try self.pipe([
            TestEndpoint(
                "tcp://h.test:5000",
                .cloud,
                Self.connect(Self.log("out"), Self.forward(to: "tcp://b.internal:1"))
            ),
            TestEndpoint("tcp://b.internal:1", Self.connect(Self.log("in"))),
        ])
        try test.receive("abc")
        try test.upstream().answer("defg")
        #expect(self.recorder.events.isEmpty)
        try test.channel.close().wait()
        #expect(self.logs == [[#"{"at":"out"}"#], [#"{"at":"in"}"#]])
        #expect(self.recorder.events.allSatisfy { $0.connection.bytesIn == 3 && $0.connection.bytesOut == 4 })
        #expect(self.recorder.events.allSatisfy { $0.type == "tcp_connection_closed.v0" })
    }

    @Test(arguments: [
        ("{type: log, config: {metadata: {at: late}}}", true), ("{type: deny}", false),
    ])
    func `A policy that goes on when its target fails is told of once`(next: String, isOpen: Bool) throws {
        let forward = Self.forward(to: "tcp://b.internal:1", continues: true)
        let test = try self.pipe([TestEndpoint("tcp://h.test:5000", Self.connect(Self.log("early"), forward, next))])
        #expect(test.channel.isActive == isOpen)
        if isOpen { try test.channel.close().wait() }
        #expect(self.logs == [[#"{"at":"early"}"#] + (isOpen ? [#"{"at":"late"}"#] : [])])
    }

    @Test func `A connection that passes more endpoints than are remembered is told of at all of them`() throws {
        let answers = "on_http_request: [{actions: [{type: custom-response}]}]"
        let hosts = (1...20).map { "h\($0).test" }
        let test = try self.test(
            hosts.map { TestEndpoint("http://\($0)", .cloud, Self.connect(Self.log("\"\($0)\"")) + "\n" + answers) }
        )
        try test.connectHTTP1()
        for host in hosts {
            try test.receive("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            #expect(try test.sentText().hasPrefix("HTTP/1.1 200 "))
        }
        try test.channel.close().wait()
        #expect(self.logs == hosts.map { [#"{"at":"\#($0)"}"#] })
    }
}
