import Mux
import NIOCore
import Testing

struct ConnectionTests {
    @Test func `A stream opens with its whole preamble in the frame with SYN`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open([0, 0, 0, 3, 42])
        #expect(stream.id == 2)
        #expect(try server.sentFrames() == [.data(2, [0, 0, 0, 3, 42], .syn)])
        #expect(try Endpoint(.agent).open().id == 3)
    }

    @Test func `A stream of the peer is accepted, read and ended`() throws {
        let server = try Endpoint(.server)
        try server.receive(hex: "0000041200000003 00000000 0000011100000003 7b")
        #expect(
            server.recorder.calls == [
                .accepted(3), .received(3, [0, 0, 0, 0]), .received(3, [0x7b]), .end(3), .readComplete(3),
            ]
        )
        #expect(server.connection.openStreams == 1)
        server.recorder.accepted[0].finish(with: ByteBuffer(bytes: [0x7d]))
        #expect(try server.sentFrames() == [.data(3, [0x7d], .fin)])
        #expect(server.connection.openStreams == 0)
    }
}
