import Model
import NIOCore
import NIOEmbedded
import Testing
import TrafficPolicy

@testable import PolicyEngine
@testable import Proxy

/// What becomes of an exchange whose endpoint has a policy, with a visitor of HTTP/1.1.
@Suite struct JudgedExchangeTests {
    private static let get = "GET /a?b HTTP/1.1\r\nHost: a.test\r\nX-One: 1\r\n\r\n"

    @Test func `A request goes on with the edits of its policy`() throws {
        let program = PolicyProgram.running(.httpRequest) { exchange in
            #expect(exchange.request.method == "GET")
            #expect(exchange.request.target.rawURI == "/a?b")
            #expect(exchange.request.head.first("x-one") == "1")
            exchange.request.head.remove("x-one")
            exchange.request.head.add("x-two", "2")
            exchange.request.target.rawPath = "/c"
            exchange.request.target.query = nil
            exchange.request.target.host = "b.test"
            return .next
        }
        let test = try LoopUnderTest(policy: program)
        try test.connectHTTP1()
        try test.receive(Self.get)
        let sent = try test.upstream().takeText()
        #expect(sent.hasPrefix("GET /c HTTP/1.1\r\n"))
        #expect(sent.contains("\r\nX-Forwarded-Host: a.test\r\n"))
        #expect(sent.hasSuffix("\r\nx-two: 2\r\nhost: b.test\r\n\r\n"))
        #expect(!sent.contains("X-One"))
    }

    @Test func `The host of a request cannot be taken away`() throws {
        let program = PolicyProgram.running(.httpRequest) { exchange in
            exchange.request.head.remove("host")
            return .next
        }
        let test = try LoopUnderTest(policy: program)
        try test.connectHTTP1()
        try test.receive(Self.get)
        #expect(try test.upstream().takeText().contains("\r\nHost: a.test\r\n"))
    }

    @Test func `What frames a message is not a policy's to change, and no edit may hold a line end`() {
        var edits = HeadEdits()
        for name in ["content-length", "Transfer-Encoding", "connection", "upgrade", "te", "a b", ""] {
            edits.append(.set(name, "1"))
            edits.append(.remove(name))
        }
        edits.append(.add("x", "a\r\ny: b"))
        edits.append(.path("/a b"))
        edits.append(.path("a"))
        #expect(edits.isEmpty)
    }

    @Test func `A policy answers in the upstream's place, and the connection goes on`() throws {
        let program = PolicyProgram.running(.httpRequest) { _ in
            .respond(PolicyResponse(status: 403, fields: [("x-why", "no")], body: ByteBuffer(string: "no\n")))
        }
        let test = try LoopUnderTest(policy: program)
        try test.connectHTTP1()
        for _ in 0..<2 {
            try test.receive(Self.get)
            let answer = try test.sentText()
            #expect(answer.hasPrefix("HTTP/1.1 403 Forbidden\r\nDate: "))
            #expect(answer.hasSuffix("\r\nx-why: no\r\nContent-Length: 3\r\n\r\nno\n"))
        }
        #expect(test.upstreams.opened.isEmpty)
    }

    @Test func `An answer of the policy's own passes the rules for responses where it says so`() throws {
        let program = PolicyProgram(
            rules: [
                .httpRequest: [
                    .always { _ in
                        .respond(
                            PolicyResponse(status: 200, body: ByteBuffer(string: "own"), runsResponsePhase: true)
                        )
                    }
                ],
                .httpResponse: [
                    .always { exchange in
                        exchange.response.head.add("x-seen", "\(exchange.response.status)")
                        return .next
                    }
                ],
            ],
            states: ActionStates()
        )
        let test = try LoopUnderTest(policy: program)
        try test.connectHTTP1()
        try test.receive(Self.get)
        #expect(try test.sentText().hasSuffix("\r\nx-seen: 200\r\nContent-Length: 3\r\n\r\nown"))
    }

    @Test func `Closing ends the connection without a word`() throws {
        let test = try LoopUnderTest(policy: .running(.httpRequest) { _ in .close })
        try test.connectHTTP1()
        try test.receive(Self.get)
        #expect(try test.sentText().isEmpty)
        #expect(!test.channel.isActive)
    }

