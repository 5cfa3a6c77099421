import NIOCore
import NIOEmbedded
import Synchronization
import Testing
import TrafficPolicy

@testable import PolicyEngine
@testable import Proxy

/// Rules for connections: once for each connection and endpoint, before anything else of it is looked at.
@Suite struct ConnectionJudgementTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"

    @Test func `A plain connection is refused before its first request is answered`() throws {
        let test = try LoopUnderTest(policy: .connecting { _ in .close })
        try test.connectHTTP1()
        try test.receive(Self.get)
        #expect(try test.sentText().isEmpty)
        #expect(!test.channel.isActive)
        #expect(test.upstreams.opened.isEmpty)
    }

    @Test func `The rules run once, and what they leave is there for requests`() throws {
        let runs = Mutex(0)
        let program = PolicyProgram(
            rules: [
                .tcpConnect: [
                    .judging { _ in
                        runs.withLock { $0 += 1 }
                        return .next
                    }
                ],
                .httpRequest: [
                    .judging { exchange in
                        exchange.request.head.add("x-runs", "\(runs.withLock { $0 })")
                        return .next
                    }
                ],
            ],
            states: ActionStates()
        )
        let test = try LoopUnderTest(policy: program)
        try test.connectHTTP1()
        for _ in 0..<3 {
            try test.receive(Self.get)
            #expect(try test.upstream().takeText().contains("x-runs: 1\r\n"))
            try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
            #expect(try test.sentText().hasPrefix("HTTP/1.1 204 "))
        }
    }

    @Test func `An action that would wait is refused, not passed over`() throws {
        let test = try LoopUnderTest()
        let promise = test.channel.embeddedEventLoop.makePromise(of: Verdict.self)
        test.serve(.connecting { _ in .later(promise.futureResult) })
        try test.connectHTTP1()
        try test.receive(Self.get)
        #expect(!test.channel.isActive)
        promise.succeed(.next)
    }

    @Test(arguments: [(true, 200), (false, 421)])
    func `Over TLS, another endpoint than the handshake's is misdirected where one has such rules`(
        isSame: Bool,
        status: Int
    ) throws {
        let test = try LoopUnderTest(hosts: [("a.test", "ac_1"), ("b.test", "ac_1")], scheme: "https")
        test.serve(.connecting { _ in .next })
        try test.channel.pipeline.syncOperations.addHandler(
            HTTP1VisitorHandler(
                loop: test.loop,
                visitor: LoopUnderTest.secure,
                serverName: isSame ? "a.test" : "b.test"
            )
        )
        try test.channel.connect(to: SocketAddress(unixDomainSocketPath: "/visitor")).wait()
        try test.receive(Self.get)
        if isSame { try test.upstream().answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") }
        #expect(try test.sentText().hasPrefix("HTTP/1.1 \(status) "))
    }

    @Test func `A ClientHello is judged by its name`() throws {
        let test = try LoopUnderTest(hosts: [("a.test", "ac_1")], scheme: "https", policy: .connecting { _ in .close })
        for (name, isRefused) in [("a.test", true), ("other.test", false)] {
            let verdict = test.loop.judge(LoopUnderTest.secure, serverName: Array(name.utf8)) { _, _ in
                test.loop.eventLoop.makeSucceededVoidFuture()
            }
            if case .refused = verdict { #expect(isRefused) } else { #expect(!isRefused) }
        }
    }
}

extension PolicyProgram {
    fileprivate static func connecting(
        _ body: @escaping @Sendable (PolicyEngine.Exchange) -> Verdict
    ) -> PolicyProgram {
        PolicyProgram(rules: [.tcpConnect: [.judging(body)]], states: ActionStates())
    }
}

extension CompiledRule {
    fileprivate static func judging(_ body: @escaping @Sendable (PolicyEngine.Exchange) -> Verdict) -> CompiledRule {
        CompiledRule(name: nil, conditions: [], actions: [ConnectAction(body: body)])
    }
}

private struct ConnectAction: PolicyAction {
    let body: @Sendable (PolicyEngine.Exchange) -> Verdict

    func run(on exchange: PolicyEngine.Exchange) -> Verdict { self.body(exchange) }
}
