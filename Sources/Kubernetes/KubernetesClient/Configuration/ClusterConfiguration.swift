package import Model

/// Where an API server is, whom it is trusted by, and who asks it.
package struct ClusterConfiguration: Sendable {
    /// `https://host:port`, perhaps with a path, without a slash at its end.
    package let server: String
    package let trust: Trust
    package let credentials: Credentials
    /// The name that the server's certificate is compared with; nil for the host of `server`.
    package var serverName: String?
    /// Where objects are looked for when nobody says where.
    package var namespace = "default"

    package enum Trust: Sendable, Equatable {
        /// The roots of the operating system.
        case system
        /// The certificates of this PEM text, and no others.
        case pem(String)
    }

    package enum Credentials: Sendable {
        case none
        case token(Secret)
        /// A file that others write a new token into from time to time.
        case tokenFile(String)
        /// A chain and its key, both as PEM.
        case certificate(chain: String, key: Secret)
    }

    package init(server: String, trust: Trust, credentials: Credentials) {
        var server = server[...]
        while server.hasSuffix("/") { server.removeLast() }
        self.server = String(server)
        self.trust = trust
        self.credentials = credentials
    }
}

/// What keeps us from asking a cluster.
package struct ClusterConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and where.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
