import Model
import NIOCore
import NIOPosix
import Settings

/// Whether addresses can be listened on, before anything listens there.
///
/// Every loop of the edge listens on the same port (SO_REUSEPORT), and so would another edge of the same user: half of
/// the visitors would be its. A listener that doesn't share shows whether someone is there.
enum FreePorts {
    /// - Throws: `listenFailed` for the first address that someone has.
    static func check(_ addresses: [ListenAddress]) async throws(Failure) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { group.shutdownGracefully { _ in } }
        let bootstrap = ServerBootstrap(group: group).serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        for address in addresses {
            do {
                try await bootstrap.bind(to: address.socketAddress()).get().close().get()
            } catch {
                throw Failure(listening: address, error)
            }
        }
    }
}
