import Addressing
import Model
import NIOCore
import NIOHTTP1
import NIOPosix
import Settings

/// The listener for health checks and scrapers: plain HTTP/1.1, one request a connection, no traffic of visitors.
struct ManagementListener {
    /// A peer that neither sends nor takes anything for so long is closed.
    private static let patience = TimeAmount.seconds(10)

    private let channels: [any Channel]

    /// Where it listens; a port that was 0 is the one that was free.
    var addresses: [String] {
        self.channels.compactMap { channel in
            channel.localAddress.flatMap { address in
                address.ipAddress.map { ip in
                    ip.contains(":") ? "[\(ip)]:\(address.port ?? 0)" : "\(ip):\(address.port ?? 0)"
                }
            }
        }
    }

    /// Opens all of `addresses`.
    ///
    /// - Throws: `listenFailed` for the first that can't be; none is open then.
    static func open(
        _ addresses: [ListenAddress],
        on group: any EventLoopGroup,
        questions: ManagementQuestions
    ) async throws(Failure) -> ManagementListener {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(IdleStateHandler(allTimeout: Self.patience))
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(HealthHandler(questions))
                }
            }
        var channels: [any Channel] = []
        for address in addresses {
            do {
                channels.append(try await bootstrap.bind(to: address.socketAddress()).get())
            } catch {
                await ManagementListener(channels: channels).close()
                throw Failure(listening: address, error)
            }
        }
        return ManagementListener(channels: channels)
    }

    func close() async {
        for channel in self.channels {
            // It fails only where it is closed already.
            try? await channel.close().get()
        }
    }
}

extension ListenAddress {
    func socketAddress() throws -> SocketAddress {
        try SocketAddress(ipAddress: self.host, port: Int(self.port))
    }

    /// The address literal to bind to. Every address is `::`, which takes IPv4 too, where the machine has IPv6.
    var host: String {
        switch self {
        case .any: MachineAddresses.any
        case .address(let address): "\(address.ip)"
        }
    }
}

/// What this machine can bind to.
enum MachineAddresses {
    /// `::`, or `0.0.0.0` on a machine without IPv6.
    static let any: String = {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return "0.0.0.0" }
        defer { close(descriptor) }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
        return isBound ? "::" : "0.0.0.0"
    }()
}

extension Failure {
    init(listening address: ListenAddress, _ error: any Error) {
        let reason =
            switch (error as? IOError)?.errnoCode {
            case EADDRINUSE: "another process has the port"
            case EACCES: "this user may not open the port"
            case EADDRNOTAVAIL: "this machine has no such address"
            default: "\(error)"
            }
        self.init(.listenFailed, "Cannot listen on \(address): \(reason)", detail: "\(error)", cause: error)
    }
}
