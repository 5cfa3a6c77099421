import NIOCore
import NIOEmbedded
import Testing

@testable import Proxy

/// A visitor of HTTP/2 in memory: says what a test lets it, right or wrong, and reads what it gets.
final class HTTP2Visitor {
    let test: LoopUnderTest
    private var reader = FrameReader(hasPreface: false)
    private var decoder = HPACKDecoder(tableBytes: 4096)

    static let get = [(":method", "GET"), (":scheme", "http"), (":authority", "a.test"), (":path", "/")]
    static let post = [(":method", "POST"), (":scheme", "http"), (":authority", "a.test"), (":path", "/")]

    /// One that is not heard gets no answer, not even to what it says first.
    init(
        _ test: LoopUnderTest,
        visitor: Visitor = LoopUnderTest.plain,
        serverName: String? = nil,
        isHeard: Bool = true
    ) throws {
        self.test = test
        try test.channel.pipeline.syncOperations.addHandler(
            HTTP2VisitorHandler(loop: test.loop, visitor: visitor, serverName: serverName)
        )
        try test.channel.connect(to: SocketAddress(unixDomainSocketPath: "/visitor")).wait()
        try self.send {
            $0.writeStaticString(FrameReader.preface)
            $0.writeSettings([])
        }
        if isHeard { #expect(try self.receive().suffix(1) == ["SETTINGS ACK"]) }
    }

    // MARK: Sending

    func send(_ body: (inout ByteBuffer) -> Void) throws {
        var buffer = ByteBuffer()
        body(&buffer)
        try self.test.channel.writeInbound(buffer)
    }

    func headers(_ stream: UInt32, _ fields: [(String, String)], ends: Bool = true) throws {
        try self.send { Self.write(stream, fields, ends: ends, into: &$0) }
    }

    static func write(_ stream: UInt32, _ fields: [(String, String)], ends: Bool, into buffer: inout ByteBuffer) {
        buffer.writeHeaderBlock(stream, ends: ends, frameLimit: 16_384) { block in
            for (name, value) in fields {
                Array(name.utf8).withUnsafeBytes { name in
                    Array(value.utf8).withUnsafeBytes { HPACKWriter.writeField(name: name, value: $0, into: &block) }
                }
            }
        }
    }

    func data(_ stream: UInt32, _ text: String, ends: Bool = false) throws {
        try self.send {
            $0.writeFrameHeader(
                FrameHeader(length: text.utf8.count, kind: FrameHeader.Kind.data, flags: ends ? 1 : 0, stream: stream)
            )
            $0.writeString(text)
        }
    }

    func reset(_ stream: UInt32) throws { try self.send { $0.writeReset(stream, .cancel) } }
    func credit(_ stream: UInt32, _ count: Int) throws {
        try self.send { $0.writeWindowUpdate(stream, increment: count) }
    }

    // MARK: Receiving

    /// What has come since the last call, a line for each frame; a header block's fields are on its line.
    func receive() throws -> [String] {
        var bytes = try self.test.sent()
        var lines: [String] = []
        while let event = try self.reader.next(&bytes) { lines.append(try Self.line(event, &self.decoder)) }
        return lines
    }

    static func line(_ event: FrameEvent, _ decoder: inout HPACKDecoder) throws -> String {
        switch event {
        case .data(let stream, let bytes, _, let ends, _):
            let text = bytes.readableBytes > 64 ? "(\(bytes.readableBytes))" : String(buffer: bytes)
            return "DATA \(stream) \(text)\(ends ? " END" : "")"
        case .headers(let stream, let block, let ends, _):
            let list = FieldList(limit: 60 * 1024)
            try decoder.decode(block, into: list)
            let fields = list.lines.filter { !$0.hasPrefix("date: ") }
            return "HEADERS \(stream) \(fields.joined(separator: ", "))\(ends ? " END" : "")"
        case .reset(let stream, let code): return "RST \(stream) \(code)"
        case .settings: return "SETTINGS"
        case .settingsAcknowledged: return "SETTINGS ACK"
        case .ping(let word): return "PING \(word)"
        case .pingAcknowledged(let word): return "PING ACK \(word)"
        case .goAway(_, let code): return "GOAWAY \(code)"
        case .windowUpdate(let stream, let increment): return "WINDOW \(stream) \(increment)"
        case .priority: return "PRIORITY"
        case .unknown: return "UNKNOWN"
        }
    }
}
