internal import EdgeLink
internal import Logging
internal import Model
internal import Store

/// Cloud endpoints go one way: a record is written, and then comes into force, here at once and on other nodes by the
/// feed of changes.
extension Control {
    /// Whether an endpoint may stand beside those that are there.
    ///
    /// - Throws: `cloudURLTaken`, `poolNotShared`, `poolNotJoined`.
    func checkPlace(of endpoint: LiveEndpoint) throws(Failure) {
        try self.endpoints.check(cloud: endpoint)
    }

    /// Whether an account may have one more endpoint.
    ///
    /// - Throws: `endpointQuota`.
    func checkQuota(of account: ResourceID<AccountKind>) throws(Failure) {
        guard let limit = self.configuration.maximumEndpointsPerAccount,
            !self.endpoints.hasRoom(for: account, below: limit)
        else { return }
        throw Failure(.endpointQuota, "The account may have \(limit) endpoints.")
    }

    /// Makes an endpoint as it was stored the one in force, unless a later form is already.
    ///
    /// - Throws: why it cannot be served.
    func serve(_ stored: Stored<CloudEndpointRecord>) async throws(Failure) {
        let failures = await self.take([stored])
        await self.publish()
        let failure =
            failures[stored.id] ?? self.cloud.waiting[stored.id]?.failure ?? self.publication.failures[stored.id]
        if let failure { throw failure }
    }

    /// Ends an endpoint that was deleted.
    func withdraw(_ id: ResourceID<EndpointKind>, at revision: Revision) async {
        self.drop(id, at: revision)
        await self.publish()
    }

    private func drop(_ id: ResourceID<EndpointKind>, at revision: Revision) {
        guard self.cloud.isNew(id, at: revision) else { return }
        self.cloud.seeDeletion(of: id, at: revision)
        self.endpoints.remove(id)
    }

    /// Follows what others stored.
    func followEndpoints(_ changes: [RecordChange]) async {
        let changes = changes.filter { $0.kind == CloudEndpointRecord.recordKind }
        guard !changes.isEmpty else { return }
        var saved: [Stored<CloudEndpointRecord>] = []
        var isNew = false
        for change in changes {
            guard let id = ResourceID<EndpointKind>(change.id), self.cloud.isNew(id, at: change.revision) else {
                continue
            }
            isNew = true
            guard let record = change.record else {
                self.drop(id, at: change.revision)
                continue
            }
            do throws(StoreError) {
                saved.append(try Stored(record))
            } catch {
                self.logger.error(
                    "cloud endpoint does not read",
                    metadata: ["endpoint.id": "\(id)", "error.detail": "\(error)"]
                )
            }
        }
        // What this node changed itself is in force already.
        guard isNew else { return }
        await self.takeAndReport(saved)
    }

    /// Takes up all cloud endpoints that the store has, before anything is served. A store that is away brings them
    /// later, by its feed.
    func loadEndpoints(in scope: Scope = .platform) async {
        do throws(Failure) {
            if scope == .platform {
                let accounts = try await self.store.all(AccountRecord.self, in: .platform)
                self.cloud.suspended = Set(accounts.filter(\.document.isSuspended).map(\.id))
            }
            await self.takeAndReport(try await self.store.all(CloudEndpointRecord.self, in: scope))
        } catch {
            // An edge that stops while it starts has said why already.
            guard !Task.isCancelled else { return }
            self.logger.warning("cloud endpoints are not loaded yet", metadata: ["error.detail": "\(error.detail)"])
        }
    }

    private func takeAndReport(_ stored: [Stored<CloudEndpointRecord>]) async {
        let failures = await self.take(stored)
        await self.publish()
        for endpoint in stored {
            let id = endpoint.id
            guard let failure = failures[id] ?? self.cloud.waiting[id]?.failure ?? self.publication.failures[id]
            else { continue }
            self.logger.error(
                "cloud endpoint is not served",
                metadata: [
                    "endpoint.id": "\(id)", "endpoint.url": "\(endpoint.document.url)",
                    "error.code": "\(failure.code.name)",
                ]
            )
        }
    }

    // MARK: - Taking up

    /// Puts endpoints as they are stored among those that are served; nothing is published yet.
    ///
    /// - Returns: those whose record this version cannot serve at all, with the reason.
    private func take(_ stored: [Stored<CloudEndpointRecord>]) async -> [ResourceID<EndpointKind>: Failure] {
        let new = stored.filter { self.cloud.isNew($0.id, at: $0.revision) }
        var failures: [ResourceID<EndpointKind>: Failure] = [:]
        // Another form may have come while the policies were read.
        for (stored, result) in await self.read(new) where self.cloud.isNew(stored.id, at: stored.revision) {
            self.cloud.see(stored.id, at: stored.revision)
            self.cloud.waiting[stored.id] = nil
            switch result {
            case .success(let endpoint): self.put(endpoint)
            case .failure(let failure): failures[stored.id] = failure
            }
        }
        return failures
    }

    private func put(_ endpoint: LiveEndpoint) {
        guard !self.cloud.suspended.contains(endpoint.account) else { return self.endpoints.remove(endpoint.id) }
        do throws(Failure) {
            if self.endpoints[endpoint.id] == nil {
                try self.endpoints.admit(cloud: endpoint)
            } else {
                try self.endpoints.update(cloud: endpoint)
            }
        } catch {
            self.cloud.waiting[endpoint.id] = CloudEndpoints.Waiting(endpoint: endpoint, failure: error)
        }
    }

    /// Tries again those that others kept from being served.
    func retryWaiting() {
        let waiting = self.cloud.waiting.values
        self.cloud.waiting = [:]
        for one in waiting { self.put(one.endpoint) }
    }

    /// Reads the policies, on as many threads as there are.
    private nonisolated func read(
        _ stored: [Stored<CloudEndpointRecord>]
    ) async -> [(Stored<CloudEndpointRecord>, Result<LiveEndpoint, Failure>)] {
        await withTaskGroup(of: (Int, Result<LiveEndpoint, Failure>).self) { group in
            for (index, one) in stored.enumerated() {
                group.addTask { (index, await self.live(one)) }
            }
            return await group.reduce(into: []) { $0.append((stored[$1.0], $1.1)) }
        }
    }

    private nonisolated func live(_ stored: Stored<CloudEndpointRecord>) async -> Result<LiveEndpoint, Failure> {
        let record = stored.document
        do throws(Failure) {
            guard let account = stored.owner else { throw Failure(.storeUnusable, "The endpoint has no account.") }
            let name = try CloudEndpointName(record.url, bindings: [record.binding.rawValue], self.configuration)
            let text = try record.policy(of: stored.id, self.keys)
            let policy = try await self.policies.cloudPolicy(text, for: name)
            return .success(LiveEndpoint(stored.id, account, name, isPooled: record.isPooled, policy: policy))
        } catch {
            return .failure(error)
        }
    }

    // MARK: - Accounts

    /// Takes the cloud endpoints of an account offline while it is suspended.
    func follow(_ account: ResourceID<AccountKind>, isSuspended: Bool) async {
        if isSuspended {
            guard self.cloud.suspended.insert(account).inserted else { return }
            let endpoints = self.endpoints.all.filter { $0.isCloud && $0.account == account }.map(\.id)
            let waiting = self.cloud.waiting.values.map(\.endpoint).filter { $0.account == account }.map(\.id)
            for id in endpoints + waiting {
                self.endpoints.remove(id)
                self.cloud.forget(id)
            }
            await self.publish()
        } else if self.cloud.suspended.remove(account) != nil {
            await self.loadEndpoints(in: .account(account))
        }
    }
}
