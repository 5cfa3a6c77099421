package import Model
package import Proxy
package import SSHGateway
import Telemetry

/// What an edge needs to know before it starts; checked and complete.
package struct EdgeConfiguration: Sendable {
    /// Where a listener listens: an address literal and a port; port 0 lets the system choose.
    package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
        package let host: String
        package let port: UInt16

        package init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }

        package var description: String {
            self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
        }
    }

    /// Plain HTTP for visitors.
    package var http: [ListenAddress] = []
    /// HTTPS and TLS endpoints for visitors, told apart by SNI, and agents that name `connectHost`.
    package var https: [ListenAddress] = []
    /// Agents alone.
    package var agents: [ListenAddress] = []
    /// `ssh -R` in an agent's place.
    package var ssh: [ListenAddress] = []
    package var sshGateway = SSHGateway.Configuration()
    /// The address on which TCP endpoints are opened.
    package var tcpHost = "127.0.0.1"
    /// The name by which agents ask for their listener on the HTTPS port.
    package var connectHost = ""
    /// Whether a TLS visitor that names no host is refused (`spec/endpoints.md` 9.2). Where it is not, it gets the
    /// default certificate.
    package var requiresServerName = true
    /// Told to agents that ask (SrvInfo).
    package var region = "local"
    /// Event loops; 0 for one for each core.
    package var threads = 0
    package var proxy = ProxyConfiguration()
    /// TLS handshake of a visitor or an agent, from accept to its end.
    package var handshakeMilliseconds: Int64 = 10_000
    /// Visitors' connections of the whole edge, of one listener and of one IP address; more are closed at once, and of the
    /// last twentieth requests are answered with 503.
    package var connectionLimit = 50_000
    package var connectionsPerListener = 10_000
    package var connectionsPerAddress = 256
    /// Certificates of domains that each event loop has ready; one more, and those that nobody asks for are forgotten.
    package var readyCertificates = 2000
    /// Bytes that the process may hold; near them new requests are refused, and then connections. Nil for any number.
    package var memoryBytes: Int?
    /// What it holds now; nil where nobody knows.
    package var residentBytes: @Sendable () -> Int? = { ProcessUsage.residentBytes() }
    /// How long a drain waits for what is under way.
    package var drainDuration = Duration.seconds(60)
    package var certificates: [ServedCertificate] = []

    package init() {}
}

/// A certificate chain with its key, and the names that it is served for.
package struct ServedCertificate: Sendable {
    /// Host names, exact or with `*.` in front. Of two certificates with the same name the first is served.
    package let names: [String]
    /// PEM, the leaf first.
    package let chainPEM: String
    package let keyPEM: Secret
    /// Whether it is served where no name fits; where none is marked, the first is.
    package let isDefault: Bool

    package init(names: [String], chainPEM: String, keyPEM: Secret, isDefault: Bool = false) {
        self.names = names
        self.chainPEM = chainPEM
        self.keyPEM = keyPEM
        self.isDefault = isDefault
    }
}

extension EdgeConfiguration {
    var connectionLimits: ConnectionLimiter.Limits {
        .init(
            total: self.connectionLimit,
            perListener: self.connectionsPerListener,
            perAddress: self.connectionsPerAddress
        )
    }
}
