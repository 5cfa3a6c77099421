@testable import Mux
import NIOCore
import TestSupport
import Testing

struct StreamTests {
    @Test func `A stream opens with its whole preamble in the frame with SYN`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open([0, 0, 0, 3, 42])
        #expect(stream.id == 2)
        #expect(try server.sentFrames() == [.data(2, [0, 0, 0, 3, 42], .syn)])
        #expect(try Endpoint(.agent).open().id == 3)
    }

    @Test func `SYN and FIN never share a frame, however soon the opener is done`() throws {
        let server = try Endpoint(.server)
        try server.open([1]).finish()
        #expect(try server.sentFrames() == [.data(2, [1], .syn), .data(2, [], .fin)])
    }

    @Test func `A peer's SYN and FIN in one frame open and end the stream`() throws {
        let server = try Endpoint(.server)
        try server.receive(hex: "0000041300000009 00000001")
        #expect(server.recorder.calls == [.accepted(9), .received(9, [0, 0, 0, 1]), .end(9), .readComplete(9)])
        #expect(server.recorder.accepted[0].hasReceivedFIN)
    }

    @Test func `A first payload longer than a frame goes on behind the SYN`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open([UInt8](repeating: 1, count: 20_000))
        let lengths = try server.sentFrames().map { if case .data(let part) = $0 { part.header.length } else { -1 } }
        #expect(lengths == [16_376, 3624])
        #expect(stream.bytesSent == 20_000)
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
        let stream = server.recorder.accepted[0]
        #expect(stream.bytesReceived == 5)
        stream.finish(with: ByteBuffer(bytes: [0x7d]))
        #expect(stream.hasSentFIN)
        #expect(try server.sentFrames() == [.data(3, [0x7d], .fin)])
        #expect(server.connection.openStreams == 0)
    }

    @Test func `A frame's payload is delivered as it arrives, and its FIN after the last byte`() throws {
        let server = try Endpoint(.server)
        try server.receive(hex: "000006130000000301")
        try server.receive(hex: "0203")
        try server.receive(hex: "040506")
        #expect(
            server.recorder.calls == [
                .accepted(3), .received(3, [1]), .readComplete(3), .received(3, [2, 3]), .readComplete(3),
                .received(3, [4, 5, 6]), .end(3), .readComplete(3),
            ]
        )
    }

    @Test func `A peer's RST is the receiver's last call`() throws {
        let server = try Endpoint(.server)
        _ = try server.open()
        try server.receive(hex: "000001100000000278 000004000000000200000006 000001100000000278")
        #expect(server.recorder.calls == [.received(2, [0x78]), .ended(2, .streamCancelled)])
    }

    @Test(arguments: [false, true])
    func `An abort is FIN unless sent, RST, and credit of one`(isFinished: Bool) throws {
        let server = try Endpoint(.server)
        let stream = try server.open()
        if isFinished { stream.finish() }
        _ = try server.sent()
        stream.abort(.streamCancelled)
        let tail: [FrameDecoder.Event] = [
            .reset(stream: 2, code: .streamCancelled), .credit(stream: 2, increment: 1),
        ]
        #expect(try server.sentFrames() == (isFinished ? tail : [.data(2, [], .fin)] + tail))
        #expect(server.recorder.calls == [])
    }

    @Test func `Both ends of an abort are left with no stream, and nothing more is said`() throws {
        let link = try Link(seed: 1)
        let stream = try link.server.open()
        try link.settle()
        stream.abort(.streamCancelled)
        try link.settle()
        #expect(link.agent.connection.openStreams == 0)
        #expect(link.server.connection.openStreams == 0)
        let ends = link.agent.recorder.calls.filter { $0 != .readComplete(2) }.suffix(2)
        #expect(ends == [.end(2), .ended(2, .streamCancelled)])
        #expect(link.server.recorder.calls == [])
    }

    @Test func `The first credit is told, all of it is counted`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open()
        try server.receive(hex: "000004200000000200000004 000004200000000200002000")
        #expect(server.recorder.calls == [.credit(2)])
        #expect(stream.creditReceived == 8196)
    }

    @Test func `Little credit is kept back, and sent as a sign of life when asked for`() throws {
        let agent = try Endpoint(.agent)
        try agent.receive(hex: "0000041200000002 00000003")
        #expect(try agent.sentFrames() == [])
        agent.recorder.accepted[0].acknowledge()
        agent.recorder.accepted[0].acknowledge()
        #expect(try agent.sentFrames() == [.credit(stream: 2, increment: 4)])
    }

    @Test func `A receiver may hand a stream over to another`() throws {
        let server = try Endpoint(.server)
        let heir = Recorder()
        server.recorder.onCall = { call, stream in
            if case .received = call { stream?.receiver = heir }
        }
        try server.receive(hex: "0000041200000003 00000001 0000011100000003 7b")
        #expect(server.recorder.calls == [.accepted(3), .received(3, [0, 0, 0, 1])])
        #expect(heir.calls == [.received(3, [0x7b]), .end(3), .readComplete(3)])
    }

    @Test func `Any frame shows that the peer lives`() throws {
        let server = try Endpoint(.server)
        let before = server.connection.lastReceived
        while NIODeadline.now() == before {}
        try server.receive(hex: "00")
        #expect(server.connection.lastReceived > before)
    }
}
