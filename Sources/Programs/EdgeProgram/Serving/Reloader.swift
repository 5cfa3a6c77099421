import APIServer
import Addressing
import ChallengeDNS
import Control
import Edge
import Logging
import Model
import Settings

/// Reads the configuration and the certificates again while the edge serves.
///
/// All of it is read and checked before anything of it is in force; what cannot be used changes nothing. One reload
/// follows another.
actor Reloader {
    /// The parts of an edge that take up what changes.
    struct Parts: Sendable {
        let edge: Edge
        let control: Control
        /// As the control plane was started; ports and names of it stay.
        let rules: Control.Configuration
        let zone: ChallengeZone?
        let folder: DataFolder
        let names: ServerNames
        let apiCertificate: APICertificate
        let dashboardCertificate: APICertificate
        let apiLimits: APILimits
        let logThreshold: LogThreshold
        let logger: Logger
    }

    private let source: ConfigurationSource
    private let started: EdgeProgramConfiguration.Loaded
    /// What was read last.
    private var applied: EdgeProgramConfiguration.Loaded
    private let parts: Parts
    private var running: Task<ReloadReport, any Error>?

    init(_ source: ConfigurationSource, started: EdgeProgramConfiguration.Loaded, _ parts: Parts) {
        self.source = source
        self.started = started
        self.applied = started
        self.parts = parts
    }

    /// Makes what stands in the configuration now the one in force.
    ///
    /// - Returns: what changed, and what would but needs a restart.
    /// - Throws: what is wrong with it, with file, line and column; everything is as it was then.
    func reload() async throws(Failure) -> ReloadReport {
        do throws(Failure) {
            let report = try await self.inTurn { try await self.reloadNow() }
            self.parts.logger.notice("configuration reloaded", metadata: report.facts)
            for path in report.changes.later {
                self.parts.logger.warning("a changed setting needs a restart", metadata: ["setting": "\(path)"])
            }
            return report
        } catch {
            self.parts.logger.error(
                "configuration is not reloaded; the one before stays in force",
                metadata: ["error.code": "\(error.code.name)", "error": "\(Terminal.text(of: error))"]
            )
            throw error
        }
    }

    /// Reads the certificates again that the configuration in force names, and makes the edge's own anew near its end.
    func renewCertificates() async throws(Failure) {
        _ = try await self.inTurn {
            let applied = await self.applied
            let certificates = try await self.certificates(of: applied.configuration)
            let reload = try EdgeReload(applied.configuration.dataPlane(certificates.served))
            try await self.replaceCertificates(reload, certificates)
            return ReloadReport(SettingChanges(from: applied, startedWith: applied, to: applied), certificates)
        }
    }

    /// Begins `work` when what was begun before is done.
    private func inTurn(
        _ work: @escaping @Sendable () async throws -> ReloadReport
    ) async throws(Failure) -> ReloadReport {
        let before = self.running
        let task = Task {
            _ = await before?.result
            return try await work()
        }
        self.running = task
        do {
            return try await task.value
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.internalError, "The configuration is not reloaded.", detail: "\(error)", cause: error)
        }
    }

    private func reloadNow() async throws(Failure) -> ReloadReport {
        let new = try self.source.load()
        let certificates = try self.certificates(of: new.configuration)
        let edge = try EdgeReload(new.configuration.dataPlane(certificates.served))
        var rules = new.configuration.controlPlane
        rules.acme = try new.configuration.acme.settings(zone: self.parts.zone)
        rules.staticUpstreams = try await new.configuration.staticUpstreams(under: self.parts.rules)

        // Only the first of these can fail: another endpoint may have the URL of an upstream.
        try await self.parts.control.reload(rules)
        try await self.replaceCertificates(edge, certificates)
        let limits = new.configuration.limits
        self.parts.apiLimits.set(callsPerMinute: limits.apiCalls, failuresPerMinute: limits.apiFailures)
        self.parts.logThreshold.set(new.configuration.log.level)
        if let shortage = ProcessLimits.raiseOpenFiles(for: limits.connections) {
            self.parts.logger.warning("fewer files may be open than limits.connections may need", metadata: shortage)
        }
        defer { self.applied = new }
        return ReloadReport(
            SettingChanges(from: self.applied, startedWith: self.started, to: new),
            certificates,
            warnings: new.warnings
        )
    }

    private func certificates(of configuration: EdgeProgramConfiguration) throws(Failure) -> EdgeCertificates {
        let parts = self.parts
        let published = self.started.configuration.published
        let certificates = try EdgeCertificates(
            configuration.tls,
            parts.folder,
            for: parts.names,
            apiHost: published.apiURL?.host.description,
            dashboardHost: published.dashboardURL?.host.description
        )
        // What cannot be used is found now, before anything is replaced.
        _ = try APICertificate(chainPEM: certificates.api.chainPEM, keyPEM: certificates.api.keyPEM)
        _ = try APICertificate(chainPEM: certificates.dashboard.chainPEM, keyPEM: certificates.dashboard.keyPEM)
        return certificates
    }

    private func replaceCertificates(_ reload: EdgeReload, _ certificates: EdgeCertificates) async throws(Failure) {
        await self.parts.edge.apply(reload)
        try self.parts.apiCertificate.replace(
            chainPEM: certificates.api.chainPEM,
            keyPEM: certificates.api.keyPEM
        )
        try self.parts.dashboardCertificate.replace(
            chainPEM: certificates.dashboard.chainPEM,
            keyPEM: certificates.dashboard.keyPEM
        )
    }
}