    @Test func `A failure is told with its code and the status that the action gave`() throws {
        let program = PolicyProgram.running(.httpRequest) { _ in
            .fail(.init(.policyActionFailed, "It did not work."), status: 504)
        }
        let test = try LoopUnderTest(policy: program)
        try test.connectHTTP1()
        try test.receive(Self.get)
        let answer = try test.sentText()
        #expect(answer.hasPrefix("HTTP/1.1 504 "))
        #expect(answer.contains("ngrok-error-code: ERR_NGROK_2300"))
    }

    @Test func `A policy that waits lets the request wait, its body included`() throws {
        let test = try LoopUnderTest()
        let promise = test.channel.embeddedEventLoop.makePromise(of: Verdict.self)
        test.serve(.running(.httpRequest) { _ in .later(promise.futureResult) })
        try test.connectHTTP1()
        try test.receive("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nab")
        #expect(test.upstreams.opened.isEmpty)
        promise.assumeIsolated().succeed(.next)
        test.channel.embeddedEventLoop.run()
        #expect(try test.upstream().takeText().hasSuffix("\r\n\r\nab"))
        try test.receive("cd")
        #expect(try test.upstream().takeText() == "cd")
        try test.upstream().answer("HTTP/1.1 204 No Content\r\n\r\n")
        #expect(try test.sentText() == "HTTP/1.1 204 No Content\r\n\r\n")
    }

    @Test func `A visitor that goes while a policy waits is not waited for`() throws {
        let test = try LoopUnderTest()
        let promise = test.channel.embeddedEventLoop.makePromise(of: Verdict.self)
        test.serve(.running(.httpRequest) { _ in .later(promise.futureResult) })
        try test.connectHTTP1()
        try test.receive(Self.get)
        _ = try test.channel.finish()
        promise.assumeIsolated().succeed(.next)
        #expect(test.upstreams.opened.isEmpty)
    }

    /// Bounds of a body of four bytes in two chunks, and whether the policy sees it.
    @Test(arguments: [(4, true), (3, false), (2, false), (100, true)])
    func `A policy sees a body up to its bound, without chunks, and it goes on whole`(limit: Int, isSeen: Bool) throws {
        let program = PolicyProgram.collecting(upTo: limit) { body, exchange in
            switch body {
            case .complete(let bytes):
                #expect(isSeen)
                #expect(String(buffer: bytes) == "abcd")
            case .tooLarge: #expect(!isSeen)
            }
        }
        let test = try LoopUnderTest(policy: program)
        try test.connectHTTP1()
        try test.receive("POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n")
        #expect(test.upstreams.opened.isEmpty == (limit > 2))
        try test.receive("1\r\nd\r\n0\r\nX-Sum: 1\r\n\r\n")
        let text = try test.upstream().takeText()
        let body = text.split(separator: "\r\n\r\n", maxSplits: 1).last.map(String.init)
        let chunks = limit == 2 ? "3\r\nabc\r\n1\r\nd\r\n" : "4\r\nabcd\r\n"
        #expect(body == chunks + "0\r\nX-Sum: 1\r\n\r\n")
    }

