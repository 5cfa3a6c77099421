import NIOCore
import TestSupport
import Testing

@testable import Portico

struct ProxyHeaderCutTests {
    private static let line = Array("PROXY TCP4 192.0.2.7 192.0.2.1 4711 443\r\n".utf8)
    private static let binary: [UInt8] =
        [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0x00, 0x0C]
        + [192, 0, 2, 7, 192, 0, 2, 1, 0x12, 0x67, 0x01, 0xBB]

    @Test(arguments: [Self.line, Self.binary], UInt64(0)..<20)
    func `A header is cut off whole, however it comes, and what follows is left`(header: [UInt8], seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let payload = Array("GET / HTTP/1.1\r\n".utf8)
        var cut = ProxyHeaderCut()
        var found: ByteBuffer?
        var waiting: [ByteBuffer] = []
        for piece in random.pieces(of: header + payload, atMost: 9) {
            waiting.append(ByteBuffer(bytes: piece))
            if found == nil { found = cut.take(from: &waiting) }
            #expect(!cut.isMalformed)
        }
        #expect(found == ByteBuffer(bytes: header))
        #expect(waiting.flatMap { Array($0.readableBytesView) } == payload)
    }

    @Test(arguments: [
        Array("GET / HTTP/1.1\r\n".utf8),
        Array("PROXY ".utf8) + Array(repeating: UInt8(ascii: "x"), count: 200),
        [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0xFF, 0xFF],
    ])
    func `What is no header is not waited for`(bytes: [UInt8]) {
        var cut = ProxyHeaderCut()
        var waiting = [ByteBuffer(bytes: bytes)]
        #expect(cut.take(from: &waiting) == nil)
        #expect(cut.isMalformed)
    }
}
