import APIServer
import Addressing
import Certificates
import Control
import Dashboard
import Edge
import EventDelivery
import Events
import Firewall
import Foundation
import Logging
package import Model
import NIOPosix
import PolicyEngine
import Proxy
import SSHGateway
import SSHKeys
import Secrets
import ServiceLifecycle
import Settings
import Telemetry

/// A whole edge in this process: opens what the data folder holds, and runs until a signal ends it.
package struct EdgeServer {
    private let source: ConfigurationSource
    private let loaded: EdgeProgramConfiguration.Loaded
    private let logger: Logger
    private let logThreshold: LogThreshold

    private var configuration: EdgeProgramConfiguration { self.loaded.configuration }

    /// - Parameters:
    ///   - loaded: the configuration to start with.
    ///   - source: where it came from, and is read again.
    package init(_ loaded: EdgeProgramConfiguration.Loaded, from source: ConfigurationSource) {
        self.source = source
        self.loaded = loaded
        let log = loaded.configuration.log
        let threshold = LogThreshold(log.level)
        self.logThreshold = threshold
        self.logger = Logger(label: "portico-edge") { label in
            LineLogHandler(label: label, log, threshold: threshold, write: Terminal.log)
        }
    }

    /// Serves until SIGTERM or SIGINT, and returns when all that was under way has ended or the drain is over.
    ///
    /// - Throws: what keeps the edge from starting, or ends it; nothing is open then.
    package func run() async throws(Failure) {
        ProcessLimits.forbidCoreDumps()
        ProcessLimits.ignoreBrokenPipes()
        ProcessLimits.ignoreHangUps()
        let shortage = ProcessLimits.raiseOpenFiles(for: self.configuration.limits.connections)

        let folder = DataFolder(self.configuration.dataFolder)
        let store = try await StoreLocation(self.configuration).open()
        let lock = try ServeLock(folder)
        defer { withExtendedLifetime(lock) {} }
        let keys = try SealingKeys(self.configuration).open()
        lock.note(sealingKey: keys.currentID)
        let names = ServerNames(self.configuration)
        let certificates = try EdgeCertificates(
            self.configuration.tls,
            folder,
            for: names,
            apiHost: self.configuration.published.apiURL?.host.description,
            dashboardHost: self.configuration.published.dashboardURL?.host.description
        )
        let apiCertificate = try APICertificate(
            chainPEM: certificates.api.chainPEM,
            keyPEM: certificates.api.keyPEM
        )
        let dashboardCertificate = try APICertificate(
            chainPEM: certificates.dashboard.chainPEM,
            keyPEM: certificates.dashboard.keyPEM
        )

        var dataPlane = self.configuration.dataPlane(certificates.served)
        dataPlane.proxy.policy.addresses = try self.configuration.policy.addresses(self.logger)
        let requester = try self.configuration.policy.outbound.requester()
        dataPlane.proxy.policy.services.requester = requester
        let firewall = Firewall(self.configuration.policy.firewall.firewall)
        dataPlane.proxy.policy.services.firewall = firewall
        if !self.configuration.listeners.ssh.isEmpty {
            let keys = try SSHHostKeys(folder).load()
            dataPlane.sshGateway.hostKeys = keys.map(\.key.text)
            for entry in keys { Terminal.say("ssh key    \(entry.key.publicKey.fingerprint)") }
        }
        let events = EventQueue()
        if self.configuration.log.traffic != .none { dataPlane.proxy.policy.events = events }
        dataPlane.proxy.policy.tellsAll = self.configuration.log.traffic == .judged
        let observers = try Observers(self.configuration, logger: self.logger)
        dataPlane.proxy.observation = observers.observation
        var rules = self.configuration.controlPlane
        let delivery = try self.configuration.eventDelivery(store, keys, live: rules.liveEvents, logger: self.logger)
        dataPlane.proxy.observation.subscribers = delivery.intake
        rules.courier = delivery
        rules.problemOfAction = firewall.problem
        rules.problemOfIssuer = ProviderProbe(requester).asking(on: MultiThreadedEventLoopGroup.singleton)
        rules.staticUpstreams = try await self.configuration.staticUpstreams(under: rules)
        let zone = self.configuration.acme.makeZone()
        rules.acme = try self.configuration.acme.settings(zone: zone)
        let traffic = try self.configuration.inspector.inspection(in: folder, keys, policy: dataPlane.proxy.policy)
        dataPlane.proxy.capture.queue = traffic?.queue
        let control = Control(
            store: store,
            configuration: rules,
            sealingKeys: keys,
            logger: self.logger,
            traffic: traffic
        )
        let directory = PolicyDirectory(references: control.references)
        dataPlane.proxy.policy.services.secrets = directory
        dataPlane.proxy.policy.services.ipPolicies = directory
        dataPlane.proxy.policy.services.authorities = directory
        let logins = self.configuration.logins.services(
            keys,
            port: self.configuration.publicHTTPSPort,
            control.visitors
        )
        control.visitors.onEnd { id in
            if let id { logins.sessions.end(id) } else { logins.sessions.forget() }
        }
        dataPlane.proxy.policy.services.logins = logins
        let edge = Edge(configuration: dataPlane, logger: self.logger)
        let readiness = Readiness()
        let announce = { @Sendable (name: String, address: String) in
            Terminal.say("\(name.padding(toLength: 11, withPad: " ", startingAt: 0))\(address)")
        }
        try await FreePorts.check(self.configuration.listeners.api + self.configuration.listeners.dashboard)
        let management = try await ManagementService.open(
            self.configuration.listeners.management,
            readiness: readiness,
            store: store,
            metrics: {
                await edge.metrics() + observers.metrics(beside: events, delivery) + ProcessUsage.now().families
                    + firewall.numbers.families
                    + [await control.certificateJobs()?.family].compactMap(\.self)
                    + (await traffic?.families() ?? [])
            }
        )
        for address in management.addresses { announce("management", address) }
        var answering: [any Service] = []
        if let zone, let listeners = self.configuration.acme.zone?.listeners {
            answering.append(try await ChallengeDNSService.open(zone, on: listeners))
        }
        let apiLimits = APILimits(
            callsPerMinute: self.configuration.limits.apiCalls,
            failuresPerMinute: self.configuration.limits.apiFailures
        )
        let apis = self.apis(control, apiLimits, apiCertificate, announce)
        let provider = try self.configuration.signIn.makeProvider()
        let authorityFile = self.configuration.tls.certificates.isEmpty ? folder.certificates.authorityFile : nil
        let dashboards = self.configuration.listeners.dashboard.map { address in
            let settings = self.configuration.dashboard(
                on: address,
                dashboardCertificate,
                authorityFile: authorityFile,
                provider: provider,
                numbers: { await edge.metrics() }
            )
            let server = DashboardServer(
                settings,
                control: control,
                on: MultiThreadedEventLoopGroup.singleton,
                logger: self.logger
            ) { port in announce("dashboard", settings.publicURL ?? "https://\(address.urlHost):\(port)") }
            return ListeningService(on: address) { try await server.run() }
        }
        let reloader = Reloader(
            self.source,
            started: self.loaded,
            Reloader.Parts(
                edge: edge,
                control: control,
                rules: rules,
                zone: zone,
                folder: folder,
                names: names,
                apiCertificate: apiCertificate,
                dashboardCertificate: dashboardCertificate,
                apiLimits: apiLimits,
                logThreshold: self.logThreshold,
                logger: self.logger
            )
        )
        // Shut down from the last to the first: visitors before health checks, and signals are heard to the end.
        try await Self.run(reloader, logger: self.logger) {
            let log = TrafficLogService(queue: events, logger: self.logger, write: Terminal.log)
            let heap = HeapService(logger: self.logger)
            let sending = EventDeliveryService(delivery: delivery)
            let inspecting = traffic.map { InspectorService(traffic: $0, logger: self.logger) }.map { [$0] } ?? []
            let first: [any Service] = [management, sending, log, heap] + inspecting
            let last: [any Service] = first + observers.services + answering + apis + dashboards
            return last + [
                ControlService(control: control),
                CertificateService(reloader: reloader, logger: self.logger),
                EdgeService(
                    edge: edge,
                    control: control,
                    listeners: self.configuration.listeners,
                    readiness: readiness,
                    announce: announce,
                    whenServing: { [logger] in
                        StartupCode.release()
                        guard let shortage else { return }
                        logger.warning("fewer files may be open than limits.connections may need", metadata: shortage)
                    }
                ),
                ReloadService(folder: folder, reloader: reloader, logger: self.logger),
            ]
        }
        self.logger.info("edge ended")
    }

    /// The REST API on each of its addresses.
    private func apis(
        _ control: Control,
        _ limits: APILimits,
        _ certificate: APICertificate,
        _ announce: @escaping @Sendable (_ name: String, _ address: String) -> Void
    ) -> [ListeningService] {
        self.configuration.listeners.api.map { address in
            let settings = self.configuration.api(on: address, certificate)
            let scheme = settings.certificate == nil ? "http" : "https"
            let server = APIServer(
                settings,
                limits: limits,
                control: control,
                on: MultiThreadedEventLoopGroup.singleton,
                logger: self.logger
            ) { port in announce("api", "\(scheme)://\(address.urlHost):\(port)") }
            return ListeningService(on: address) { try await server.run() }
        }
    }

    private static func run(
        _ reloader: Reloader,
        logger: Logger,
        _ services: () -> [any Service]
    ) async throws(Failure) {
        let signals = SignalService {
            // It says itself, in the log, what is wrong.
            _ = try? await reloader.reload()
        }
        let group = ServiceGroup(services: [signals] + services(), logger: logger)
        signals.onFirstSignal { await group.triggerGracefulShutdown() }
        do {
            try await group.run()
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.listenFailed, "The edge ended: \(error)", detail: "\(error)", cause: error)
        }
    }
}
