import AgentProtocol
import Mux
import NIOCore
import Portico
import Testing

/// Connections that an application serves itself.
@Suite(.timeLimit(.minutes(1)))
struct ListenerTests {
    /// Runs `body` with a TCP listener and the name of its bind.
    static func withListener(_ body: (Listener, TestServer, String) async throws -> Void) async throws {
        try await AgentTests.withAgent { agent, server in
            let listener = try await agent.listen(EndpointOptions(scheme: .tcp))
            try await body(listener, server, server.lastBindID())
        }
    }

    @Test func `A visitor's connection comes out with its address, and carries bytes both ways`() async throws {
        try await Self.withListener { listener, server, bindID in
            let visitor = try await server.visit(bindID, from: "192.0.2.7:4711", first: "hello")
            var connections = listener.makeAsyncIterator()
            let connection = try #require(try await connections.next())
            #expect(connection.remoteAddress == "192.0.2.7:4711")
            #expect(try await connection.read() == ByteBuffer(string: "hello"))
            try await connection.write(ByteBuffer(string: "good"))
            #expect(await visitor.read(4) == "good")
            visitor.finish()
            #expect(try await connection.read() == nil)
            try await connection.write(ByteBuffer(string: " day"))
            connection.finish()
            #expect(await visitor.readAll() == (" day", .end))
        }
    }

    @Test func `A writer waits while the visitor takes nothing`() async throws {
        try await Self.withListener { listener, server, bindID in
            let visitor = try await server.visit(bindID)
            var connections = listener.makeAsyncIterator()
            let connection = try #require(try await connections.next())
            let chunk = ByteBuffer(repeating: 0x78, count: 65_536)
            // The window is 256 KiB: the write that finds it full waits.
            let (written, continuation) = AsyncStream.makeStream(of: Int.self)
            let writer = Task {
                for count in 1...8 {
                    try await connection.write(chunk)
                    continuation.yield(count)
                }
                connection.finish()
                continuation.finish()
            }
            for await count in written where count == 3 { break }
            let (text, end) = await visitor.readAll()
            try await writer.value
            #expect(text.utf8.count == 8 * 65_536)
            #expect(end == .end)
        }
    }

    @Test func `A visitor that goes away ends a read`() async throws {
        try await Self.withListener { listener, server, bindID in
            let visitor = try await server.visit(bindID)
            var connections = listener.makeAsyncIterator()
            let connection = try #require(try await connections.next())
            async let read = connection.read()
            visitor.abort()
            // The abort begins with FIN: the reader may see an end or a cut.
            if let bytes = try? await read { Issue.record("read \(bytes)") }
        }
    }

    @Test func `A connection that is let go of is cut`() async throws {
        try await Self.withListener { listener, server, bindID in
            let visitor = try await server.visit(bindID)
            var connections = listener.makeAsyncIterator()
            _ = try await connections.next()
            let end = await visitor.readAll().end
            #expect(end == .reset(.streamReset))
        }
    }

    @Test func `Closing a listener ends its sequence`() async throws {
        try await Self.withListener { listener, _, _ in
            await listener.close()
            var connections = listener.makeAsyncIterator()
            let next = try await connections.next()
            #expect(next == nil)
        }
    }

    @Test func `A listener that the edge stops throws`() async throws {
        try await Self.withListener { listener, server, bindID in
            try await server.withSession { $0.stopTunnel(.init(id: bindID, message: "Enough.", errorCode: "")) }
            var connections = listener.makeAsyncIterator()
            await #expect(throws: PorticoError.self) { _ = try await connections.next() }
        }
    }

    @Test func `Visitors beyond the backlog are refused`() async throws {
        try await Self.withListener { listener, server, bindID in
            var visitors: [Visitor] = []
            for _ in 0..<Listener.backlog { visitors.append(try await server.visit(bindID)) }
            let last = try await server.visit(bindID)
            #expect(await last.readAll().end == .reset(.acceptQueueFull))
            withExtendedLifetime(listener) {}
        }
    }
}
