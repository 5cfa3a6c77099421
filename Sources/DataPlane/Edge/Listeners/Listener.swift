import Model
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#endif

/// An open listener: one socket for each event loop that accepts on it, all on one port.
struct Listener: Sendable {
    let channels: [any Channel]
    let port: UInt16

    /// Opens a listener on every loop of `loops` (SO_REUSEPORT), each keeping what it accepts.
    static func open(
        _ address: EdgeConfiguration.ListenAddress,
        on loops: [NIOLoopBound<EdgeLoop>],
        accept: @escaping @Sendable (EdgeLoop, any Channel) throws -> Void
    ) async throws -> Listener {
        var channels: [any Channel] = []
        var port = address.port
        do {
            for loop in loops {
                let channel = try await Self.bootstrap(group: loop.eventLoop, children: loop.eventLoop)
                    .serverChannelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
                    .childChannelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture { try accept(loop.value, channel) }
                    }
                    .bind(to: Self.socketAddress(address, port: port)).get()
                channels.append(channel)
                // The system chose a port for the first; the others join it.
                port = UInt16(channel.localAddress?.port ?? Int(port))
            }
        } catch {
            await Listener(channels: channels, port: port).close()
            throw Self.failure(address, error)
        }
        return Listener(channels: channels, port: port)
    }

    /// Opens one socket whose connections go to the loops in turn: an agent that opens several connections one
    /// behind another gets one on each loop.
    static func openSpread(
        _ address: EdgeConfiguration.ListenAddress,
        on loops: [NIOLoopBound<EdgeLoop>],
        group: MultiThreadedEventLoopGroup,
        accept: @escaping @Sendable (EdgeLoop, any Channel) throws -> Void
    ) async throws -> Listener {
        let byLoop = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) })
        do {
            let channel = try await Self.bootstrap(group: loops[0].eventLoop, children: group)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        guard let loop = byLoop[ObjectIdentifier(channel.eventLoop)] else {
                            throw ChannelError.ioOnClosedChannel
                        }
                        try accept(loop.value, channel)
                    }
                }
                .bind(to: Self.socketAddress(address, port: address.port)).get()
            return Listener(channels: [channel], port: UInt16(channel.localAddress?.port ?? Int(address.port)))
        } catch {
            throw Self.failure(address, error)
        }
    }

    func close() async {
        for channel in self.channels {
            // It fails only where it is closed already.
            try? await channel.close().get()
        }
    }

    private static func bootstrap(group: any EventLoopGroup, children: any EventLoopGroup) -> ServerBootstrap {
        ServerBootstrap(group: group, childGroup: children)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.tcpOption(.init(rawValue: TCP_NOTSENT_LOWAT)), value: Self.unsentBytes)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.writeBufferWaterMark, value: Self.writeMarks)
    }

    /// An answer of 64 KiB with its head fits, as it comes from one read of an upstream: with NIO's own 64 KiB each such
    /// answer stopped the reading of its upstream and started it again, which are two calls of the system.
    private static let writeMarks = ChannelOptions.Types.WriteBufferWaterMark(low: 32 * 1024, high: 96 * 1024)

    /// What the kernel takes for a visitor before it can send it. Its own bound is 4 MiB for each connection: a few hundred
    /// visitors who do not read, and all of the machine's connections are slowed for want of the kernel's memory.
    /// Set on the socket that listens: those accepted from it have it too.
    private static let unsentBytes: ChannelOptions.Types.SocketOption.Value = 256 * 1024

    private static func socketAddress(
        _ address: EdgeConfiguration.ListenAddress,
        port: UInt16
    ) throws -> SocketAddress {
        try SocketAddress(ipAddress: address.host, port: Int(port))
    }

    private static func failure(_ address: EdgeConfiguration.ListenAddress, _ error: any Error) -> Failure {
        let reason =
            switch error {
            case let error as IOError where error.errnoCode == EADDRINUSE: "another process has the port"
            case let error as IOError where error.errnoCode == EACCES: "this user may not open the port"
            case let error as IOError where error.errnoCode == EADDRNOTAVAIL: "this machine has no such address"
            default: "\(error)"
            }
        return Failure(.listenFailed, "Cannot listen on \(address): \(reason).", detail: "\(error)", cause: error)
    }
}
