internal import EdgeLink
internal import Logging
internal import Model
internal import Store

/// What accounts want captured of their traffic, in force as soon as the change of it is answered: here at once, on other
/// nodes by the feed of changes.
extension Control {
    /// Takes up what all accounts have said. A store that is away is asked again by ``run()``.
    func loadCaptures() async {
        guard self.traffic != nil else { return }
        do throws(Failure) {
            let accounts = try await self.store.all(AccountRecord.self, in: .platform)
            for account in accounts { self.captures[account.id] = account.document.traffic }
        } catch {
            guard !Task.isCancelled else { return }
            self.logger.warning("capture settings are not loaded yet", metadata: ["error.detail": "\(error.detail)"])
        }
        await self.publishCaptures()
    }

    /// An account has changed, or is gone.
    func followCaptures(_ id: ResourceID<AccountKind>, _ record: Record?) async {
        guard self.traffic != nil else { return }
        // One that cannot be read stays as it was.
        if record != nil, record.flatMap({ try? Stored<AccountRecord>($0) }) == nil { return }
        await self.setCapture(record.flatMap { try? Stored<AccountRecord>($0) }?.document.traffic, of: id)
    }

    /// Returns when every event loop captures so.
    func setCapture(_ settings: CaptureSettings?, of account: ResourceID<AccountKind>) async {
        guard self.captures[account] != settings else { return }
        self.captures[account] = settings
        await self.publishCaptures()
    }

    private func publishCaptures() async {
        self.traffic?.masks.set(self.captures)
        guard let edge else { return }
        self.captureRevision += 1
        await edge.apply(CaptureOrders(revision: self.captureRevision, accounts: self.captures))
    }

    /// Sends a request again; the edge refuses what is not the account's.
    func replay(_ order: ReplayOrder) async throws(Failure) -> ReplayAnswer {
        guard let edge else { throw Failure(.replayNotPossible, "The edge does not serve yet.") }
        return try await edge.replay(order)
    }

    func liveEndpoint(_ id: ResourceID<EndpointKind>) -> LiveEndpoint? { self.endpoints[id] }

    /// The endpoint of an account that serves a URL now; nil where none does.
    func servedEndpoint(_ url: String, of account: ResourceID<AccountKind>) -> LiveEndpoint? {
        self.endpoints.all.first { $0.account == account && "\($0.url)" == url }
    }
}
