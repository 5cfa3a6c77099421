import Edge
import EdgeTestSupport
import NIOCore
import Portico
import Proxy
import Testing

/// A service that takes nothing stops its visitor; the edge keeps no more than what is on its way.
@Suite(.timeLimit(.minutes(1))) struct SlowServiceTests {
    private static let bodyBytes = 128 << 20
    /// Between a visitor and a service that reads nothing: sockets, windows and what waits for them.
    private static let mostBytes = 32 << 20

    @Test(arguments: Way.allCases)
    func `A body that nobody takes stays with its visitor`(_ way: Way) async throws {
        try await way.with { connection in
            _ = try await connection.read(until: "\r\n\r\n")
            try await connection.channel.closeFuture.get()
        } edge: {
            $0.edge.proxy.limits.pipeIdleMilliseconds = 1_000
        } _: { edge in
            let visitor = try await edge.visit()
            let sent = await Self.send(over: visitor)
            #expect(sent > 0 && sent < Self.mostBytes, "\(sent)")
            await visitor.close()
        }
    }

    /// - Returns: how many bytes the edge took until it gave the visit up, or until all were sent.
    private static func send(over visitor: TestConnection) async -> Int {
        let piece = ByteBuffer(repeating: UInt8(ascii: "a"), count: 64 * 1024)
        var sent = 0
        do {
            try await visitor.write(request("POST /", "Content-Length: \(Self.bodyBytes)\r\n"))
            while sent < Self.bodyBytes {
                try await visitor.write(piece)
                sent += piece.readableBytes
            }
        } catch {
            // The edge closed the connection.
        }
        return sent
    }
}
