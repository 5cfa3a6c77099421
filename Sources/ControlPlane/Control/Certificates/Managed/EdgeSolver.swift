import ACME
import Addressing
import ChallengeDNS
import EdgeLink

/// Makes answers to challenges visible: on the edge itself, in its zone, or in DNS by a program of the operator's.
actor EdgeSolver: ChallengeSolver {
    private let settings: ACMESettings
    private let target: @Sendable (_ name: String) async throws -> HostName?
    private let publish: @Sendable (ChallengeAnswers) async -> Void
    private(set) var revision: UInt64
    private var files: [HostName: [String: String]] = [:]
    private var certificates: [HostName: DomainCertificate.KeyPair] = [:]

    /// - Parameters:
    ///   - settings: say what may be used.
    ///   - revision: of the last answers that the edge was told, by this one or another.
    ///   - target: to which name of the zone the owner of a wildcard below `name` points.
    ///   - publish: returns when the edge answers so.
    init(
        _ settings: ACMESettings,
        after revision: UInt64,
        target: @escaping @Sendable (_ name: String) async throws -> HostName?,
        publish: @escaping @Sendable (ChallengeAnswers) async -> Void
    ) {
        self.settings = settings
        self.revision = revision
        self.target = target
        self.publish = publish
    }

    nonisolated func types(for name: String, isWildcard: Bool) -> [ChallengeType] {
        let writes = self.settings.records != nil
        guard !isWildcard else { return writes || self.settings.zone != nil ? [.dns] : [] }
        return self.settings.challenges.filter { $0 != .dns } + (writes ? [.dns] : [])
    }

    func present(_ response: ChallengeResponse) async throws {
        guard response.type != .dns else {
            if let records = self.settings.records {
                try await records.present(response)
            } else {
                try await self.addRecord(response)
            }
            return
        }
        let host = try HostName(parsing: response.name)
        if response.type == .http {
            self.files[host, default: [:]][response.token] = response.keyAuthorization
        } else {
            let made = try response.certificate()
            self.certificates[host] = .init(chainPEM: made.certificatePEM, keyPEM: made.keyPEM)
        }
        await self.show()
    }

    func withdraw(_ response: ChallengeResponse) async {
        guard response.type != .dns else {
            // What stays behind in DNS harms nobody.
            if let target = try? await self.target(response.name) {
                self.settings.zone?.remove(response.recordValue, at: target)
            }
            try? await self.settings.records?.withdraw(response)
            return
        }
        guard let host = try? HostName(parsing: response.name) else { return }
        if response.type == .http {
            self.files[host]?[response.token] = nil
            if self.files[host]?.isEmpty ?? false { self.files[host] = nil }
        } else {
            self.certificates[host] = nil
        }
        await self.show()
    }

    private func addRecord(_ response: ChallengeResponse) async throws {
        guard let zone = self.settings.zone, let target = try await self.target(response.name) else {
            throw ACMEError.unanswerable("no name of the zone is that of \(response.name)")
        }
        guard zone.add(response.recordValue, at: target) else {
            throw ACMEError.unanswerable("too many challenges are under way")
        }
    }

    private func show() async {
        self.revision += 1
        await self.publish(
            ChallengeAnswers(revision: self.revision, files: self.files, certificates: self.certificates)
        )
    }
}
