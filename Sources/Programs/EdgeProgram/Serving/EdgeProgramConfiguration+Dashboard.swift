import APIServer
import Addressing
import Dashboard
import Settings
import Telemetry

extension EdgeProgramConfiguration {
    /// What the dashboard is told of one of its addresses.
    ///
    /// - Parameters:
    ///   - address: where it listens.
    ///   - certificate: with which it is served.
    ///   - authorityFile: that agents must trust; nil where everybody trusts the edge's certificate.
    ///   - provider: where people sign in beside it; nil for nowhere.
    ///   - numbers: of the edge, as a scraper gets them.
    /// - Returns: with the bounds that were set.
    func dashboard(
        on address: ListenAddress,
        _ certificate: APICertificate,
        authorityFile: String?,
        provider: SignInProvider?,
        numbers: @escaping @Sendable () async -> [MetricFamily]
    ) -> DashboardConfiguration {
        var dashboard = DashboardConfiguration(
            host: address.host,
            port: Int(address.port),
            certificate: certificate
        )
        dashboard.publicURL = self.published.dashboardURL?.description
        dashboard.failuresPerMinute = self.limits.signInFailures
        dashboard.provider = provider
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
