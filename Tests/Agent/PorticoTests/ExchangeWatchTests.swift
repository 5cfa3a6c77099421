import NIOCore
import TestSupport
import Testing

@testable import Portico

struct ExchangeWatchTests {
    private static let begin = NIODeadline.uptimeNanoseconds(1_000_000_000)

    /// What a watch sees of messages that come in pieces of at most `size` bytes.
    private static func exchanges(_ messages: [(request: String, response: String)], size: Int) -> [ObservedExchange] {
        var watch = ExchangeWatch()
        var seen: [ObservedExchange] = []
        for message in messages {
            for piece in Self.pieces(message.request, size) { watch.sawRequest(piece, at: Self.begin) }
            for piece in Self.pieces(message.response, size) {
                if let exchange = watch.sawResponse(piece, at: Self.begin + .milliseconds(5)) { seen.append(exchange) }
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
        #expect(seen.target.utf8.count == ExchangeWatch.maxTargetBytes)
    }

    @Test(arguments: UInt64(0)..<100)
    func `No bytes make it trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var watch = ExchangeWatch()
        let alphabet = Array("GET / HTTP/1.1 200 OK\r\n\r\n\n:".utf8)
        for _ in 0..<200 {
            let count = Int.random(in: 0..<40, using: &random)
            let bytes = ByteBuffer(bytes: (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 })
            watch.sawRequest(bytes, at: Self.begin)
            _ = watch.sawResponse(bytes, at: Self.begin)
        }
    }
}
