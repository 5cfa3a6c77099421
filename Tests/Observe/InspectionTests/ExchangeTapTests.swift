import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Inspection

struct ExchangeTapTests {
    private static let begin = NIODeadline.uptimeNanoseconds(1_000_000_000)

    /// What a watch sees of messages that come in pieces of at most `size` bytes.
    private static func exchanges(_ messages: [(request: String, response: String)], size: Int) -> [ObservedExchange] {
        var tap = ExchangeTap()
        var seen: [ObservedExchange] = []
        for message in messages {
            for piece in Self.pieces(message.request, size) { _ = tap.sawRequest(piece, at: Self.begin) }
            for piece in Self.pieces(message.response, size) {
                for case .answered(let exchange) in tap.sawResponse(piece, at: Self.begin + .milliseconds(5)) {
                    seen.append(exchange)
                }
            }
        }
        return seen
    }

    private static func pieces(_ text: String, _ size: Int) -> [ByteBuffer] {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: size).map { start in
            ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)])
        }
    }

    private static let get = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n"
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

    @Test(arguments: [1, 3, 7, 1000])
    func `The first lines of an exchange are seen, however it is cut`(size: Int) {
        let seen = Self.exchanges([(Self.get, Self.ok)], size: size)
        let expected = ObservedExchange(
            method: "GET",
            target: "/a?b=c",
            status: 200,
            reason: "OK",
            duration: .milliseconds(5)
        )
        #expect(seen == [expected])
    }

    @Test func `Each exchange of a connection that is kept alive is seen`() {
        let seen = Self.exchanges(
            [
                ("POST /1 HTTP/1.1\r\nContent-Length: 9\r\n\r\nGET / HTT", "HTTP/1.1 404 Not Found\r\n\r\n"),
                (Self.get, Self.ok),
            ],
            size: 1000
        )
        #expect(seen.map(\.status) == [404, 200])
        #expect(seen.map(\.method) == ["POST", "GET"])
    }

    @Test(arguments: [
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    ])
    func `Interim responses are passed over`(response: String) {
        #expect(Self.exchanges([(Self.get, response)], size: 1000).map(\.status) == [204])
    }

    @Test func `After an upgrade nothing is looked at`() {
        let seen = Self.exchanges([(Self.get, "HTTP/1.1 101 Switching\r\n\r\n"), (Self.get, Self.ok)], size: 1000)
        #expect(seen.map(\.status) == [101])
    }

    @Test func `What is no HTTP is left alone`() {
        #expect(Self.exchanges([("\u{16}\u{3}\u{1}\n\n", Self.ok)], size: 1000).isEmpty)
        #expect(Self.exchanges([(Self.get, "SSH-2.0-x\r\n")], size: 1000).isEmpty)
    }

    @Test func `A long target is cut, and costs no more memory than a short one`() throws {
        let long = "GET /" + String(repeating: "a", count: 100_000) + " HTTP/1.1\r\n\r\n"
        let seen = try #require(Self.exchanges([(long, Self.ok)], size: 1000).first)
        #expect(seen.target.utf8.count == ExchangeTap.maxTargetBytes)
    }

    // MARK: - Whole messages

    /// What a tap keeps of messages that come in pieces of at most `size` bytes.
    private static func finished(
        _ messages: [(request: String, response: String)],
        size: Int,
        limit: Int = 1000,
        budget: CaptureBudget? = nil
    ) -> [TappedExchange] {
        var tap = ExchangeTap(limit: limit, budget: budget)
        var events: [ExchangeTap.Event] = []
        for message in messages {
            for piece in Self.pieces(message.request, size) { events += tap.sawRequest(piece, at: Self.begin) }
            for piece in Self.pieces(message.response, size) { events += tap.sawResponse(piece, at: Self.begin) }
        }
        events += tap.ended(at: Self.begin)
        return events.compactMap { if case .finished(let exchange) = $0 { exchange } else { nil } }
    }

    /// Requests with their responses, each of which ends by what it tells itself.
    private static let framed: [(request: String, response: String)] = [
        (Self.get, Self.ok),
        ("HEAD / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
        ("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n"
        ),
        ("PUT /x HTTP/1.1\r\ncontent-length: 4\r\n\r\nbody", "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"),
        (Self.get, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
    ]

    @Test(arguments: [1, 2, 5, 17, 10_000])
    func `Messages are kept as they were, one behind the other on a connection`(size: Int) {
        let seen = Self.finished(Self.framed, size: size)
        #expect(seen.count == Self.framed.count)
        for (exchange, message) in zip(seen, Self.framed) {
            #expect(String(decoding: exchange.request.bytes, as: UTF8.self) == message.request)
            let response = message.response.replacing("HTTP/1.1 100 Continue\r\n\r\n", with: "")
            #expect(String(decoding: exchange.response?.bytes ?? [], as: UTF8.self) == response)
            #expect(exchange.request.isWhole)
            #expect(exchange.response?.isWhole == true)
        }
    }

    @Test func `A body is cut at the limit, and what follows is still seen`() throws {
        let long = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + String(repeating: "x", count: 5000)
        let seen = Self.finished([(Self.get, long), (Self.get, Self.ok)], size: 700, limit: 100)
        let first = try #require(seen.first?.response)
        #expect(first.bytes.count == 100)
        #expect(first.wireBytes == long.utf8.count)
        #expect(!first.isWhole)
        #expect(seen.count == 2)
    }

    @Test func `A response without end ends with the connection, one that never came is none`() {
        let open = "HTTP/1.1 200 OK\r\n\r\nuntil the end"
        let seen = Self.finished([(Self.get, open)], size: 10)
        #expect(seen.map { String(decoding: $0.response?.bytes ?? [], as: UTF8.self) } == [open])
        #expect(Self.finished([(Self.get, "")], size: 10).map(\.response) == [nil])
    }

    @Test func `What is under way is counted, and nothing is when it is over`() {
        let budget = CaptureBudget(limit: 300)
        var taps = (0..<10).map { _ in ExchangeTap(limit: 10_000, budget: budget) }
        let body = String(repeating: "x", count: 1000)
        let request = ByteBuffer(string: "POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n\(body)")
        for index in taps.indices { _ = taps[index].sawRequest(request, at: Self.begin) }
        // The first takes one piece beyond the bound; the others keep their heads.
        #expect(budget.usedBytes < 1100 + 10 * 50)
        for index in taps.indices { _ = taps[index].ended(at: Self.begin) }
        #expect(budget.usedBytes == 0)
    }

    @Test func `Fields are read for people`() throws {
        let head = try #require(Self.finished([(Self.get, Self.ok)], size: 9).first?.response?.head)
        #expect(head.startLine == ("HTTP/1.1", "200", "OK"))
        #expect(head.fields.map(\.name) == ["Content-Length"])
        #expect(head.fields.map(\.value) == ["2"])
    }

    @Test func `The store makes room for new exchanges, and finds them by their id and endpoint`() {
        let store = ExchangeStore(limitBytes: 4 * 600)
        let message = TappedMessage(bytes: Array("GET / HTTP/1.1\r\n\r\n".utf8), headBytes: 18, wireBytes: 18)
        for number in 1...9 {
            store.add(
                CapturedExchange(
                    id: "\(number)",
                    endpoint: number.isMultiple(of: 2) ? "even" : "odd",
                    visitor: "192.0.2.1",
                    start: .now,
                    exchange: TappedExchange(request: message, response: nil, duration: .zero)
                )
            )
        }
        #expect(store.newest(100).map(\.id) == ["9", "8", "7", "6"])
        #expect(store.newest(100, of: "even").map(\.id) == ["8", "6"])
        #expect(store.newest(2).map(\.id) == ["9", "8"])
        #expect(store.exchange("7") != nil)
        #expect(store.exchange("1") == nil)
        #expect(store.bytes <= store.limitBytes)
        store.clear()
        #expect(store.newest(100).isEmpty)
    }

    @Test(arguments: UInt64(0)..<100)
    func `No bytes make it trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var tap = ExchangeTap()
        let alphabet = Array("GET / HTTP/1.1 200 OK\r\n\r\n\n:".utf8)
        for _ in 0..<200 {
            let count = Int.random(in: 0..<40, using: &random)
            let bytes = ByteBuffer(bytes: (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 })
            _ = tap.sawRequest(bytes, at: Self.begin)
            _ = tap.sawResponse(bytes, at: Self.begin)
        }
    }
}
