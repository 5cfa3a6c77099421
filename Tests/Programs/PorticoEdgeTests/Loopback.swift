import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Sockets of this machine, for tests that talk to a program.
enum Loopback {
    private static let given = Mutex<Set<Int>>([])

    /// Ports that nobody has, each given once. They are below those that the
    /// kernel gives to outgoing connections, and below those of TCP endpoints.
    static func freePorts(_ count: Int) async throws -> [Int] {
        let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        var ports: [Int] = []
        while ports.count < count {
            let port = Int.random(in: 10_000..<20_000)
            guard Self.given.withLock({ $0.insert(port).inserted }) else { continue }
            // Taken: another one will do.
            guard let channel = try? await bootstrap.bind(host: "127.0.0.1", port: port).get() else { continue }
            try await channel.close()
            ports.append(port)
        }
        return ports
    }

    /// Runs `body` while someone else listens on a port.
    static func withTakenPort<Result>(_ body: (Int) async throws -> Result) async throws -> Result {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0).get()
        let result = try await body(try #require(channel.localAddress?.port))
        try await channel.close()
        return result
    }

    /// Runs `body` with the port of a service that takes connections and bytes and never says a word.
    ///
    /// `arrived` returns when the first bytes have come.
    static func withSilentService<Result>(
        _ body: (_ port: Int, _ arrived: () async throws -> Void) async throws -> Result
    ) async throws -> Result {
        let (bytes, continuation) = AsyncStream.makeStream(of: Void.self)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SilentHandler(arrived: continuation))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result = try await body(try #require(channel.localAddress?.port)) {
            for await _ in bytes { return }
        }
        try await channel.close()
        return result
    }

    /// All that the peer sends until it closes, after `text` was sent to it.
    static func exchange(_ text: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var answer = ByteBuffer()
            for try await var bytes in inbound { answer.writeBuffer(&bytes) }
            return String(buffer: answer)
        }
    }
}

private final class SilentHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let arrived: AsyncStream<Void>.Continuation

    init(arrived: AsyncStream<Void>.Continuation) {
        self.arrived = arrived
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.arrived.yield()
    }
}

/// Gives a folder that is there for `body` alone.
func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "portico-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // A folder that stays is no failure of the test.
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}
