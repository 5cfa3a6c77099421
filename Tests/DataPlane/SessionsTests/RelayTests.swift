import AgentProtocol
import EdgeLink
import Mux
import NIOCore
import TestSupport
import Testing

@testable import Proxy
@testable import Sessions

/// Visitors on the first loop, the agent on the second.
@Suite(.timeLimit(.minutes(10))) struct RelayTests {
    @Test func `A visitor of another loop is served, and both loops forget the stream`() async throws {
        let (loops, _) = try await EdgeLoop.make(2)
        let agent = try await ConnectedAgent.serving(loops[1])
        let visitor = VisitorSide()
        let stream = try #require(try await loops[0].open(to: agent.id, for: visitor, first: "hello"))
        #expect(try await loops[0].perform { $0.agents.port(for: agent.id)?.isOnThisLoop } == false)
        #expect(try await loops[1].perform { $0.agents.port(for: agent.id)?.isOnThisLoop } == true)
        #expect(await visitor.text(5) == "hello")
        try await loops[0].perform { $0.transports[stream].finish() }
        #expect(await visitor.next() == .receivedEnd)
        #expect(await visitor.next() == .over(.closed))
        #expect(try await agent.perform { $0.upstream.headers.first?.clientAddress } == "192.0.2.1:5")
    }

    @Test(arguments: UInt64(0)..<20)
    func `Bytes come in order, however they are cut and flushed`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let bytes = random.bytes(Int.random(in: 1...100_000, using: &random))
        let pieces = random.pieces(of: bytes, atMost: 20_000)
        let (loops, _) = try await EdgeLoop.make(2)
        let agent = try await ConnectedAgent.serving(loops[1])
        let visitor = VisitorSide()
        let stream = try #require(try await loops[0].open(to: agent.id, for: visitor))
        for piece in pieces {
            try await loops[0].perform { parts in
                parts.transports[stream].write(ByteBuffer(bytes: piece))
                parts.transports[stream].flush()
            }
        }
        #expect(await visitor.bytes(bytes.count) == bytes)
    }

    @Test func `A visitor that does not read stops its agent at the stream's window`() async throws {
        let (loops, _) = try await EdgeLoop.make(2)
        let agent = try await ConnectedAgent.serving(loops[1])
        let total = 2 << 20
        try await agent.perform { $0.upstream.manner = .pour(total) }
        let visitor = VisitorSide()
        let stream = try #require(try await loops[0].open(to: agent.id, for: visitor))
        try await loops[0].perform { parts in
            parts.transports[stream].setReading(false)
            parts.transports[stream].write(ByteBuffer(string: "more"))
        }
        let window = 256 * 1024
        #expect(await visitor.bytes(window).count == window)
        #expect(try await agent.perform { $0.upstream.streams.first?.bytesSent } == window)
        try await loops[0].perform { $0.transports[stream].setReading(true) }
        #expect(await visitor.bytes(total - window).count == total - window)
    }

    @Test func `A writer is stopped by what is on its way, and told when it has arrived`() async throws {
        let (loops, _) = try await EdgeLoop.make(2)
        let agent = try await ConnectedAgent.serving(loops[1])
        let visitor = VisitorSide()
        let stream = try #require(try await loops[0].open(to: agent.id, for: visitor, first: "x"))
        #expect(await visitor.text(1) == "x")
        let wasWritable = try await loops[0].perform { parts -> [Bool] in
            let transport = parts.transports[stream]
            return (0..<3).map { _ in
                transport.write(ByteBuffer(repeating: 0, count: 100 * 1024))
                return transport.isWritable
            }
        }
        #expect(wasWritable == [true, true, false])
        #expect(await visitor.bytes(300 * 1024).count == 300 * 1024)
        #expect(try await loops[0].perform { $0.transports[stream].isWritable })
    }

    @Test(arguments: [1, 2])
    func `A writer is told when an agent takes no more, and when it does again`(loopCount: Int) async throws {
        let (loops, _) = try await EdgeLoop.make(loopCount)
        let agent = try await ConnectedAgent.serving(loops[loopCount - 1])
        let visitor = VisitorSide()
        let stream = try #require(try await loops[0].open(to: agent.id, for: visitor, first: "x"))
        #expect(await visitor.text(1) == "x")
        try await agent.perform { $0.upstream.manner = .stall }
        let count = 512 * 1024
        let isWritable = try await loops[0].perform { parts in
            parts.transports[stream].write(ByteBuffer(repeating: 0, count: count))
            return parts.transports[stream].isWritable
        }
        #expect(!isWritable)
        #expect(await visitor.writabilityChange())
        try await agent.perform { parts in
            parts.upstream.manner = .echo
            parts.upstream.streams[0].consumed(count)
        }
        #expect(await visitor.writabilityChange())
        #expect(try await loops[0].perform { $0.transports[stream].isWritable })
    }

    @Test func `A visit that is given up ends at the agent`() async throws {
        let (loops, _) = try await EdgeLoop.make(2)
        let agent = try await ConnectedAgent.serving(loops[1])
        let visitor = VisitorSide()
        let stream = try #require(try await loops[0].open(to: agent.id, for: visitor, first: "hello"))
        #expect(await visitor.text(5) == "hello")
        try await loops[0].perform { $0.transports[stream].abort() }
        // The loops' mailboxes keep their order: a stream that is opened later comes after the end of this one.
        let next = VisitorSide()
        _ = try await loops[0].open(to: agent.id, for: next, first: "next")
        #expect(await next.text(4) == "next")
        #expect(try await agent.perform { $0.upstream.streams.map(\.isClosed) } == [true, false])
    }

    @Test func `An agent that goes ends the visits from other loops`() async throws {
        let (loops, _) = try await EdgeLoop.make(2)
        let agent = try await ConnectedAgent.serving(loops[1])
        let visitor = VisitorSide()
        _ = try await loops[0].open(to: agent.id, for: visitor, first: "hello")
        #expect(await visitor.text(5) == "hello")
        try await agent.edgeChannel.close()
        #expect(await visitor.end() == .sessionLost)
        let reopened = try await loops[0].open(to: agent.id, for: VisitorSide())
        #expect(reopened == nil)
    }

    @Test func `An agent that goes while a visit is on its way to it leaves no visitor waiting`() async throws {
        let (loops, directory) = try await EdgeLoop.make(2)
        let agent = try await ConnectedAgent.serving(loops[1])
        let entry = try #require(directory.entry(of: agent.id))
        try await agent.edgeChannel.close()
        // As a loop sees it that asked for the connection just before it went.
        directory.add(entry, as: agent.id)
        let visitor = VisitorSide()
        _ = try await loops[0].open(to: agent.id, for: visitor, first: "hello")
        #expect(await visitor.next() == .over(.unreachable("the agent's connection is gone")))
    }

    @Test func `A connection that nobody knows has no port`() async throws {
        let (loops, directory) = try await EdgeLoop.make(2)
        let unknown = ConnectionID(77)
        #expect(try await loops[0].perform { $0.agents.port(for: unknown) == nil })
        #expect(directory.connection(unknown) == nil)
        #expect(directory.makeID() != directory.makeID())
    }
}
