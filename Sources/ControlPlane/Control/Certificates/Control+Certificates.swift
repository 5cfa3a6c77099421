internal import Addressing
internal import Certificates
internal import EdgeLink
internal import Logging
internal import Model
internal import Secrets
internal import Store

/// The certificate of a domain is in force when the change of the domain is answered: here at once, on other nodes by
/// the feed of changes.
extension Control {
    /// Makes the certificate that a domain names now the one that its visitors are shown.
    ///
    /// - Throws: why it cannot be served; what was served before still is.
    func serveCertificate(of domain: Stored<ReservedDomainRecord>) async throws(Failure) {
        if let failure = await self.take([domain])[domain.id] { throw failure }
    }

    /// The visitors of a domain that was deleted are shown a certificate of the edge.
    func withdrawCertificate(of id: ResourceID<ReservedDomainKind>, at revision: Revision) async {
        guard let gone = self.domains.seeDeletion(of: id, at: revision) else { return }
        self.keeper?.consider(id)
        await self.serve([gone])
    }

    /// Takes up the certificates of all domains that the store has, before anything is served. A store that is away
    /// brings them later, by its feed.
    func loadCertificates() async {
        do throws(Failure) {
            let domains = try await self.store.all(ReservedDomainRecord.self, in: .platform)
            self.report(await self.take(domains, knowing: try await self.certificates(of: domains)))
        } catch {
            // An edge that stops while it starts has said why already.
            guard !Task.isCancelled else { return }
            self.logger.warning("domains are not loaded yet", metadata: ["error.detail": "\(error.detail)"])
        }
    }

    /// Follows what others stored, and reads again what could not be read before.
    func followCertificates(_ changes: [RecordChange]) async {
        var saved = self.domains.takeUnread()
        for change in changes where change.kind == RevocationRecord.recordKind && change.record != nil {
            if let id = ResourceID<RevocationKind>(change.id) { self.keeper?.revoke(id) }
        }
        for change in changes where change.kind == ReservedDomainRecord.recordKind {
            if change.record == nil, let id = ResourceID<ReservedDomainKind>(change.id) {
                await self.withdrawCertificate(of: id, at: change.revision)
            }
            // One that does not read is of a newer version, which serves it.
            guard let record = change.record, let stored = try? Stored<ReservedDomainRecord>(record) else { continue }
            saved.append(stored)
        }
        guard !saved.isEmpty else { return }
        self.report(await self.take(saved))
    }

    // MARK: - Taking up

    /// - Returns: the domains whose certificate is not served, with the reason.
    private func take(
        _ domains: [Stored<ReservedDomainRecord>],
        knowing known: [ResourceID<CertificateKind>: Stored<TLSCertificateRecord>] = [:]
    ) async -> [ResourceID<ReservedDomainKind>: Failure] {
        var failures: [ResourceID<ReservedDomainKind>: Failure] = [:]
        var names: [HostPattern: ResourceID<ReservedDomainKind>] = [:]
        var certificates: [DomainCertificate] = []
        for domain in domains {
            guard let pattern = self.domains.see(domain) else { continue }
            self.keeper?.consider(domain.id)
            do throws(Failure) {
                certificates.append(try await self.certificate(of: domain, pattern, knowing: known))
                names[pattern] = domain.id
            } catch {
                if error.code == .apiStoreAway { self.domains.readLater(domain) }
                failures[domain.id] = error
            }
        }
        for (pattern, failure) in await self.serve(certificates) {
            guard let id = names[pattern] else { continue }
            failures[id] = Failure(
                .certificateKeyUnreadable,
                "The certificate of \(pattern) cannot be served.",
                detail: failure.detail,
                cause: failure
            )
        }
        return failures
    }

    @discardableResult
    private func serve(_ certificates: [DomainCertificate]) async -> [HostPattern: Failure] {
        guard !certificates.isEmpty else { return [:] }
        return await self.edge?.apply(certificates) ?? [:]
    }

    /// The certificates of very many domains, read together; empty where they are few enough to be read one by one.
    private nonisolated func certificates(
        of domains: [Stored<ReservedDomainRecord>]
    ) async throws(Failure) -> [ResourceID<CertificateKind>: Stored<TLSCertificateRecord>] {
        let wanted = Set(domains.compactMap(\.document.served))
        guard wanted.count > Self.fewCertificates else { return [:] }
        let all = try await self.store.all(TLSCertificateRecord.self, in: .platform)
        return Dictionary(uniqueKeysWithValues: all.filter { wanted.contains($0.id.text) }.map { ($0.id, $0) })
    }

    private static let fewCertificates = 100

    private nonisolated func certificate(
        of domain: Stored<ReservedDomainRecord>,
        _ pattern: HostPattern,
        knowing known: [ResourceID<CertificateKind>: Stored<TLSCertificateRecord>]
    ) async throws(Failure) -> DomainCertificate {
        let revision = domain.revision.number
        guard let id = domain.document.served.flatMap({ ResourceID<CertificateKind>($0) }) else {
            return DomainCertificate(domain: pattern, revision: revision, keyPair: nil)
        }
        let scope = domain.owner.map { Scope.account($0) } ?? .platform
        // One of another account is none.
        var found = known[id].flatMap { $0.owner == domain.owner ? $0 : nil }
        if found == nil { found = try await self.store.found(id, as: TLSCertificateRecord.self, in: scope) }
        guard let stored = found else {
            throw Failure(.certificateUnknown, "\(pattern) names the certificate \(id), which is not there.")
        }
        return DomainCertificate(
            domain: pattern,
            revision: revision,
            keyPair: .init(
                chainPEM: stored.document.chain,
                keyPEM: try stored.key(self.keys),
                notAfter: stored.document.summary.notAfter
            )
        )
    }

    private func report(_ failures: [ResourceID<ReservedDomainKind>: Failure]) {
        for (id, failure) in failures {
            self.logger.error(
                "the certificate of a domain is not served",
                metadata: [
                    "domain.id": "\(id)", "error.code": "\(failure.code.name)", "error.message": "\(failure.message)",
                    "error.detail": "\(failure.detail)",
                ]
            )
        }
    }
}
