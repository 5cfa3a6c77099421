package import AgentRuntime
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import Model
import NIOCore
import NIOPosix
import Portico

/// A line of what the page of the status says of the configuration.
package struct WebFact: Sendable, Hashable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// The agent's local web service: the REST API of `spec/agent.md` 7.2, for programs on this machine, and the pages of
/// the inspector (7.3), for people.
package struct WebService: LocalService {
    /// Bytes of a request's body at most.
    static let bodyLimit = 1 << 20
    private static let connectionLimit = 256

    private let address: WebAddress
    private let hosts: [String]
    private let inspector: TrafficInspector
    private let facts: [WebFact]

    /// nil where there shall be none.
    ///
    /// - Parameters:
    ///   - address: where it listens.
    ///   - hosts: under which hosts it answers; empty for those of this machine.
    ///   - inspector: what it tells of.
    ///   - facts: how the agent was configured, without secrets.
    package init?(_ address: WebAddress, hosts: [String], inspector: TrafficInspector, facts: [WebFact] = []) {
        guard address != .none else { return nil }
        self.address = address
        self.hosts = hosts
        self.inspector = inspector
        self.facts = facts
    }

    package func run(_ running: RunningAgent, whenListening: @escaping @Sendable () -> Void) async throws {
        switch self.address {
        case .none: return
        case .at(let host, let port):
            do {
                try await self.serve(running, host, Int(port), whenListening)
            } catch let error as IOError {
                throw Self.failure("\(self.address)", error)
            }
        case .standard:
            let last = Int(WebAddress.standardPort + WebAddress.standardPorts)
            for port in Int(WebAddress.standardPort)..<last {
                do {
                    return try await self.serve(running, "127.0.0.1", port, whenListening)
                } catch let error as IOError where error.errnoCode == EADDRINUSE {
                    continue
                }
            }
            throw Self.failure("\(self.address)", IOError(errnoCode: EADDRINUSE, reason: "bind"))
        }
    }

    private func serve(
        _ running: RunningAgent,
        _ host: String,
        _ port: Int,
        _ whenListening: @escaping @Sendable () -> Void
    ) async throws {
        let isLoopback = host == "localhost" || host == "::1" || host.hasPrefix("127.")
        let rules = HostRules(self.hosts, isLoopback: isLoopback)
        let local = LocalAgent(running: running, inspector: self.inspector, facts: self.facts)
        let shown = host.contains(":") ? "[\(host)]" : host
        let application = Application(
            router: Self.router(local, rules),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionLimit)
            ),
            onServerRunning: { [hosts] channel in
                let port = channel.localAddress?.port ?? port
                running.display.webServiceStarted(at: "\(shown):\(port)", hosts: hosts)
                whenListening()
            },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            logger: Logger(label: "web") { _ in SwiftLogNoOpLogHandler() }
        )
        try await application.run()
    }

    private static func router(_ local: LocalAgent, _ rules: HostRules) -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: CallGate(rules: rules, display: local.running.display))
        StatusRoutes(local: local).add(to: router)
        TunnelRoutes(local: local).add(to: router)
        EndpointRoutes(local: local).add(to: router)
        ExchangeRoutes(local: local).add(to: router)
        InspectorRoutes(local: local).add(to: router)
        PageRoutes().add(to: router)
        return router
    }

    private static func failure(_ address: String, _ error: IOError) -> PorticoError {
        PorticoError(
            .invalidConfiguration,
            code: ErrorCode.usage.name,
            "The local web service cannot listen on \(address): \(String(cString: strerror(error.errnoCode)).lowercased()).",
            remedy: "Give web_addr another address, or false."
        )
    }
}
