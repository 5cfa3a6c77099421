@testable import Mux
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

/// Receivers that call back before they return.
struct ReentrancyTests {
    /// What a receiver does to its stream.
    enum Deed: CaseIterable {
        case write, finish, reset, abort, openAnother, flush, goAway, close
    }

    /// The calls in which it does that.
    enum Moment: CaseIterable {
        case accepted, received, readComplete, end, credit, ended
    }

    @Test(arguments: Moment.allCases, Deed.allCases)
    func `A receiver may do anything in any call`(moment: Moment, deed: Deed) throws {
        let server = try Endpoint(.server)
        var isDone = false
        server.recorder.onCall = { call, stream in
            guard !isDone, let stream, Self.moment(of: call) == moment else { return }
            isDone = true
            Self.perform(deed, on: stream, of: server)
        }
        for read in [
            "0000041200000003 00000001 000004200000000300000008 000002100000000361", "62 0000011100000003 63",
            "000004000000000300000006 0000041200000005 00000002 000004000000000500000006",
        ] {
            try server.receive(hex: read)
        }
        _ = try server.sent()
        #expect(isDone)
        Self.expectOrder(server.recorder.calls)
        if server.connection.isOpen {
            #expect(server.connection.peerStreams == 0)
            #expect(server.connection.unreadBytes == 0)
        }
        _ = try server.channel.finish(acceptAlreadyClosed: true)
        #expect(server.recorder.calls.filter { if case .over = $0 { true } else { false } }.count == 1)
        #expect(server.connection.openStreams == 0)
    }

    @Test func `After its own abort a receiver hears nothing more`() throws {
        let server = try Endpoint(.server)
        server.recorder.onCall = { call, stream in
            if case .received = call { stream?.abort(.streamCancelled) }
        }
        try server.receive(hex: "0000021200000003 01")
        try server.receive(hex: "02 0000011100000003 03 000004000000000300000006")
        #expect(server.recorder.calls == [.accepted(3), .received(3, [1])])
        #expect(
            try server.sentFrames() == [
                .data(3, [], .fin), .reset(stream: 3, code: .streamCancelled), .credit(stream: 3, increment: 1),
            ]
        )
    }

    @Test func `Ending the connection in the midst of a batch drops the rest of it`() throws {
        let server = try Endpoint(.server)
        server.recorder.onCall = { call, stream in
            if case .received(3, _) = call { stream?.connection.close() }
        }
        try server.receive(hex: "000001120000000378 000001120000000578")
        #expect(
            server.recorder.calls == [
                .accepted(3), .received(3, [0x78]), .readComplete(3), .ended(3, .sessionClosed), .over(.local),
            ]
        )
    }

    @Test func `A stream that another's end aborts is not told of its own`() throws {
        let server = try Endpoint(.server)
        let other = Recorder()
        _ = try server.open()
        let second = server.connection.open(receiver: other, first: ByteBuffer(bytes: [0]))
        server.recorder.onCall = { call, _ in
            if case .ended = call { second?.abort(.streamCancelled) }
        }
        _ = try server.channel.finish(acceptAlreadyClosed: true)
        #expect(other.calls == [])
    }

    private static func moment(of call: Recorder.Call) -> Moment? {
        switch call {
        case .accepted: .accepted
        case .received: .received
        case .readComplete: .readComplete
        case .end: .end
        case .credit: .credit
        case .ended: .ended
        case .writability, .over: nil
        }
    }

    private static func perform(_ deed: Deed, on stream: MuxStream, of server: Endpoint) {
        switch deed {
        case .write: stream.write(ByteBuffer(repeating: 1, count: 300_000))
        case .finish: stream.finish(with: ByteBuffer(bytes: [1]))
        case .reset: stream.reset(.internalError)
        case .abort: stream.abort(.streamCancelled)
        case .openAnother: _ = server.connection.open(receiver: server.recorder, first: ByteBuffer(bytes: [1]))
        case .flush: server.connection.flush()
        case .goAway: server.connection.goAway(.noError, debug: "")
        case .close: server.connection.close()
        }
    }

    /// Each stream: accepted first, ended last, nothing twice that may come once.
    private static func expectOrder(_ calls: [Recorder.Call]) {
        for id in [UInt32(3), 5] {
            let ends = calls.indices.filter { if case .ended(id, _) = calls[$0] { true } else { false } }
            #expect(ends.count <= 1)
            let others = calls.indices.filter {
                switch calls[$0] {
                case .received(id, _), .end(id), .credit(id), .readComplete(id): true
                default: false
                }
            }
            if let end = ends.first, let last = others.last { #expect(last < end) }
            #expect(calls.filter { $0 == .end(id) }.count <= 1)
        }
    }
}
