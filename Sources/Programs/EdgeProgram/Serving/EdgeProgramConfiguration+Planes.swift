import Addressing
import Control
import Edge
import Model
import PolicyEngine
import Proxy
import Settings
import TrafficPolicy

extension EdgeProgramConfiguration {
    /// What the data plane is told.
    func dataPlane(_ certificates: [ServedCertificate]) -> EdgeConfiguration {
        var edge = EdgeConfiguration()
        edge.http = self.listeners.http.map(\.forEdge)
        edge.https = self.listeners.https.map(\.forEdge)
        edge.agents = self.listeners.agents.map(\.forEdge)
        edge.ssh = self.listeners.ssh.map(\.forEdge)
        self.limits.ssh.apply(to: &edge.sshGateway)
        edge.tcpHost = self.tcp.address?.description ?? MachineAddresses.any
        edge.connectHost = self.connectHost.text
        edge.requiresServerName = self.tls.requiresServerName
        edge.region = self.region
        edge.threads = self.threads
        edge.proxy.limits = self.limits.proxy
        edge.proxy.limits.warnsBrowsers = self.warnsBrowsers
        edge.proxy.limits.countedEndpoints = self.metrics.endpoints
        edge.proxy.capture.exchangesPerSecond = self.inspector.exchangesPerSecond
        edge.proxy.capture.heldBytes = self.inspector.heldBytes
        edge.proxy.policy.region = self.region
        edge.proxy.policy.services.expressionErrors = self.policy.expressionErrors
        edge.proxy.policy.services.abuseContact = self.policy.outbound.abuseContact
        edge.proxy.policy.services.bodyBytes = self.policy.bodyBytes
        edge.handshakeMilliseconds = self.limits.handshakeTimeout.milliseconds
        edge.connectionLimit = self.limits.connections
        edge.connectionsPerListener = self.limits.connectionsPerListener
        edge.connectionsPerAddress = self.limits.connectionsPerAddress
        edge.readyCertificates = self.limits.readyCertificates
        edge.memoryBytes = self.limits.memory
        edge.drainDuration = self.drainTimeout
        edge.certificates = certificates
        return edge
    }

    /// What the control plane is told.
    var controlPlane: Control.Configuration {
        let agentPort = self.listeners.agents.first?.port ?? self.publicHTTPSPort ?? 443
        var control = Control.Configuration(
            baseDomains: [self.baseDomain],
            connectAddress: "\(self.connectHost):\(agentPort)"
        )
        control.reservedHosts = [self.connectHost, self.logins.host]
        control.requiresReservations = self.requiresReservations
        control.httpPorts = Self.ports(public: self.publicHTTPPort ?? 80, self.listeners.http)
        control.tlsPorts = Self.ports(public: self.publicHTTPSPort ?? 443, self.listeners.https)
        control.tcpHost = self.published.tcpHost
        control.tcpPorts = self.tcp.ports
        control.legs = self.agentLegs
        control.region = self.region
        control.apiURL = self.published.apiURL.map { "\($0)" } ?? ""
        control.holdTime = self.hold
        control.runnableActions = PolicyProgram.runnable
        control.loginApplications = self.logins.applications
        control.policyLimits.rules = self.policy.rules
        control.policyLimits.actionsPerRule = self.policy.actionsPerRule
        control.policyLimits.expressionsPerRule = self.policy.expressionsPerRule
        control.maximumSessionsPerAccount = self.limits.accountSessions
        control.maximumEndpointsPerAccount = self.limits.accountEndpoints
        return control
    }

    /// The ports by which visitors come, the one in URLs first.
    private static func ports(public port: UInt16, _ listeners: [ListenAddress]) -> [UInt16] {
        [port] + Set(listeners.map(\.port)).subtracting([port]).sorted()
    }
}

extension LimitsConfiguration {
    fileprivate var proxy: ProxyLimits {
        var limits = ProxyLimits()
        limits.headLimits.headBytes = self.headBytes
        limits.headLimits.fields = self.headFields
        limits.headLimits.lineBytes = self.lineBytes
        limits.bodyLimits.trailerBytes = self.trailerBytes
        limits.bodyLimits.chunkExtensionBytes = self.chunkExtensionBytes
        limits.headMilliseconds = self.headTimeout.milliseconds
        limits.bodyIdleMilliseconds = self.bodyIdleTimeout.milliseconds
        limits.slowReaderMilliseconds = self.slowReaderTimeout.milliseconds
        limits.keepAliveMilliseconds = self.keepAliveTimeout.milliseconds
        limits.pipeIdleMilliseconds = self.pipeIdleTimeout.milliseconds
        limits.halfCloseMilliseconds = self.halfCloseGrace.milliseconds
        limits.connectMilliseconds = self.connectTimeout.milliseconds
        limits.lingerMilliseconds = self.lingerTimeout.milliseconds
        limits.bodyBytesPerSecond = self.bodyRate
        limits.bodyRatePeriodMilliseconds = self.bodyRatePeriod.milliseconds
        limits.pipelinedBytes = self.pipelinedBytes
        limits.waitingVisitorsPerPool = self.waitingVisitors
        limits.queuedStreams = self.queuedStreams
        limits.streamQueueMilliseconds = self.queueTimeout.milliseconds
        limits.agentSilenceMilliseconds = self.agentSilence.milliseconds
        limits.loopLagMilliseconds = self.loopLag.milliseconds
        limits.standingQueueSeconds = Double(self.standingQueue.milliseconds) / 1000
        limits.http2Limits = self.http2.limits
        limits.http2IdleMilliseconds = self.http2.idleTimeout.milliseconds
        limits.http2PingAfterMilliseconds = self.http2.pingAfter.milliseconds
        limits.http2PingAnswerMilliseconds = self.http2.pingTimeout.milliseconds
        return limits
    }
}

extension HTTP2LimitsConfiguration {
    fileprivate var limits: HTTP2Limits {
        var limits = HTTP2Limits()
        limits.concurrentStreams = self.streams
        limits.continuationFrames = self.continuationFrames
        limits.emptyFrames = self.emptyFrames
        limits.framesPerSecond = self.framesPerSecond
        limits.resetsPerSecond = self.resetsPerSecond
        limits.queuedFrames = self.queuedFrames
        limits.streamWindow = self.streamWindow
        limits.connectionWindow = self.connectionWindow
        return limits
    }
}

extension ListenAddress {
    fileprivate var forEdge: EdgeConfiguration.ListenAddress { .init(host: self.host, port: self.port) }
}

extension Duration {
    /// Whole milliseconds. Settings are bounded to days, far from where this could overflow.
    var milliseconds: Int64 {
        self.components.seconds * 1000 + self.components.attoseconds / 1_000_000_000_000_000
    }
}
