import AgentRuntime
import Foundation
import Inspection
import JSON
import NIOCore
import NIOPosix
import Testing

@testable import AgentWeb

/// What the pages of the inspector ask for.
@Suite(.timeLimit(.minutes(1)))
struct InspectorTests {
    private static let json = ["Content-Type": "application/json"]

    private static func message(_ head: String, _ body: String = "", wire: Int? = nil) -> TappedMessage {
        let bytes = Array((head + "\r\n\r\n" + body).utf8)
        return TappedMessage(bytes: bytes, headBytes: bytes.count - body.utf8.count, wireBytes: wire ?? bytes.count)
    }

    private static let exchange = TappedExchange(
        request: message("POST /a?b=1 HTTP/1.1\r\nHost: h\r\nCookie: sid=secret\r\nX-A: 1", "hi"),
        response: message("HTTP/1.1 201 Created\r\nSet-Cookie: sid=secret\r\nX-B: 2", "hello"),
        duration: .milliseconds(5),
        answeredAfter: .milliseconds(3)
    )

    @Test(arguments: ["/inspect/http", "/status", "/assets/inspect.js", "/assets/tokens.css", "/assets/logo.svg"])
    func `A page lets nothing run that is not ours`(path: String) async throws {
        try await RunningWebService.with { service in
            let answer = try await service.call("GET", path)
            #expect(answer.status == 200)
            let head = answer.head.lowercased()
            let policy = try #require(head.split(separator: "\r\n").first { $0.hasPrefix("content-security-policy:") })
            #expect(policy.contains("default-src 'none'; script-src 'self'"))
            #expect(policy.contains("require-trusted-types-for 'script'"))
            #expect(!policy.contains("unsafe") && !policy.contains("http"))
            #expect(head.contains("x-content-type-options: nosniff"))
            // Markup of a page has neither scripts nor styles in it.
            if path.hasPrefix("/assets") { return }
            #expect(
                !answer.text.contains("style=") && !answer.text.contains(" onclick") && !answer.text.contains("<style")
            )
        }
    }

    @Test func `Pages refer to nothing that is not there, and to no other host`() async throws {
        try await RunningWebService.with { service in
            var wanted = ["/inspect/http", "/status"]
            var seen: Set<String> = []
            while let path = wanted.popLast() {
                guard seen.insert(path).inserted else { continue }
                let answer = try await service.call("GET", path)
                #expect(answer.status == 200, "\(path)")
                for match in answer.text.matches(of: #/(?:src|href)="(/assets/[^"]+)"|from "\.(/[a-z]+\.js)"/#) {
                    wanted.append(match.1.map(String.init) ?? "/assets" + String(match.2 ?? ""))
                }
                let others = answer.text.matches(of: #/(?:src|href|url\()["']?https?:/#).count
                #expect(others == 0, "\(path)")
            }
            #expect(seen.count >= 20)
            #expect(service.display.calls.isEmpty, "files of pages are not told of")
            #expect(try await service.call("GET", "/assets/none.js").status == 404)
            #expect(try await service.call("GET", "/assets/../status").status != 200)
            let start = try await service.call("GET", "/")
            #expect(start.status == 303 && start.head.contains("/inspect/http"))
        }
    }

    @Test func `A list has no secrets, and one exchange has all of it`() async throws {
        try await RunningWebService.with { service in
            let kept = service.inspector.keep(Self.exchange, of: "web", visitor: "192.0.2.7", original: "ex_first")
            let list = try await service.call("GET", "/api/inspector/exchanges")
            let item = try #require(list.body["exchanges"]?.array?.first?.object)
            #expect(!list.text.contains("secret"))
            #expect(item["id"]?.string == kept.id)
            #expect(item["method"] == "POST" && item["target"] == "/a?b=1" && item["status"] == 201)
            #expect(item["replay_of"] == "ex_first")
            #expect(item["request"]?.object?["size"] == 2 && item["response"]?.object?["size"] == 5)
            #expect(item["request"]?.object?["headers"]?.array?.contains(["x-a", "1"]) == true)
            let one = try await service.call("GET", "/api/inspector/exchanges/\(kept.id)")
            #expect(one.body["answered_after"] == 3_000_000)
            #expect(one.body["kept"]?.object?["head"]?.integer == Int64(Self.exchange.request.headBytes))
            #expect(
                one.body["request"]?.object?["raw"]?.string == Data(Self.exchange.request.bytes).base64EncodedString()
            )
            #expect(try await service.call("GET", "/api/inspector/exchanges/none").status == 404)
            #expect(try await service.call("GET", "/api/inspector/exchanges?limit=x").status == 400)
        }
    }

    @Test func `Who follows the feed is told of what comes, and of what is cleared`() async throws {
        try await RunningWebService.with { service in
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: service.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(
                    ByteBuffer(string: "GET /api/inspector/feed HTTP/1.1\r\nHost: localhost:\(service.port)\r\n\r\n")
                )
                var text = ""
                var parts = inbound.makeAsyncIterator()
                func wait(for wish: String) async throws {
                    while !text.contains(wish) {
                        guard let next = try await parts.next() else { break }
                        text += String(buffer: next)
                    }
                    #expect(text.contains(wish))
                }
                try await wait(for: "event: status")
                #expect(text.contains("text/event-stream") && text.contains("\"connecting\""))
                let kept = service.inspector.keep(Self.exchange, of: "web", visitor: "192.0.2.7")
                try await wait(for: kept.id)
                #expect(!text.contains("secret"))
                service.inspector.store?.clear()
                try await wait(for: "event: cleared")
            }
        }
    }

    @Test func `Only so many follow at a time`() async throws {
        let store = ExchangeStore(limitBytes: 1000)
        let watchers = (0..<ExchangeStore.maxWatchers).map { _ in store.changes() }
        #expect(watchers.allSatisfy { $0 != nil })
        #expect(store.changes() == nil)
        withExtendedLifetime(watchers) {}
    }

    @Test func `Who has left makes room`() async throws {
        let store = ExchangeStore(limitBytes: 1000)
        for _ in 0..<(ExchangeStore.maxWatchers * 2) {
            let changes = try #require(store.changes())
            let reading = Task { for await _ in changes {} }
            reading.cancel()
            await reading.value
        }
        #expect(store.changes() != nil)
    }

    @Test func `A replay of what is not there is refused`() async throws {
        try await RunningWebService.with { service in
            #expect(
                try await service.call("POST", "/api/inspector/replays", Self.json, body: #"{"id": "x"}"#).status == 404
            )
            #expect(try await service.call("POST", "/api/inspector/replays", Self.json, body: "{}").status == 400)
            #expect(try await service.call("POST", "/api/inspector/replays", body: #"{"id": "x"}"#).status == 400)
            let whole = service.inspector.keep(Self.exchange, of: "gone", visitor: "")
            let body = #"{"id": "\#(whole.id)"}"#
            let answer = try await service.call("POST", "/api/inspector/replays", Self.json, body: body)
            #expect(answer.status == 404 && answer.text.contains("gone"))
            let cut = TappedExchange(
                request: Self.message("POST / HTTP/1.1", "x", wire: 1000),
                response: nil,
                duration: .zero
            )
            let id = service.inspector.keep(cut, of: "web", visitor: "").id
            #expect(
                try await service.call("POST", "/api/inspector/replays", Self.json, body: #"{"id": "\#(id)"}"#).status
                    == 400
            )
        }
    }
}

