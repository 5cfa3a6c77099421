import NIOCore
import NIOHPACK
import TestSupport
import Testing

@testable import Inspection

/// Writes what one end of a connection of HTTP/2 says.
private struct FrameWriter {
    private var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
    private(set) var bytes = ByteBuffer()

    init(hasPreface: Bool = false) {
        if hasPreface { self.bytes.writeBytes(HTTP2FrameScanner.preface) }
    }

    mutating func frame(_ kind: UInt8, flags: UInt8 = 0, stream: UInt32, _ payload: [UInt8]) {
        self.bytes.writeBytes([UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 255), UInt8(payload.count & 255)])
        self.bytes.writeBytes([kind, flags])
        self.bytes.writeInteger(stream)
        self.bytes.writeBytes(payload)
    }

    /// Fields, in frames of at most `size` bytes; padded and with a priority where `isDressed`.
    mutating func fields(
        _ fields: [(String, String)],
        stream: UInt32,
        isLast: Bool = false,
        size: Int = 16_384,
        isDressed: Bool = false
    ) throws {
        var block = ByteBuffer()
        try self.encoder.encode(headers: HPACKHeaders(fields), to: &block)
        var isFirst = true
        repeat {
            let piece = block.readBytes(length: min(size, block.readableBytes)) ?? []
            let end: UInt8 = block.readableBytes == 0 ? 0x4 : 0
            if !isFirst {
                self.frame(9, flags: end, stream: stream, piece)
            } else if isDressed {
                let flags = end | (isLast ? 1 : 0) | 0x8 | 0x20
                self.frame(1, flags: flags, stream: stream, [3, 0, 0, 0, 0, 7] + piece + [0, 0, 0])
            } else {
                self.frame(1, flags: end | (isLast ? 1 : 0), stream: stream, piece)
            }
            isFirst = false
        } while block.readableBytes > 0
    }

    mutating func data(_ text: String, stream: UInt32, isLast: Bool = false, padding: Int? = nil) {
        let body = Array(text.utf8)
        let flags: UInt8 = (isLast ? 1 : 0) | (padding == nil ? 0 : 8)
        let padded = padding.map { [UInt8($0)] + body + [UInt8](repeating: 0, count: $0) } ?? body
        self.frame(0, flags: flags, stream: stream, padded)
    }
}

struct HTTP2TapTests {
    private static let begin = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private static func request(_ path: String, method: String = "GET") -> [(String, String)] {
        [
            (":method", method), (":scheme", "http"), (":authority", "web.test"), (":path", path), ("accept", "*/*"),
            ("x-long", String(repeating: "v", count: 50)),
        ]
    }

    /// What a tap tells of both directions, one behind the other in pieces that are drawn from `seed`.
    private static func events(
        _ requests: FrameWriter,
        _ responses: FrameWriter,
        seed: UInt64,
        limit: Int = 1000,
        budget: CaptureBudget? = nil
    ) -> [ExchangeTap.Event] {
        var random = SeededGenerator(seed: seed)
        var tap = ExchangeTap(.http2, limit: limit, budget: budget)
        var events: [ExchangeTap.Event] = []
        let size = [1, 3, 20, 100_000].randomElement(using: &random) ?? 1
        for piece in random.pieces(of: Array(requests.bytes.readableBytesView), atMost: size) {
            events += tap.sawRequest(ByteBuffer(bytes: piece), at: Self.begin)
        }
        for piece in random.pieces(of: Array(responses.bytes.readableBytesView), atMost: size) {
            events += tap.sawResponse(ByteBuffer(bytes: piece), at: Self.begin + .milliseconds(5))
        }
        return events + tap.ended(at: Self.begin + .milliseconds(9))
    }

    private static func text(_ message: TappedMessage?) -> String {
        String(decoding: message?.bytes ?? [], as: UTF8.self)
    }

    @Test(arguments: UInt64(0)..<40)
    func `Exchanges are seen whole, however they are cut and interleaved`(seed: UInt64) throws {
        var requests = FrameWriter(hasPreface: true)
        var responses = FrameWriter()
        requests.frame(4, stream: 0, [0, 4, 0, 1, 0, 0])
        responses.frame(4, stream: 0, [])
        try requests.fields(Self.request("/a?b=c"), stream: 1, isLast: true)
        try requests.fields(Self.request("/upload", method: "POST"), stream: 3, size: 17, isDressed: true)
        requests.data("hel", stream: 3)
        requests.frame(8, stream: 0, [0, 0, 16, 0])
        requests.data("lo", stream: 3, isLast: true, padding: 5)
        try responses.fields([(":status", "103"), ("link", "</x>")], stream: 1)
        try responses.fields([(":status", "404"), ("content-type", "text/plain")], stream: 3, size: 5)
        try responses.fields([(":status", "200"), ("content-type", "text/html")], stream: 1, isDressed: true)
        responses.data("one", stream: 1, padding: 0)
        responses.data("three", stream: 3, isLast: true)
        responses.data("", stream: 1)
        // Fields behind the body end the response too.
        try responses.fields([("grpc-status", "0")], stream: 1, isLast: true)

        let events = Self.events(requests, responses, seed: seed)
        let answered = events.compactMap { if case .answered(let exchange) = $0 { exchange } else { nil } }
        #expect(answered.map(\.status) == [404, 200])
        #expect(answered.map(\.target) == ["/upload", "/a?b=c"])
        #expect(answered.allSatisfy { $0.duration == .milliseconds(5) })
        let finished = events.compactMap { if case .finished(let exchange) = $0 { exchange } else { nil } }
        try #require(finished.count == 2)
        #expect(Self.text(finished[0].request).hasPrefix("POST /upload HTTP/2\r\nhost: web.test\r\naccept: */*\r\n"))
        #expect(Self.text(finished[0].request).hasSuffix("\r\n\r\nhello"))
        #expect(Self.text(finished[0].response) == "HTTP/2 404 \r\ncontent-type: text/plain\r\n\r\nthree")
        #expect(Self.text(finished[1].response) == "HTTP/2 200 \r\ncontent-type: text/html\r\n\r\none")
        #expect(finished.allSatisfy { $0.request.isWhole && $0.response?.isWhole == true })
        #expect(finished[1].request.head.startLine == ("GET", "/a?b=c", "HTTP/2"))
    }