    @Test func `A body that the policy replaces goes upstream with its own length`() throws {
        let program = PolicyProgram.collecting(upTo: 100) { _, exchange in
            exchange.request.replacementBody = ByteBuffer(string: "another")
        }
        let test = try LoopUnderTest(policy: program)
        try test.connectHTTP1()
        try test.receive("POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        let text = try test.upstream().takeText()
        #expect(text.hasSuffix("\r\nContent-Length: 7\r\n\r\nanother"))
        #expect(!text.lowercased().contains("transfer-encoding"))
    }

    @Test func `A response is edited, replaced, or filtered`() throws {
        let test = try LoopUnderTest()
        try test.connectHTTP1()
        test.serve(
            .running(.httpResponse) { exchange in
                #expect(exchange.response.status == 200)
                exchange.response.head.set("server", "me")
                return .next
            }
        )
        try test.receive(Self.get)
        try test.upstream().answer("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 2\r\n\r\nok")
        #expect(try test.sentText() == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nserver: me\r\n\r\nok")

        test.serve(
            .running(.httpResponse) { exchange in
                exchange.addResponseFilter(Doubling())
                return .next
            }
        )
        try test.receive(Self.get)
        try test.upstream().answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
        try test.upstream().answer("cd")
        #expect(
            try test.sentText()
                == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\naabb\r\n4\r\nccdd\r\n1\r\n!\r\n0\r\n\r\n"
        )

        test.serve(
            .running(.httpResponse) { _ in .respond(PolicyResponse(status: 502, body: ByteBuffer(string: "gone"))) }
        )
        try test.receive(Self.get)
        try test.upstream().answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd")
        #expect(try test.sentText().hasSuffix("Content-Length: 4\r\n\r\ngone"))
    }

    @Test func `A response waits for its policy, and the service is held up meanwhile`() throws {
        let test = try LoopUnderTest()
        let promise = test.channel.embeddedEventLoop.makePromise(of: Verdict.self)
        test.serve(.running(.httpResponse) { _ in .later(promise.futureResult) })
        try test.connectHTTP1()
        try test.receive(Self.get)
        let upstream = try test.upstream()
        upstream.answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
        #expect(!upstream.isReading)
        upstream.answer("cd")
        #expect(try test.sentText().isEmpty)
        promise.assumeIsolated().succeed(.next)
        #expect(try test.sentText() == "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd")
        test.serve(nil)
        try test.receive(Self.get)
        #expect(try test.upstream().takeText().hasSuffix("\r\n\r\n"))
    }

    @Test func `A response's body is collected and replaced`() throws {
        let test = try LoopUnderTest()
        test.serve(
            .running(.httpResponse) { exchange in
                guard let host = exchange.host else { return .next }
                return .later(
                    host.collectResponseBody(upTo: 100).assumeIsolated().map { body in
                        guard case .complete(let bytes) = body else { return .close }
                        exchange.response.replacementBody = ByteBuffer(string: String(buffer: bytes) + "!")
                        return Verdict.next
                    }.nonisolated()
                )
            }
        )
        try test.connectHTTP1()
        try test.receive(Self.get)
        try test.upstream().answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
        try test.upstream().answer("2\r\ncd\r\n0\r\n\r\n")
        #expect(try test.sentText() == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd!")
    }
}

extension PolicyProgram {
    /// One rule with one action.
    fileprivate static func running(
        _ phase: PolicyPhase,
        _ body: @escaping @Sendable (PolicyEngine.Exchange) -> Verdict
    ) -> PolicyProgram {
        PolicyProgram(rules: [phase: [.always(body)]], states: ActionStates())
    }

    fileprivate static func collecting(
        upTo limit: Int,
        _ body: @escaping @Sendable (CollectedBody, PolicyEngine.Exchange) -> Void
    ) -> PolicyProgram {
        .running(.httpRequest) { exchange in
            guard let host = exchange.host else { return .next }
            return .later(
                host.collectRequestBody(upTo: limit).assumeIsolated().map { collected in
                    body(collected, exchange)
                    return Verdict.next
                }.nonisolated()
            )
        }
    }
}

extension CompiledRule {
    fileprivate static func always(_ body: @escaping @Sendable (PolicyEngine.Exchange) -> Verdict) -> CompiledRule {
        CompiledRule(name: nil, conditions: [], actions: [TestAction(body: body)])
    }
}

private struct TestAction: PolicyAction {
    let body: @Sendable (PolicyEngine.Exchange) -> Verdict

    func run(on exchange: PolicyEngine.Exchange) -> Verdict { self.body(exchange) }
}

/// Says every byte twice, and something at the end.
private final class Doubling: ResponseFilter {
    func push(_ piece: ByteBuffer, into output: inout ByteBuffer) {
        output.writeBytes(piece.readableBytesView.flatMap { [$0, $0] })
    }

    func finish(into output: inout ByteBuffer) {
        output.writeString("!")
    }
}
