@testable import Mux
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

/// The table "Violations" of spec/agent-protocol.md 2, column "We".
struct ViolationTests {
    @Test(
        arguments: [
            ("000001120000000078", MuxErrorCode.protocolError),
            ("000004000000000000000001", .protocolError),
            ("000004200000000000000001", .protocolError),
            ("0000030000000002000000", .frameSize),
            ("00000520000000020000000100", .frameSize),
            ("00000830000000030000000000000000", .protocolError),
            ("000007300000000000000000000000", .frameSize),
            // SYN with an id of our own parity, for an id in use, and for one below the last.
            ("000001120000000478", .protocolError),
            ("000001120000000778", .protocolError),
            ("000001120000000578", .protocolError),
        ]
    )
    func `The connection is left with GOAWAY as its last frame, and closed`(hex: String, code: MuxErrorCode) throws {
        let server = try Endpoint(.server)
        try server.receive(hex: "0000041200000007 00000001")
        try server.receive(hex: hex + "000001100000000778")
        let frames = try server.sentFrames()
        guard case .goAway(lastStream: 7, code: code, debug: _)? = frames.last else {
            Issue.record("\(frames)")
            return
        }
        #expect(!server.channel.isActive)
        #expect(!server.connection.isOpen)
        // The stream ends, once, and nothing after the violation is read.
        #expect(server.recorder.bytes(of: 7) == [0, 0, 0, 1])
        guard case .over(.violation(let error))? = server.recorder.calls.last else {
            Issue.record("\(server.recorder.calls)")
            return
        }
        #expect(error.code == code)
        #expect(server.recorder.calls.filter { $0 == .ended(7, .sessionClosed) }.count == 1)
    }

    @Test(
        arguments: [
            // WNDINC 0; WNDINC over 2^31-1; DATA after FIN.
            ("000004200000000700000000", MuxErrorCode.protocolError),
            ("00000420000000077fffffff", .flowControl),
            ("0000001100000007 000001100000000778", .streamClosed),
        ]
    )
    func `A stream's violation resets the stream alone`(hex: String, code: MuxErrorCode) throws {
        let server = try Endpoint(.server)
        try server.receive(hex: "0000041200000007 00000001 0000041200000009 00000001" + hex + "000001100000000978")
        #expect(try server.sentFrames() == [.reset(stream: 7, code: code)])
        #expect(server.recorder.calls.filter { $0 == .ended(7, code) }.count == 1)
        #expect(server.recorder.bytes(of: 9) == [0, 0, 0, 1, 0x78])
        #expect(server.connection.openStreams == 1)
    }

    @Test func `More data than the window allows resets the stream, and the whole body is dropped`() throws {
        let server = try Endpoint(.server)
        server.recorder.consumes = false
        try server.receive(hex: "0000041200000007 00000001")
        // 262,141 bytes on a window of 262,140: refused with the first of them, which is not delivered either.
        try server.receive(hex: "03fffd10 00000007 00")
        #expect(try server.sentFrames() == [.reset(stream: 7, code: .flowControl)])
        for _ in 0..<2 { try server.receive([UInt8](repeating: 0, count: 131_070)) }
        try server.receive(hex: "0000041200000009 00000002")
        #expect(server.recorder.bytes(of: 7) == [0, 0, 0, 1])
        #expect(server.recorder.bytes(of: 9) == [0, 0, 0, 2])
        #expect(try server.sentFrames() == [])
    }

    @Test func `A first frame larger than the window never reaches the owner`() throws {
        let server = try Endpoint(.server)
        try server.receive(hex: "04000112 00000007")
        try server.receive([UInt8](repeating: 0, count: 262_145))
        #expect(try server.sentFrames() == [.reset(stream: 7, code: .flowControl)])
        #expect(server.recorder.calls == [])
        #expect(server.connection.openStreams == 0)
    }

    @Test(
        arguments: [
            ("000001100000000978", true), ("0000001000000009", true), ("000001110000000978", true),
            ("0000001100000009", false), ("000004000000000900000006", false), ("000004200000000900000001", false),
        ]
    )
    func `Of an unknown stream only data is answered`(hex: String, isAnswered: Bool) throws {
        let server = try Endpoint(.server)
        try server.receive(hex: hex)
        #expect(try server.sentFrames() == (isAnswered ? [.reset(stream: 9, code: .streamClosed)] : []))
        // Once: what follows was sent before our RST arrived.
        try server.receive(hex: "000001100000000978")
        #expect(try server.sentFrames() == (isAnswered ? [] : [.reset(stream: 9, code: .streamClosed)]))
    }

    @Test func `What was on its way to a stream that we reset is dropped in silence`() throws {
        let server = try Endpoint(.server)
        let stream = try server.open()
        stream.reset(.streamCancelled)
        _ = try server.sent()
        try server.receive(hex: "000001100000000278 0000001100000002 000004000000000200000006")
        #expect(try server.sentFrames() == [])
        #expect(server.recorder.calls == [])
    }

    @Test func `Streams above the limit are refused, until others have ended`() throws {
        var configuration = MuxConnection.Configuration()
        configuration.maxPeerStreams = 2
        let server = try Endpoint(.server, configuration: configuration)
        for id in [3, 5, 7] { try server.receive(hex: "000001120000000\(id)78") }
        #expect(try server.sentFrames() == [.reset(stream: 7, code: .streamRefused)])
        try server.receive(hex: "000001100000000778")
        #expect(try server.sentFrames() == [])
        try server.receive(hex: "000004000000000300000006 000001120000000978")
        #expect(server.recorder.calls.last == .readComplete(9))
        #expect(server.connection.openStreams == 2)
        // Our own streams don't count.
        for _ in 0..<3 { _ = try server.open() }
        #expect(server.connection.openStreams == 5)
    }

    @Test func `A stream that its owner does not take is refused`() throws {
        let server = try Endpoint(.server)
        server.recorder.takesStreams = false
        try server.receive(hex: "000001120000000378 000001100000000378")
        #expect(server.recorder.calls == [.accepted(3)])
        #expect(try server.sentFrames() == [.reset(stream: 3, code: .streamRefused)])
        #expect(server.connection.openStreams == 0)
    }

    @Test func `A peer that provokes answers and reads none is left`() throws {
        let server = try Endpoint(.server)
        server.setWritable(false)
        var id: UInt32 = 3
        while server.connection.isOpen {
            var encoder = FrameEncoder()
            for _ in 0..<1000 {
                encoder.startData(stream: id, length: 0)
                id += 2
            }
            try server.receive(encoder.take())
            try #require(id < 1 << 20, "answers without end")
        }
        #expect(server.recorder.calls == [.over(.violation(.answersUnread))])
        // A frame of 12 bytes for each.
        #expect(Int(id / 2) * 12 > MuxConnection.answersLimit)
        #expect(Int(id / 2) * 12 < MuxConnection.answersLimit + 24_000)
    }
}
