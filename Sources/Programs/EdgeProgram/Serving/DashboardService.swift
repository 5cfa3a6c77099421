import APIServer
import Addressing
import Control
import Dashboard
import Logging
import Model
import NIOCore
import ServiceLifecycle
import Settings
import Telemetry

/// The dashboard on one of its addresses. It answers to the end of the drain, so that operators can look and change.
struct DashboardService: Service {
    /// What pages that have begun may take when the edge ends, and browsers that hold one half sent.
    private static let patience = Duration.seconds(5)

    private let address: ListenAddress
    private let server: DashboardServer

    init(
        _ address: ListenAddress,
        _ configuration: DashboardConfiguration,
        control: Control,
        on group: any EventLoopGroup,
        logger: Logger,
        announce: @escaping @Sendable (_ name: String, _ address: String) -> Void
    ) {
        self.address = address
        self.server = DashboardServer(configuration, control: control, on: group, logger: logger) { port in
            announce("dashboard", configuration.publicURL ?? "https://\(address.urlHost):\(port)")
        }
    }

    func run() async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { [server] group in
                group.addTask { try await server.run() }
                group.addTask {
                    // Cancelled when the server ended first.
                    try? await gracefulShutdown()
                    try? await Task.sleep(for: Self.patience)
                }
                try await group.next()
                group.cancelAll()
            }
        } catch let error as IOError {
            throw Failure(listening: self.address, error)
        }
    }
}

extension EdgeProgramConfiguration {
    /// What the dashboard is told of one of its addresses.
    ///
    /// - Parameters:
    ///   - address: where it listens.
    ///   - certificate: with which it is served.
    ///   - authorityFile: that agents must trust; nil where everybody trusts the edge's certificate.
    ///   - numbers: of the edge, as a scraper gets them.
    /// - Returns: with the bounds that were set.
    func dashboard(
        on address: ListenAddress,
        _ certificate: APICertificate,
        authorityFile: String?,
        numbers: @escaping @Sendable () async -> [MetricFamily]
    ) -> DashboardConfiguration {
        var dashboard = DashboardConfiguration(
            host: address.host,
            port: Int(address.port),
            certificate: certificate
        )
        dashboard.publicURL = self.published.dashboardURL?.description
        dashboard.failuresPerMinute = self.limits.signInFailures
        dashboard.numbers = numbers
        let port = self.listeners.agents.first?.port ?? self.publicHTTPSPort ?? 443
        dashboard.surroundings.connectAddress = "\(self.connectHost):\(port)"
        dashboard.surroundings.baseDomain = self.baseDomain.text
        dashboard.surroundings.region = self.region
        dashboard.surroundings.authorityFile = authorityFile
        dashboard.surroundings.apiURL = self.apiURLForPeople
        return dashboard
    }

    /// What links to the dashboard begin with, for someone on this machine where it has no name of its own; nil where
    /// nothing listens for it.
    package var dashboardOrigin: String? {
        if let url = self.published.dashboardURL { return url.description }
        return self.listeners.dashboard.first.map { "https://\($0.urlHost):\($0.port)" }
    }

    /// Where people call the API; empty where it does not listen.
    private var apiURLForPeople: String {
        if let url = self.published.apiURL { return url.description }
        guard let address = self.listeners.api.first(where: { $0.port != 0 }) else { return "" }
        return "\(address.isLoopback ? "http" : "https")://\(address.urlHost):\(address.port)"
    }
}
