import ACME
import Addressing
import Certificates
import ChallengeDNS
import EdgeLink
import Foundation
import Model
import Secrets
import Store

/// What the keeper of certificates reads and writes.
extension Control {
    /// Obtains and renews certificates until its task is cancelled, as ``authorities`` say.
    func keepCertificates() async {
        // Edges take no answers to challenges that are older than those that they have, whoever kept certificates then.
        var keeping: Task<UInt64, Never>?
        var revision: UInt64 = 0
        for await settings in self.authorities.stream {
            keeping?.cancel()
            revision = await keeping?.value ?? revision
            keeping = settings.map { [revision] settings in
                Task { await self.keepCertificates(as: settings, after: revision) }
            }
        }
        keeping?.cancel()
        _ = await keeping?.value
    }

    /// Goes on with other settings. Orders that are under way are taken up again.
    func keepCertificatesAnew(as settings: ACMESettings?) {
        self.authorities.continuation.yield(settings)
    }

    private func keepCertificates(as settings: ACMESettings, after revision: UInt64) async -> UInt64 {
        let keeper = CertificateKeeper(settings, self, after: revision)
        self.keeper = keeper
        for id in self.domains.ids { keeper.consider(id) }
        await keeper.run()
        self.keeper = nil
        return await keeper.revision
    }

    /// Nil where no authority is configured.
    package func certificateJobs() async -> CertificateJobs? {
        await self.keeper?.jobs
    }

    /// To which name of a zone the owner of the wildcard below `name` points with a CNAME record; nil where nobody has
    /// that wildcard.
    nonisolated func challengeTarget(of name: String, in zone: ChallengeZone?) async throws(Failure) -> HostName? {
        let domain = try await self.store.found(ReservedDomainRecord.self, "domain", "*.\(name)", in: .platform)
        guard let text = domain?.document.challengeTarget(in: zone) else { return nil }
        return try? HostName(parsing: text)
    }

    /// What is to be said to authorities. A store that is away brings it later, by its feed.
    nonisolated func revocations() async -> [ResourceID<RevocationKind>] {
        (try? await self.store.all(RevocationRecord.self, in: .platform).map(\.id)) ?? []
    }

    /// The authority knows it, or nobody needs to any more.
    nonisolated func forgetRevocation(_ id: ResourceID<RevocationKind>) async throws(Failure) {
        do throws(StoreError) {
            try await self.store.commit([
                .delete(RevocationRecord.recordKind, id: id.text, in: .platform, revision: nil)
            ])
        } catch .notFound {
            // Another node has said it, too.
        } catch {
            throw Failure(store: error)
        }
    }

    func show(_ answers: ChallengeAnswers) async {
        await self.edge?.apply(answers)
    }

    /// The key of the account at an authority: the one that is kept, or a new one.
    nonisolated func acmeAccount(
        at directory: ACMEURL
    ) async throws(Failure) -> (account: ACMEClient.Account, isNew: Bool) {
        let stored = try await self.store.found(ACMEAccountRecord.self, "directory", directory.text, in: .platform)
        guard let stored else { return (ACMEClient.Account(key: .random()), true) }
        return (try stored.account(self.keys), false)
    }

    nonisolated func keepAccount(_ key: AccountKey, url: String, at directory: ACMEURL) async throws(Failure) {
        let now = self.now()
        let id = ResourceID<ACMEAccountKind>(KSUID(at: Int64(now.timeIntervalSince1970)))
        let record = ACMEAccountRecord(
            directory: directory.text,
            url: url,
            sealedKey: ACMEAccountRecord.sealed(key, RecordSeals(self.keys, ACMEAccountRecord.self, id)),
            created: now
        )
        do throws(StoreError) {
            try await self.store.commit([try .create(record, id, owner: nil)])
        } catch .duplicateKey {
            // Another was quicker; this one is good all the same, as long as the process.
        } catch {
            throw Failure(store: error)
        }
    }

    /// - Returns: the domain as it is written; nil where it is gone, or is not left to the edge any more.
    nonisolated func changeManagement(
        of id: ResourceID<ReservedDomainKind>,
        _ change: (inout CertificateManagement) -> Void
    ) async throws(Failure) -> Stored<ReservedDomainRecord>? {
        try await self.rewrite(id) { (domain, _) in
            var management = domain.document.management ?? CertificateManagement()
            change(&management)
            domain.document.management = management
        }
    }

    /// Keeps a certificate that was obtained, in the place of the one before it, and serves it.
    nonisolated func keepCertificate(
        _ chainPEM: String,
        _ keyPEM: Secret,
        of id: ResourceID<ReservedDomainKind>,
        from authority: ACMEURL,
        renews: Date
    ) async throws(Failure) {
        let checked = try UploadedCertificate(chainPEM: chainPEM, keyPEM: keyPEM)
        let now = self.now()
        let certificate = ResourceID<CertificateKind>(KSUID(at: Int64(now.timeIntervalSince1970)))
        let record = TLSCertificateRecord(
            chain: checked.chainPEM,
            sealedKey: TLSCertificateRecord.sealed(
                checked.keyPEM,
                RecordSeals(self.keys, TLSCertificateRecord.self, certificate)
            ),
            summary: checked.summary,
            issued: now,
            authority: authority.text,
            created: now
        )
        let written = try await self.rewrite(id) { (domain, writes) throws(Failure) in
            if let old = domain.document.management?.certificate {
                writes.append(.delete(TLSCertificateRecord.recordKind, id: old, in: .platform, revision: nil))
            }
            do throws(StoreError) {
                writes.append(try .create(record, certificate, owner: domain.owner))
            } catch {
                throw Failure(store: error)
            }
            var management = domain.document.management ?? CertificateManagement()
            management.succeed(certificate.text, renews: renews)
            domain.document.management = management
        }
        guard let written else { return }
        try await self.serveCertificate(of: written)
    }

    /// Writes a domain that is left to the edge, again and again until nobody came in between.
    private nonisolated func rewrite(
        _ id: ResourceID<ReservedDomainKind>,
        _ change: (inout Stored<ReservedDomainRecord>, inout [RecordWrite]) throws(Failure) -> Void
    ) async throws(Failure) -> Stored<ReservedDomainRecord>? {
        for _ in 0..<8 {
            guard var domain = try await self.store.found(id, as: ReservedDomainRecord.self, in: .platform),
                domain.document.policy != nil
            else { return nil }
            var writes: [RecordWrite] = []
            try change(&domain, &writes)
            do throws(StoreError) {
                let revisions = try await self.store.commit([try .update(domain)] + writes)
                return domain.written(at: revisions[0])
            } catch .conflict, .notFound {
                continue
            } catch {
                throw Failure(store: error)
            }
        }
        throw Failure(.apiConflict, "The domain \(id) was changed by others all the time.")
    }
}
