internal import EdgeLink
internal import Logging
package import Model
internal import Store

extension Control {
    /// Follows the store for ever: ends the sessions of credentials that are revoked, of owners who are not active any
    /// more and of accounts that are suspended, and brings cloud endpoints, IP restrictions and certificates of domains
    /// into force, whoever changed them, be it this process or another. Obtains certificates, too. Returns when its task
    /// is cancelled.
    package func run() async {
        async let keeping: Void = self.keepCertificates()
        async let sweeping: Void = self.visitors.sweep(self.clock, now: self.now)
        async let noting: Void = self.trail.run(self.store, self.clock, logger: self.logger)
        async let chaining: Void = self.chainAudits()
        await self.follow()
        await chaining
        await noting
        await keeping
        await sweeping
    }

    private func follow() async {
        var revision = Revision.zero
        while !Task.isCancelled {
            await self.bindSeals()
            // What could not be read while the store was away.
            await self.followRestrictions([])
            await self.followCertificates([])
            do throws(StoreError) {
                for try await changes in self.store.changes(after: revision) {
                    await self.bindSeals()
                    await self.followRestrictions(changes)
                    await self.followCertificates(changes)
                    for change in changes { await self.consider(change) }
                    await self.followEndpoints(changes)
                    await self.sealClear(changes, isLast: changes.count < RecordChanges.batch)
                    revision = changes.last?.revision ?? revision
                    self.cloud.forgetDeletions(to: revision)
                }
            } catch {
                // A read that the end of the task cut short is no failure of the store.
                guard !Task.isCancelled else { return }
                if error == .forgotten {
                    revision = .zero
                    self.references.forget()
                    self.visitors.forget()
                    self.restrictions.isLoaded = false
                }
                self.logger.warning("cannot follow the store", metadata: ["error.detail": "\(error)"])
                // Only the end of the task cuts the pause short.
                try? await self.clock.sleep(for: .seconds(1))
            }
        }
    }

    private func consider(_ change: RecordChange) async {
        self.references.consider(change)
        self.visitors.consider(change)
        switch change.kind {
        case CredentialRecord.recordKind:
            guard let id = ResourceID<CredentialKind>(change.id) else { return }
            await self.consider(id, change.record)
        case SSHCredentialRecord.recordKind:
            guard let id = ResourceID<SSHCredentialKind>(change.id) else { return }
            await self.consider(id, change.record)
        case PersonalAccessTokenRecord.recordKind:
            guard let id = ResourceID<PersonalAccessTokenKind>(change.id) else { return }
            // One that cannot be read lets nobody in either.
            let token = change.record.flatMap { try? Stored<PersonalAccessTokenRecord>($0) }?.document
            if token?.isGood(at: self.now()) ?? false { return }
            await self.end(self.sessions.revoke(.personalToken(id)), because: .revoked)
        case UserRecord.recordKind:
            let user = change.record.flatMap { try? Stored<UserRecord>($0) }?.document
            let accounts = user.map { user in user.accountIDs.filter { !user.isDisabled(in: $0) } } ?? []
            await self.end(self.sessions.setActive(change.id, in: Set(accounts)), because: .ownerInactive)
        case ServiceUserRecord.recordKind:
            let user = change.record.flatMap { try? Stored<ServiceUserRecord>($0) }
            let account = user.flatMap { $0.document.isActive ? $0.owner : nil }
            await self.end(self.sessions.setActive(change.id, in: account.map { [$0] } ?? []), because: .ownerInactive)
        case AccountRecord.recordKind:
            guard let id = ResourceID<AccountKind>(change.id) else { return }
            let isGone = change.record == nil
            // An account that cannot be read stays as it was: openSession says what is wrong with it.
            let isSuspended = change.record.flatMap { try? Stored<AccountRecord>($0) }?.document.isSuspended ?? false
            if isGone || isSuspended { await self.end(self.sessions.suspend(id), because: .suspended) }
            await self.follow(id, isSuspended: isGone || isSuspended)
            await self.followCaptures(id, change.record)
        default:
            break
        }
    }

    private func consider(_ id: ResourceID<CredentialKind>, _ record: Record?) async {
        guard let record else { return await self.end(self.sessions.revoke(.authtoken(id)), because: .revoked) }
        // A credential that cannot be read lets nobody in any more: its sessions end like those of a revoked one.
        guard let credential = try? Stored<CredentialRecord>(record), credential.document.revoked == nil,
            let rules = try? AccessRules(credential.document.rules)
        else { return await self.end(self.sessions.revoke(.authtoken(id)), because: .revoked) }
        self.sessions.setRules(rules, of: .authtoken(id))
    }

    private func consider(_ id: ResourceID<SSHCredentialKind>, _ record: Record?) async {
        // One that is gone, or cannot be read, lets nobody in any more.
        guard let record, let key = try? Stored<SSHCredentialRecord>(record),
            let rules = try? AccessRules(key.document.rules)
        else { return await self.end(self.sessions.revoke(.sshKey(id)), because: .keyRemoved) }
        self.sessions.setRules(rules, of: .sshKey(id))
    }

    /// Revokes an authtoken. Its sessions are closed when this returns.
    package func revoke(_ credential: ResourceID<CredentialKind>) async throws(Failure) {
        try await Provisioning(store: self.store, now: self.now).revoke(credential)
        await self.end(self.sessions.revoke(.authtoken(credential)), because: .revoked)
    }

    private func end(_ legs: [AgentLeg], because failure: Failure) async {
        guard !legs.isEmpty else { return }
        for leg in legs { self.takeOffline(self.endpoints.detach(leg.connection)) }
        await self.publish()
        for leg in legs {
            await self.edge?.close(leg.connection, because: failure)
            self.noteStop(of: leg, because: failure.code.name)
            self.logger.info(
                "agent session ended by the edge",
                metadata: ["session.id": "\(leg.sessionID)", "error.code": "\(failure.code.name)"]
            )
        }
    }
}
