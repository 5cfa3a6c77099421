import NIOCore
import Testing

@testable import Proxy

/// A service that speaks HTTP/2, on the other end of a fake stream: reads what the edge sends it, and answers by hand.
final class HTTP2Service {
    let transport: FakeTransport
    private var reader = FrameReader()
    private var decoder = HPACKDecoder(tableBytes: 4096)

    /// Reads the edge's preface, and sends SETTINGS.
    init(_ transport: FakeTransport, settings: [(id: UInt16, value: UInt32)] = []) throws {
        self.transport = transport
        self.send { $0.writeSettings(settings) }
    }

    func send(_ body: (inout ByteBuffer) -> Void) {
        var buffer = ByteBuffer()
        body(&buffer)
        self.transport.receiver?.transportReceived(buffer)
        self.transport.receiver?.transportReadComplete()
    }

    func headers(_ stream: UInt32, _ fields: [(String, String)], ends: Bool = false) {
        self.send { HTTP2Visitor.write(stream, fields, ends: ends, into: &$0) }
    }

    func data(_ stream: UInt32, _ text: String, ends: Bool = false) {
        self.send {
            $0.writeFrameHeader(
                FrameHeader(length: text.utf8.count, kind: FrameHeader.Kind.data, flags: ends ? 1 : 0, stream: stream)
            )
            $0.writeString(text)
        }
    }

    /// What the edge has sent since the last call, its settings left out.
    func received() throws -> [String] {
        var bytes = self.transport.takeBytes()
        var lines: [String] = []
        while let event = try self.reader.next(&bytes) {
            let line = try HTTP2Visitor.line(event, &self.decoder)
            if !line.hasPrefix("SETTINGS"), !line.hasPrefix("WINDOW 0") { lines.append(line) }
        }
        return lines
    }
}