    @Test func `A body is kept as far as the limit goes, its length is known, and memory is given back`() throws {
        let budget = CaptureBudget(limit: 1 << 20)
        var (requests, responses) = (FrameWriter(hasPreface: true), FrameWriter())
        try requests.fields(Self.request("/"), stream: 1, isLast: true)
        try responses.fields([(":status", "200")], stream: 1)
        for _ in 0..<10 { responses.data(String(repeating: "x", count: 1000), stream: 1) }
        responses.data("", stream: 1, isLast: true)
        let events = Self.events(requests, responses, seed: 3, limit: 1500, budget: budget)
        guard case .finished(let exchange) = events.last else { throw CancellationError() }
        let response = try #require(exchange.response)
        #expect(response.bytes.count == 1500 && response.wireBytes == response.headBytes + 10_000 && !response.isWhole)
        #expect(budget.usedBytes == 0)
    }

    @Test func `Where the budget is used up lines are kept, and bodies are not`() throws {
        let budget = CaptureBudget(limit: 0)
        var (requests, responses) = (FrameWriter(hasPreface: true), FrameWriter())
        try requests.fields(Self.request("/"), stream: 1, isLast: true)
        try responses.fields([(":status", "200")], stream: 1)
        responses.data("body", stream: 1, isLast: true)
        guard case .finished(let exchange) = Self.events(requests, responses, seed: 3, budget: budget).last else {
            throw CancellationError()
        }
        #expect(Self.text(exchange.response) == "HTTP/2 200 \r\n\r\n")
        #expect(exchange.response?.wireBytes == Self.text(exchange.response).utf8.count + 4)
    }

    @Test func `Without a limit first lines are told of alone`() throws {
        var (requests, responses) = (FrameWriter(hasPreface: true), FrameWriter())
        try requests.fields(Self.request("/"), stream: 1, isLast: true)
        try responses.fields([(":status", "204")], stream: 1, isLast: true)
        let events = Self.events(requests, responses, seed: 3, limit: 0)
        #expect(events.count == 1)
    }

    @Test func `A stream that is reset, and a connection that ends, finish what was under way`() throws {
        var (requests, responses) = (FrameWriter(hasPreface: true), FrameWriter())
        try requests.fields(Self.request("/reset"), stream: 1, isLast: true)
        try requests.fields(Self.request("/open"), stream: 3, isLast: true)
        try responses.fields([(":status", "200")], stream: 1)
        responses.frame(3, stream: 1, [0, 0, 0, 8])
        let finished = Self.events(requests, responses, seed: 1).compactMap {
            if case .finished(let exchange) = $0 { exchange } else { nil }
        }
        #expect(finished.map { $0.request.head.startLine.1 } == ["/reset", "/open"])
        #expect(finished.last?.response == nil)
    }

    @Test(
        arguments: [
            ("no preface", Array("GET / HTTP/1.1\r\n\r\n".utf8)),
            ("padding longer than its frame", HTTP2FrameScanner.preface + [0, 0, 2, 0, 8, 0, 0, 0, 1, 9, 0]),
            ("a continuation of nothing", HTTP2FrameScanner.preface + [0, 0, 1, 9, 4, 0, 0, 0, 1, 0x82]),
            ("fields that cannot be read", HTTP2FrameScanner.preface + [0, 0, 1, 1, 5, 0, 0, 0, 1, 0xFF]),
            (
                "a frame of fields without an end",
                HTTP2FrameScanner.preface + [0xFF, 0xFF, 0xFF, 1, 5, 0, 0, 0, 1]
                    + [UInt8](repeating: 0, count: 100_000)
            ),
            (
                "a block without an end",
                HTTP2FrameScanner.preface
                    + (0..<20).flatMap {
                        [0, 0x10, 0, $0 == 0 ? 1 : 9, 0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 4096)
                    }
            ),
        ] as [(String, [UInt8])]
    )
    func `What is no HTTP/2, or too much, is followed no further`(what: String, bytes: [UInt8]) {
        var tap = ExchangeTap(.http2, limit: 1000)
        #expect(tap.sawRequest(ByteBuffer(bytes: bytes), at: Self.begin).isEmpty, "\(what)")
        #expect(tap.sawResponse(ByteBuffer(bytes: [0, 0, 1, 1, 5, 0, 0, 0, 1, 0x88]), at: Self.begin).isEmpty)
        #expect(tap.ended(at: Self.begin).isEmpty)
    }

    @Test(arguments: UInt64(0)..<300) func `No bytes make it trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var tap = ExchangeTap(.http2, limit: 100)
        var bytes = HTTP2FrameScanner.preface
        for _ in 0..<30 {
            let payload = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            bytes += [0, 0, UInt8(payload.count), UInt8.random(in: 0...10, using: &random)]
            bytes += [UInt8.random(in: 0...255, using: &random), 0, 0, 0, UInt8.random(in: 0...5, using: &random)]
            bytes += payload
        }
        _ = tap.sawRequest(ByteBuffer(bytes: bytes), at: Self.begin)
        _ = tap.sawResponse(ByteBuffer(bytes: bytes.dropFirst(HTTP2FrameScanner.preface.count)), at: Self.begin)
        _ = tap.ended(at: Self.begin)
    }
}
