import NIOCore
import NIOPosix
import Synchronization

/// A cable between an agent and the edge that a test can cut: both ends see their connections end without a farewell, and whoever
/// connects anew is refused.
package final class TestCut: Sendable {
    package let port: UInt16
    private let listener: any Channel
    private let ends: Ends

    private final class Ends: Sendable {
        let channels = Mutex<[any Channel]>([])

        func add(_ channel: any Channel) {
            self.channels.withLock { $0.append(channel) }
        }
    }

    /// A cable to a port of 127.0.0.1.
    package static func to(port: UInt16) async throws -> TestCut {
        let ends = Ends()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { near in
                ends.add(near)
                return ClientBootstrap(group: near.eventLoop)
                    .channelInitializer { far in
                        far.eventLoop.makeCompletedFuture {
                            try far.pipeline.syncOperations.addHandler(Pump(to: near))
                        }
                    }
                    .connect(host: "127.0.0.1", port: Int(port))
                    .flatMapThrowing { far in
                        ends.add(far)
                        try near.pipeline.syncOperations.addHandler(Pump(to: far))
                        try near.syncOptions?.setOption(.autoRead, value: true)
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return TestCut(listener, ends)
    }

    private init(_ listener: any Channel, _ ends: Ends) {
        self.listener = listener
        self.port = UInt16(listener.localAddress?.port ?? 0)
        self.ends = ends
    }

    /// Lets nothing pass any more on the connections that there are, in either direction, and tells neither end; new
    /// connections pass. As a link that was cut and is there again, while TCP waits before it sends again.
    package func freeze() async {
        for channel in self.ends.channels.withLock({ $0 }) {
            // One that is closed passes nothing.
            try? await channel.setOption(.autoRead, value: false).get()
        }
    }

    package func cut() async {
        // Whatever is closed already is cut enough.
        try? await self.listener.close().get()
        for channel in self.ends.channels.withLock({ $0 }) {
            try? await channel.close().get()
        }
    }

    private final class Pump: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let other: any Channel

        init(to other: any Channel) {
            self.other = other
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.other.writeAndFlush(Self.unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            self.other.close(promise: nil)
        }
    }
}
