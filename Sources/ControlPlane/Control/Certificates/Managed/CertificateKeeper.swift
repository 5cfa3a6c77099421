import ACME
import Certificates
import Foundation
import Logging
import Model
import Secrets
import Store

/// Obtains the certificates of the domains that leave it to the edge, renews them in time, and has those revoked that are
/// not to be trusted any more.
///
/// Each such domain has one task, which sleeps until something is due: whoever asks for a certificate meanwhile finds the
/// one order that is under way. What is under way is written down, so that a process that starts anew goes on with it.
actor CertificateKeeper {
    typealias ID = ResourceID<ReservedDomainKind>

    /// Orders under way at the same time.
    private static let orders = 8
    /// A sleep is cut, so that a clock that was set is noticed.
    private static let longestSleep = Duration.seconds(3600)
    private static let storePause = Duration.seconds(5)

    private let settings: ACMESettings
    private let control: Control
    private let solver: EdgeSolver
    private enum Wake {
        case domain(ID)
        case revocation(ResourceID<RevocationKind>)
    }

    private let wakes = AsyncStream.makeStream(of: Wake.self)
    private var revoking: Set<ResourceID<RevocationKind>> = []
    private var working: Set<ID> = []
    /// Domains that changed since they were last looked at.
    private var changed: Set<ID> = []
    private var sleeps: [ID: Task<Void, Never>] = [:]
    private var client: Task<ACMEClient, any Error>?
    private var underWay = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// Domains whose last order failed, and that wait for the next one.
    private var failing: Set<ID> = []

    /// - Parameters:
    ///   - settings: where and how certificates are obtained.
    ///   - control: what reads and writes for it.
    ///   - revision: of the answers to challenges that the edge was told last.
    init(_ settings: ACMESettings, _ control: Control, after revision: UInt64) {
        self.settings = settings
        self.control = control
        self.solver = EdgeSolver(settings, after: revision) {
            try await control.challengeTarget(of: $0, in: settings.zone)
        } publish: {
            await control.show($0)
        }
    }

    /// Tells that a domain was made, changed or deleted.
    nonisolated func consider(_ id: ID) {
        self.wakes.continuation.yield(.domain(id))
    }

    /// Tells that an authority is to be told of a certificate.
    nonisolated func revoke(_ id: ResourceID<RevocationKind>) {
        self.wakes.continuation.yield(.revocation(id))
    }

    /// Of the answers to challenges that the edge was told last.
    var revision: UInt64 { get async { await self.solver.revision } }

    var jobs: CertificateJobs {
        CertificateJobs(
            waiting: self.waiting.count,
            ordering: self.underWay,
            failing: self.failing.count,
            kept: max(0, self.working.count - self.waiting.count - self.underWay - self.failing.count)
        )
    }

    /// Returns when its task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for id in await self.control.revocations() { self.revoke(id) }
            for await wake in self.wakes.stream {
                switch wake {
                case .domain(let id):
                    self.changed.insert(id)
                    self.sleeps[id]?.cancel()
                    guard self.working.insert(id).inserted else { continue }
                    group.addTask { await self.keep(id) }
                case .revocation(let id):
                    guard self.revoking.insert(id).inserted else { continue }
                    group.addTask { await self.tell(id) }
                }
            }
            group.cancelAll()
        }
    }

    // MARK: - One domain

    private func keep(_ id: ID) async {
        while !Task.isCancelled {
            self.changed.remove(id)
            do throws(Failure) {
                guard let domain = try await self.control.store.found(id, as: ReservedDomainRecord.self, in: .platform),
                    domain.document.policy != nil
                else {
                    if self.changed.contains(id) { continue }
                    break
                }
                if let due = domain.document.management?.due, due > self.control.now() {
                    if self.changed.contains(id) { continue }
                    if domain.document.management?.job != nil { self.failing.insert(id) }
                    await self.sleep(id, for: .seconds(due.timeIntervalSince(self.control.now())))
                    self.failing.remove(id)
                } else {
                    await self.takeTurn()
                    await self.obtain(domain)
                    self.endTurn()
                }
            } catch {
                await self.sleep(id, for: Self.storePause)
            }
        }
        self.working.remove(id)
    }

    private func sleep(_ id: ID, for duration: Duration) async {
        let task = Task { [control] in
            // Only a change of the domain, or the end of all, cuts it short.
            _ = try? await control.clock.sleep(for: min(duration, Self.longestSleep))
        }
        self.sleeps[id] = task
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        self.sleeps[id] = nil
    }

    private func takeTurn() async {
        guard self.underWay >= Self.orders else {
            self.underWay += 1
            return
        }
        await withCheckedContinuation { self.waiting.append($0) }
    }

    private func endTurn() {
        if self.waiting.isEmpty { self.underWay -= 1 } else { self.waiting.removeFirst().resume() }
    }

    // MARK: - One certificate

    private func obtain(_ domain: Stored<ReservedDomainRecord>) async {
        let now = self.control.now
        let name = domain.document.domain
        do {
            let started = try await self.control.changeManagement(of: domain.id) { $0.start(at: now()) }
            guard let started else { return }
            let form = started.document.policy.flatMap { CertificateKey.Form(rawValue: $0.keyType) } ?? .ecdsa
            let client = try await self.openClient()
            let order = CertificateOrder(
                client,
                self.solver,
                clock: self.control.clock,
                interval: self.settings.interval
            )
            let seals = started.seals(self.control.keys)
            let (chain, key) = try await order.chain(
                for: [name],
                begun: started.document.management?.begun(seals),
                makeKey: { [control] in try await control.workshop.certificateKey(form) },
                save: { [control] begun in
                    _ = try await control.changeManagement(of: domain.id) { $0.begin(begun, seals) }
                }
            )
            let renewal = await client.renewal(of: chain)
            try await self.control.keepCertificate(
                chain.pem,
                key,
                of: domain.id,
                from: self.settings.directory,
                renews: renewal
            )
            self.control.logger.notice(
                "a certificate was obtained",
                metadata: ["domain.name": "\(name)", "certificate.renews": "\(renewal)"]
            )
        } catch {
            // What is under way when the edge ends goes on when it starts.
            guard !Task.isCancelled, !(error is CancellationError) else { return }
            await self.fail(domain, error)
        }
    }

    private func fail(_ domain: Stored<ReservedDomainRecord>, _ error: any Error) async {
        let (first, now) = (self.settings.firstRetry, self.control.now)
        self.control.logger.warning(
            "a certificate was not obtained",
            metadata: ["domain.name": "\(domain.document.domain)", "error.message": "\(error)"]
        )
        do throws(Failure) {
            _ = try await self.control.changeManagement(of: domain.id) { $0.fail(error, first: first, at: now()) }
        } catch {
            await self.sleep(domain.id, for: Self.storePause)
        }
    }

    // MARK: - Revocation

    /// Tells an authority that a certificate is not to be trusted, again and again until it knows.
    private func tell(_ id: ResourceID<RevocationKind>) async {
        var failures = 0
        while !Task.isCancelled {
            do {
                try await self.revokeNow(id)
                self.revoking.remove(id)
                return
            } catch {
                guard !Task.isCancelled else { return }
                failures += 1
                self.control.logger.warning("a certificate was not revoked", metadata: ["error.message": "\(error)"])
                let wait = CertificateManagement.wait(after: failures, first: self.settings.firstRetry)
                // Only the end of all cuts it short.
                _ = try? await self.control.clock.sleep(for: .seconds(wait))
            }
        }
    }

    private func revokeNow(_ id: ResourceID<RevocationKind>) async throws {
        guard let stored = try await self.control.store.found(id, as: RevocationRecord.self, in: .platform) else {
            return
        }
        let record = stored.document
        if record.notAfter > self.control.now() {
            do {
                let client = try await self.client(at: record.directory)
                try await client?.revoke(record.chain, reason: record.reason.rawValue)
                self.control.logger.notice("a certificate was revoked", metadata: ["authority": "\(record.directory)"])
            } catch ACMEError.problem(let problem) where problem.type == "alreadyRevoked" {
                // By an attempt whose answer was lost.
            }
        }
        try await self.control.forgetRevocation(id)
    }

    /// Nil where the edge has no account there: then nobody can say it.
    private func client(at directory: String) async throws -> ACMEClient? {
        if directory == self.settings.directory.text { return try await self.openClient() }
        guard let url = ACMEURL(directory) else { return nil }
        let (account, isNew) = try await self.control.acmeAccount(at: url)
        guard !isNew else { return nil }
        return ACMEClient(self.settings.transport, directory: url, account: account, contact: nil, external: nil)
    }

    // MARK: - The account

    /// Callers that come at the same time share one account.
    private func openClient() async throws -> ACMEClient {
        if let client { return try await client.value }
        let task = Task { [settings, control] in
            let (account, isNew) = try await control.acmeAccount(at: settings.directory)
            let client = ACMEClient(
                settings.transport,
                directory: settings.directory,
                account: account,
                contact: settings.contact,
                external: settings.externalAccount
            )
            let url = try await client.openAccount()
            if isNew { try await control.keepAccount(account.key, url: url, at: settings.directory) }
            return client
        }
        self.client = task
        do {
            return try await task.value
        } catch {
            self.client = nil
            throw error
        }
    }
}

/// The domains whose certificates the edge obtains, by what is done for each at the moment.
package struct CertificateJobs: Sendable, Equatable {
    /// For the end of another's order.
    package let waiting: Int
    package let ordering: Int
    /// The last order failed; the next one comes later.
    package let failing: Int
    /// Nothing is to be done before the certificate is renewed.
    package let kept: Int
}
