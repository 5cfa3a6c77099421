import Addressing
import ChallengeDNS
import Model
import NIOCore
import NIOPosix
import ServiceLifecycle
import Settings

/// Answers DNS for the zone to which owners of domains point.
struct ChallengeDNSService: Service {
    private let servers: [ChallengeServer]

    /// Opens its listeners before anything else starts, so that a port that someone has is all there is to tell.
    ///
    /// - Throws: `listenFailed`.
    static func open(_ zone: ChallengeZone, on addresses: [ListenAddress]) async throws(Failure) -> Self {
        var servers: [ChallengeServer] = []
        do throws(Failure) {
            for address in addresses {
                servers.append(
                    try await ChallengeServer.open(
                        zone,
                        host: address.host,
                        port: Int(address.port),
                        on: MultiThreadedEventLoopGroup.singleton
                    )
                )
            }
        } catch {
            for server in servers { await server.close() }
            throw error
        }
        return Self(servers: servers)
    }

    func run() async throws {
        // Cancelled or asked to end: it ends.
        try? await gracefulShutdown()
        for server in self.servers { await server.close() }
    }
}
