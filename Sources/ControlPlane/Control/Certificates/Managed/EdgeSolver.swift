import ACME
import Addressing
import EdgeLink

/// Makes answers to challenges visible: on the edge itself, or in DNS by a program of the operator's.
actor EdgeSolver: ChallengeSolver {
    private let settings: ACMESettings
    private let publish: @Sendable (ChallengeAnswers) async -> Void
    private var revision: UInt64 = 0
    private var files: [HostName: [String: String]] = [:]
    private var certificates: [HostName: DomainCertificate.KeyPair] = [:]

    /// - Parameters:
    ///   - settings: say what may be used.
    ///   - publish: returns when the edge answers so.
    init(_ settings: ACMESettings, publish: @escaping @Sendable (ChallengeAnswers) async -> Void) {
        self.settings = settings
        self.publish = publish
    }

    nonisolated func types(for name: String, isWildcard: Bool) -> [ChallengeType] {
        let records: [ChallengeType] = self.settings.records == nil ? [] : [.dns]
        return isWildcard ? records : self.settings.challenges.filter { $0 != .dns } + records
    }

    func present(_ response: ChallengeResponse) async throws {
        guard response.type != .dns else {
            try await self.settings.records?.present(response)
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

    private func show() async {
        self.revision += 1
        await self.publish(
            ChallengeAnswers(revision: self.revision, files: self.files, certificates: self.certificates)
        )
    }
}
