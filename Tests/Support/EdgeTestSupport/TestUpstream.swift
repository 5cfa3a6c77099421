import NIOCore
import NIOPosix

/// A service for endpoints to forward to: a real listener on 127.0.0.1 whose connections a closure serves.
package struct TestUpstream: Sendable {
    package let port: UInt16
    private let channel: any Channel

    /// Runs `body` beside a service; each of its connections is given to `serve` and closed when that returns.
    /// It listens at `port`, or at any that is free.
    package static func with<Result>(
        port: UInt16 = 0,
        _ serve: @escaping @Sendable (TestConnection) async throws -> Void,
        _ body: (TestUpstream) async throws -> Result
    ) async throws -> Result {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = try TestConnection.install(in: channel)
                    Task {
                        // A visitor that is gone ends the service of its connection, no more.
                        try? await serve(connection)
                        await connection.close()
                    }
                }
            }
            .bind(host: "127.0.0.1", port: Int(port)).get()
        let upstream = TestUpstream(port: UInt16(channel.localAddress?.port ?? 0), channel: channel)
        do {
            let result = try await body(upstream)
            try await channel.close().get()
            return result
        } catch {
            try? await channel.close().get()
            throw error
        }
    }

    /// Answers every request with its own head as the body.
    package static func echoHead(_ connection: TestConnection) async throws {
        while true {
            let head = try await connection.read(until: "\r\n\r\n")
            try await connection.write(
                "HTTP/1.1 200 OK\r\nContent-Length: \(head.utf8.count)\r\nX-Upstream: test\r\n\r\n\(head)"
            )
        }
    }

    /// Sends back what it gets, and ends when the visitor does.
    package static func echo(_ connection: TestConnection) async throws {
        while let bytes = try await connection.next() { try await connection.write(bytes) }
        try await connection.finish()
    }
}
