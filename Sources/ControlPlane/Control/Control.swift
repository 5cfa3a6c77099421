package import EdgeLink
package import Foundation
package import Logging
internal import Model
package import Secrets
package import Store

/// The rules of an edge: who may open a session, who may bind which URL, and what every event loop routes by.
///
/// Sessions and the endpoints of agents live here and nowhere else, as long as the process. What is stored are
/// accounts, users and credentials. A change is decided without waiting, then published as a whole new table.
package actor Control: ControlPlane {
    let store: any RecordStore
    let configuration: Configuration
    let keys: SealingKeyring
    let policies: PolicyChecks
    /// What policies name of their accounts. It follows the store while ``run()`` does.
    package nonisolated let references: PolicyReferences
    /// The visitors whom policies have logged in.
    package nonisolated let visitors: VisitorSessions
    /// What the traffic inspector stands on; nil where no traffic is captured.
    package nonisolated let traffic: TrafficInspection?
    /// Where keys are made that take long.
    let workshop = KeyWorkshop()
    let logger: Logger
    let clock: any Clock<Duration>
    let now: @Sendable () -> Date

    var edge: (any EdgeNode)?
    var sessions = SessionRegistry()
    var endpoints = EndpointRegistry()
    var cloud = CloudEndpoints()
    var publication = Publication()
    var restrictions = IPRestrictions()
    var domains = DomainBook()
    var remains = ClearRemains()
    /// Where events of sessions are put.
    let trail = AuditTrail()
    var failedStarts = FailedStarts()
    /// Whether what earlier versions sealed has been bound to its records.
    var sealsAreBound = false
    /// While certificates are obtained.
    var keeper: CertificateKeeper?
    /// How they are, from now on; nil for not at all.
    let authorities = AsyncStream.makeStream(of: ACMESettings?.self, bufferingPolicy: .bufferingNewest(1))
    /// What accounts want captured of their traffic, and how often the edge was told.
    var captures: [ResourceID<AccountKind>: CaptureSettings] = [:]
    var captureRevision: UInt64 = 0
    /// Of the restrictions that the edge was told last.
    var restrictionsRevision: UInt64 = 0
    /// What ends the hold of each endpoint that waits for its agent.
    var holds: [ResourceID<EndpointKind>: Task<Void, Never>] = [:]
    /// What ends the wait for each client that was told to go.
    var departures: [String: Task<Void, Never>] = [:]
    var isDraining = false
    /// How long the endpoints of a session that was lost are kept for it.
    var holdTime: Duration
    /// Whether names and TCP addresses must be reserved before an agent may ask for them.
    var requiresReservations: Bool

    /// `traffic` is what the traffic inspector stands on, `clock` measures holds and patience, `now` is the time of day of cookies and tokens.
    package init(
        store: any RecordStore,
        configuration: Configuration,
        sealingKeys: SealingKeyring,
        logger: Logger,
        traffic: TrafficInspection? = nil,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.configuration = configuration
        self.keys = sealingKeys
        self.traffic = traffic
        self.holdTime = configuration.holdTime
        self.requiresReservations = configuration.requiresReservations
        self.policies = PolicyChecks(configuration)
        self.references = PolicyReferences(keys: sealingKeys)
        self.visitors = VisitorSessions(store: store, keys: sealingKeys)
        self.logger = logger
        self.authorities.continuation.yield(configuration.acme)
        self.clock = clock
        self.now = now
        for upstream in configuration.staticUpstreams where !self.endpoints.insert(upstream) {
            logger.error(
                "static upstream is not served: its URL is in use",
                metadata: ["endpoint.url": "\(upstream.url)"]
            )
        }
    }

    /// Makes `edge` the one that serves. The static upstreams and the cloud endpoints are in force when this returns.
    package func attach(_ edge: any EdgeNode) async {
        self.edge = edge
        await self.bindSeals()
        await self.references.load(from: self.store)
        // Before anything is served that they protect.
        await self.loadRestrictions()
        await self.publishRestrictions()
        await self.loadCaptures()
        await self.loadCertificates()
        await self.loadEndpoints()
        await self.publish()
        self.reportUnservedUpstreams()
    }

    /// From now on new sessions and binds are refused; what runs goes on.
    package func drain() {
        self.isDraining = true
        self.logger.info("draining: no new sessions and endpoints")
    }

    /// Seconds since 1970.
    var seconds: Int64 { Int64(self.now().timeIntervalSince1970) }
}
