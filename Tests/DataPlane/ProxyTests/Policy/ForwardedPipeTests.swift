import NIOCore
import NIOEmbedded
import Testing

@testable import PolicyEngine
@testable import Proxy

/// Connections that policies hand on to internal endpoints of tcp and tls.
@Suite struct ForwardedPipeTests {
    private static let outer = "tcp://h.test:5000"

    private static func forwards(to url: String, continues: Bool = false) -> String {
        "on_tcp_connect: [{actions: [{type: forward-internal, config: {url: \"\(url)\""
            + (continues ? ", on_error: continue" : "") + "}}]}]"
    }

    private func connect(_ endpoints: [TestEndpoint], key: PipeVisitorHandler.Key = .port(5000)) throws -> LoopUnderTest
    {
        let test = try LoopUnderTest(endpoints: endpoints)
        try test.channel.connect(to: SocketAddress(unixDomainSocketPath: "/visitor")).wait()
        let visitor = if case .port = key { LoopUnderTest.plain } else { LoopUnderTest.secure }
        try test.channel.pipeline.syncOperations.addHandler(
            PipeVisitorHandler(loop: test.loop, visitor: visitor, key: key)
        )
        return test
    }

    @Test func `A connection goes on at the inner endpoint, through the rules of both`() throws {
        let test = try self.connect([
            TestEndpoint(Self.outer, .cloud, Self.forwards(to: "tcp://db.internal:5432")),
            TestEndpoint(
                "tcp://db.internal:5432",
                "on_tcp_connect: [{expressions: [\"endpoint.host == 'x'\"], actions: [{type: deny}]}]"
            ),
        ])
        let upstream = try test.upstream()
        #expect(upstream.bindID == "db.internal" && upstream.flushes == 1)
        try test.receive("abc")
        #expect(upstream.takeText() == "abc")
        upstream.answer("def")
        #expect(try test.sentText() == "def")
    }

    @Test func `TLS endpoints forward to TLS endpoints`() throws {
        let test = try self.connect(
            [
                TestEndpoint(
                    "tls://app.test",
                    .cloud,
                    Self.forwards(to: "tls://${conn.tls.sni.split('.')[0]}.internal")
                ),
                TestEndpoint("tls://app.internal"),
            ],
            key: .serverName(Array("app.test".utf8))
        )
        #expect(try test.upstream().bindID == "app.internal")
    }

    @Test func `TLS endpoints forward what they pass through to TCP endpoints`() throws {
        let test = try self.connect(
            [
                TestEndpoint("tls://app.test", .cloud, Self.forwards(to: "tcp://db.internal:443")),
                TestEndpoint("tcp://db.internal:443", Self.forwards(to: "tls://app.internal", continues: true)),
                TestEndpoint("tls://app.internal"),
            ],
            key: .serverName(Array("app.test".utf8))
        )
        let upstream = try test.upstream()
        #expect(upstream.bindID == "db.internal" && !upstream.isPassthroughTLS)
        try test.receive("hello")
        #expect(upstream.takeText() == "hello")
    }

    /// What stands where the connection should go; none of it takes it.
    @Test(arguments: [
        [], [TestEndpoint("tcp://db.internal:5433")], [TestEndpoint("tls://db.internal:5432")],
        [TestEndpoint("tcp://db.internal:5432", account: "ac_2")], [TestEndpoint("tcp://db.internal:5432", .cloud)],
        [TestEndpoint("tcp://db.internal:5432", .cloud, Self.forwards(to: "tcp://nobody.internal:1"))],
    ])
    func `A target that is not there closes the connection, or lets the policy go on`(inner: [TestEndpoint]) throws {
        let closed = try self.connect(
            [TestEndpoint(Self.outer, .cloud, Self.forwards(to: "tcp://db.internal:5432"))] + inner
        )
        #expect(!closed.channel.isActive && closed.upstreams.opened.isEmpty)
        let other = try self.connect(
            [TestEndpoint(Self.outer, Self.forwards(to: "tcp://db.internal:5432", continues: true))] + inner
        )
        #expect(try other.upstream().bindID == "h.test")
    }

    @Test func `The inner endpoint's rules may refuse the connection`() throws {
        let test = try self.connect([
            TestEndpoint(Self.outer, Self.forwards(to: "tcp://db.internal:5432", continues: true)),
            TestEndpoint("tcp://db.internal:5432", "on_tcp_connect: [{actions: [{type: deny}]}]"),
        ])
        #expect(!test.channel.isActive && test.upstreams.opened.isEmpty)
    }

    @Test(arguments: [4, 5]) func `A chain has five endpoints at most`(forwards: Int) throws {
        var endpoints = [TestEndpoint(Self.outer, .cloud, Self.forwards(to: "tcp://n1.internal:1"))]
        for number in 1..<forwards {
            endpoints.append(
                TestEndpoint(
                    "tcp://n\(number).internal:1",
                    .cloud,
                    Self.forwards(to: "tcp://n\(number + 1).internal:1")
                )
            )
        }
        endpoints.append(TestEndpoint("tcp://n\(forwards).internal:1"))
        let test = try self.connect(endpoints)
        #expect(test.upstreams.opened.count == (forwards == 4 ? 1 : 0))
        #expect(test.channel.isActive == (forwards == 4))
    }

    @Test func `Endpoints that forward to each other close the connection`() throws {
        let test = try self.connect([
            TestEndpoint(Self.outer, .cloud, Self.forwards(to: "tcp://a.internal:1")),
            TestEndpoint("tcp://a.internal:1", Self.forwards(to: "tcp://a.internal:1")),
        ])
        #expect(!test.channel.isActive && test.upstreams.opened.isEmpty)
    }

    @Test func `An agent that was just lost is waited for; its endpoint's rules are not passed over`() throws {
        let outer = TestEndpoint(Self.outer, .cloud, Self.forwards(to: "tcp://db.internal:5432"))
        let test = try self.connect([outer, TestEndpoint("tcp://db.internal:5432", .held)])
        #expect(test.upstreams.opened.isEmpty)
        try test.receive("early")
        try test.serve([outer, TestEndpoint("tcp://db.internal:5432")])
        #expect(try test.upstream().takeText() == "early")
        let late = try self.connect([outer, TestEndpoint("tcp://db.internal:5432", .held)])
        try late.serve([outer, TestEndpoint("tcp://db.internal:5432", "on_tcp_connect: [{actions: [{type: deny}]}]")])
        #expect(!late.channel.isActive && late.upstreams.opened.isEmpty)
    }
}