/// Requests that somebody wrote.
struct EditedRequestTests {
    private static func object(_ text: String) throws -> JSONObject {
        try #require(try JSONValue(reading: Array(text.utf8)).object)
    }

    private static func text(_ object: JSONObject) throws -> String {
        String(decoding: try EditedRequest(object).bytes, as: UTF8.self)
    }

    @Test func `Its framing is ours, whatever its headers say`() throws {
        let object = try Self.object(
            #"""
            {"method": "PUT", "target": "/a?b", "body": "aGk=", "headers": [["Host", "h"], ["Content-Length", "900"],
            ["transfer-encoding", "chunked"], ["Expect", "100-continue"], ["X-A", "1"], ["X-A", "ü"]]}
            """#
        )
        #expect(
            try Self.text(object) == "PUT /a?b HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-A: ü\r\nContent-Length: 2\r\n\r\nhi"
        )
    }

    @Test func `Only methods with a body say that there is none`() throws {
        for (method, length) in [("GET", ""), ("POST", "Content-Length: 0\r\n")] {
            let object = try Self.object(#"{"method": "\#(method)", "target": "/", "headers": [["Host", "h"]]}"#)
            #expect(try Self.text(object) == "\(method) / HTTP/1.1\r\nHost: h\r\n\(length)\r\n")
        }
    }

    /// Each with one thing wrong.
    private static let wrong = [
        #"{"target": "/", "headers": [["Host", "h"]]}"#,
        #"{"method": "G T", "target": "/", "headers": [["Host", "h"]]}"#,
        #"{"method": "", "target": "/", "headers": [["Host", "h"]]}"#,
        #"{"method": "GET", "target": "", "headers": [["Host", "h"]]}"#,
        #"{"method": "GET", "target": "http://other/", "headers": [["Host", "h"]]}"#,
        #"{"method": "GET", "target": "/ HTTP/1.1\r\nX: ", "headers": [["Host", "h"]]}"#,
        #"{"method": "GET", "target": "/ü", "headers": [["Host", "h"]]}"#,
        #"{"method": "GET", "target": "/", "headers": []}"#,
        #"{"method": "GET", "target": "/", "headers": [["Host", "h"], ["host", "i"]]}"#,
        #"{"method": "GET", "target": "/", "headers": [["Host", "h\r\nX-Y: 1"]]}"#,
        #"{"method": "GET", "target": "/", "headers": [["Host", "h"], ["X\u0000", "1"]]}"#,
        #"{"method": "GET", "target": "/", "headers": [["Host", "h"], ["X Y", "1"]]}"#,
        #"{"method": "GET", "target": "/", "headers": [["Host", "h"], ["X", "a\u0000b"]]}"#,
        #"{"method": "GET", "target": "/", "headers": [["Host", "h"], ["", "1"]]}"#,
        #"{"method": "GET", "target": "/", "headers": [["Host"]]}"#,
        #"{"method": "GET", "target": "/", "headers": {"Host": "h"}}"#,
        #"{"method": "GET", "target": "/", "headers": [["Host", "h"]], "body": "no base64"}"#,
    ]

    @Test(arguments: Self.wrong)
    func `What would be no request, or two, is refused`(text: String) throws {
        let object = try Self.object(text)
        #expect(throws: LocalFailure.self) { try EditedRequest(object) }
    }

    @Test func `A head has a bound`() throws {
        let long = String(repeating: "x", count: 70_000)
        let object = try Self.object(
            #"{"method": "GET", "target": "/", "headers": [["Host", "h"], ["X", "\#(long)"]]}"#
        )
        #expect(throws: LocalFailure.self) { try EditedRequest(object) }
    }
}
