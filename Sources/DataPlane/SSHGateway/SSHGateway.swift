import Addressing
package import EdgeLink
package import Logging
package import Model
package import NIOCore
import NIOConcurrencyHelpers
import NIOPosix
import Preamble
package import Proxy
package import Sessions

/// `ssh -R` in place of an agent: what all connections of an edge's SSH listeners share.
package final class SSHGateway: Sendable {
    /// Each limit closes the connection, or ends the session with a reason.
    package struct Configuration: Sendable {
        /// Private keys as OpenSSH writes them, one for each algorithm at most.
        package var hostKeys: [Secret] = []
        /// Connections that nobody has been let in over yet, of all addresses and of one.
        package var loggingIn = 100
        package var loggingInPerAddress = 10
        /// From the connection to the end of logging in; people type within it.
        package var loginMilliseconds: Int64 = 120_000
        /// From there to a session, a command and a forwarding.
        package var setupMilliseconds: Int64 = 10_000
        /// Silence after which the client is asked whether it is there, and after which it is gone.
        package var keepAliveMilliseconds: Int64 = 15_000
        package var silenceMilliseconds: Int64 = 45_000
        /// How long a client may take to close after it was told the end.
        package var farewellMilliseconds: Int64 = 1_000
        /// Visitors' connections over one session.
        package var streams = 1_000
        /// Bytes for visitors that wait in one session, after which nothing more is read from its client.
        package var heldBytes = 32 << 20

        package init() {}
    }

    let configuration: Configuration
    let region: String
    let control: any ControlPlane
    let logger: Logger
    private let host: SSHHost
    /// Where clients are logged in: what libssh computes for that, and waits for, takes milliseconds.
    let pool: NIOThreadPool
    private let loggingIn = NIOLockedValueBox<[String: Int]>([:])

    /// - Throws: `.sshLibraryMissing`, or `.sshHostKeyUnusable`.
    package init(
        _ configuration: Configuration,
        region: String,
        control: any ControlPlane,
        logger: Logger
    ) throws(Failure) {
        self.configuration = configuration
        self.region = region
        self.control = control
        self.logger = logger
        self.host = try SSHHost(keys: configuration.hostKeys)
        self.pool = NIOThreadPool(numberOfThreads: 4)
        self.pool.start()
    }

    /// The last call.
    package func stop() async {
        // It fails only where it was stopped before.
        try? await self.pool.shutdownGracefully()
    }

    /// Takes over a channel that was just accepted. One that is too many is closed.
    package func accept(_ channel: any Channel, _ agents: LoopAgents, _ proxyLoop: ProxyLoop) throws {
        let address = channel.remoteAddress.flatMap(NetworkAddress.init)
        let name = address.map { "\($0.ip)" } ?? ""
        guard self.enter(name) else {
            proxyLoop.counters.note(.connectionsPerAddress)
            channel.close(promise: nil)
            return
        }
        let connection = SSHConnection(
            gateway: self,
            agents: agents,
            proxyLoop: proxyLoop,
            remoteAddress: address
        ) { [weak self] in self?.leave(name) }
        try connection.install(in: channel)
    }

    func makeWire(_ login: SSHLogin) -> SSHWire? { SSHWire(self.host, login: login) }

    /// - Returns: whether one more may log in from the address; `leave` must follow.
    private func enter(_ address: String) -> Bool {
        self.loggingIn.withLockedValue { counts in
            let here = counts[address, default: 0]
            guard here < self.configuration.loggingInPerAddress,
                counts.values.reduce(0, +) < self.configuration.loggingIn
            else { return false }
            counts[address] = here + 1
            return true
        }
    }

    private func leave(_ address: String) {
        self.loggingIn.withLockedValue { counts in
            guard let count = counts[address] else { return }
            counts[address] = count > 1 ? count - 1 : nil
        }
    }
}
