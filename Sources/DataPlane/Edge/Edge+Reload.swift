package import Model
import Proxy

/// What an edge can be told anew while it serves, checked: certificates, limits, times, and how strict TLS is.
package struct EdgeReload: Sendable {
    let configuration: EdgeConfiguration
    let admission: Admission

    /// - Throws: `Failure` with the certificate that cannot be used.
    package init(_ configuration: EdgeConfiguration) throws(Failure) {
        self.configuration = configuration
        self.admission = try Admission(configuration)
    }
}

extension Edge {
    /// Makes the reload's settings those in force. Connections that are open stay, with the certificate that they began
    /// with; a time that is running for one of them runs out as it was set.
    ///
    /// Listeners, threads, region and what policies are told of the edge stay as they were at the start.
    package func apply(_ reload: EdgeReload) async {
        let new = reload.configuration
        let (policy, observation) = (self.configuration.proxy.policy, self.configuration.proxy.observation)
        self.configuration.proxy = new.proxy
        self.configuration.proxy.policy = policy
        self.configuration.proxy.observation = observation
        self.configuration.certificates = new.certificates
        self.configuration.requiresServerName = new.requiresServerName
        self.configuration.handshakeMilliseconds = new.handshakeMilliseconds
        self.configuration.connectionLimit = new.connectionLimit
        self.configuration.connectionsPerListener = new.connectionsPerListener
        self.configuration.connectionsPerAddress = new.connectionsPerAddress
        self.configuration.readyCertificates = new.readyCertificates
        self.configuration.memoryBytes = new.memoryBytes
        self.configuration.drainDuration = new.drainDuration
        self.limiter.setLimits(new.connectionLimits)
        self.watchMemory()
        await self.onEachLoop { loop in
            loop.admission = reload.admission
            loop.domains.setLimit(new.readyCertificates)
            loop.proxy.setLimits(new.proxy.limits)
        }
    }
}
