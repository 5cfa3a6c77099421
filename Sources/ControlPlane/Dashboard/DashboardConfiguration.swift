package import APIServer
package import Telemetry

/// How the dashboard listens, and what it is told of its surroundings.
package struct DashboardConfiguration: Sendable {
    /// An address literal.
    package var host: String
    /// 0 for any free one.
    package var port: Int
    /// With which it is served: browsers keep the cookie of a session over TLS alone.
    package var certificate: APICertificate
    /// What links in invitations begin with, without a slash at its end; nil for what the request asked for.
    package var publicURL: String?
    /// What commands on pages say.
    package var surroundings = Surroundings()

    /// The size of what a form sends, in bytes. More: 400.
    package var formLimit = 1 << 20
    /// From a request's head to the end of its form. Then: 400.
    package var formTimeout: Duration = .seconds(30)
    /// Without a byte in either direction. Then: closed.
    package var idleTimeout: Duration = .seconds(60)
    /// Connections at the same time; more wait to be accepted.
    package var connectionLimit = 1000
    /// Attempts to sign in that failed, from one address and for one user, within a minute. More: 429.
    package var failuresPerMinute = 10
    /// Pages and streams of changes of one user that are open at the same time.
    package var streamsPerUser = 32
    /// Where people sign in who have no password here; nil for nowhere.
    package var provider: SignInProvider?
    /// The numbers of the edge, as a scraper gets them.
    package var numbers: @Sendable () async -> [MetricFamily] = { [] }

    /// What an edge is called where people type commands.
    package struct Surroundings: Sendable {
        /// `host:port` where agents connect.
        package var connectAddress = ""
        package var baseDomain = ""
        package var region = ""
        /// The file of the authority that agents must trust; nil where everybody trusts the certificate.
        package var authorityFile: String?
        package var apiURL = ""

        package init() {}
    }

    package init(host: String, port: Int, certificate: APICertificate) {
        self.host = host
        self.port = port
        self.certificate = certificate
    }
}
