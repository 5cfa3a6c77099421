package import Capture
package import EdgeLink
internal import Expression
package import Foundation
internal import JSON
package import Model
internal import Secrets
internal import Store
package import TrafficStore

/// The traffic inspector as the API and the dashboard ask it: everything is the caller's account's, and nothing else.
package struct TrafficInspector: Sendable {
    let control: Control

    /// Nil where the edge captures nothing.
    var traffic: TrafficInspection? { self.control.traffic }

    package var isEnabled: Bool { self.traffic != nil }

    /// - Throws: `inspectorOff`.
    func enabled() throws(Failure) -> TrafficInspection {
        guard let traffic else { throw Failure(.inspectorOff, "This edge captures no traffic.") }
        return traffic
    }

    // MARK: Looking

    /// A query of the caller's account, to be filled.
    package func query(by caller: Caller) -> TrafficQuery { TrafficQuery(caller.account) }

    /// A part of what a query finds, the newest first; nothing where the edge captures nothing.
    package func page(_ query: TrafficQuery, by caller: Caller) async throws(Failure) -> TrafficPage {
        precondition(query.account == caller.account, "a query is of the caller's account")
        guard let traffic else { return TrafficPage(exchanges: [], next: nil) }
        return try await Self.asking { () async throws(TrafficStoreError) in try await traffic.store.page(query) }
    }

    /// - Throws: `replayUnknown` where the account has none of this identifier.
    package func exchange(_ id: String, by caller: Caller) async throws(Failure) -> TrafficExchange {
        let traffic = try self.enabled()
        let found = try await Self.asking { () async throws(TrafficStoreError) in
            try await traffic.store.exchange(id, of: caller.account)
        }
        guard let found else { throw Failure(.replayUnknown, "There is no captured request \(id.prefix(64)).") }
        return found
    }

    /// What is captured of the account from now on, until the reader ends. A reader who is slow misses older ones.
    ///
    /// - Throws: `inspectorOff`, or `apiTooOften` where too many watch already.
    package func watch(by caller: Caller) throws(Failure) -> AsyncStream<TrafficFacts> {
        guard let stream = try self.enabled().tail.watch(caller.account) else {
            throw Failure(.apiTooOften, "Too many watch the account's traffic already.")
        }
        return stream
    }

    /// How the inspector does: how many exchanges went which way on the whole edge, and what is kept of the caller's account.
    package func status(by caller: Caller) async throws(Failure) -> (CaptureQueue.Totals, TrafficStore.Holdings)? {
        guard let traffic else { return nil }
        let holdings = try await Self.asking { () async throws(TrafficStoreError) in
            try await traffic.store.holdings(of: caller.account)
        }
        return (traffic.queue.totals, holdings)
    }

    /// Reads a filter.
    ///
    /// - Throws: `trafficFilter`.
    package func filter(_ text: String) throws(Failure) -> TrafficFilter {
        do {
            return try TrafficFilter(text)
        } catch {
            let first = error.all[0]
            throw Failure(.trafficFilter, "\(first.summary) (at byte \(first.range.lowerBound)).", cause: error)
        }
    }

    /// The same as a page, with messages.
    package func exchanges(_ query: TrafficQuery, by caller: Caller) async throws(Failure) -> [TrafficExchange] {
        precondition(query.account == caller.account, "a query is of the caller's account")
        let traffic = try self.enabled()
        return try await Self.asking { () async throws(TrafficStoreError) in
            try await traffic.store.batch(query).exchanges
        }
    }

    /// What was captured since a time, counted in steps of `seconds`; nil where the edge captures nothing.
    package func summary(
        since start: Date,
        step seconds: Int,
        count: Int,
        by caller: Caller
    ) async throws(Failure) -> TrafficSummary? {
        guard let traffic else { return nil }
        return try await Self.asking { () async throws(TrafficStoreError) in
            try await traffic.store.summary(of: caller.account, since: start, step: seconds, count: count)
        }
    }

    // MARK: Settings

    package func settings(by caller: Caller) async throws(Failure) -> CaptureSettings {
        _ = try self.enabled()
        let account = try await self.account(of: caller)
        return account.document.traffic ?? .standard
    }

    /// Changes what is captured, in force when this returns. There is an audit event of it.
    ///
    /// - Throws: `trafficCaptureRole` for who is no administrator, `trafficSetting` for values out of bounds.
    package func update(
        _ settings: CaptureSettings,
        by caller: Caller
    ) async throws(Failure) -> CaptureSettings {
        _ = try self.enabled()
        guard caller.principal.rights.isAdministrator else {
            throw Failure(.trafficCaptureRole, "\(caller.principal.subject) is no administrator.")
        }
        try Self.check(settings)
        var account = try await self.account(of: caller)
        let before = account.document.traffic ?? .standard
        account.document.traffic = settings
        let now = self.control.now()
        let event = AuditRecord(
            "traffic_capture",
            caller,
            at: now,
            object: caller.account.text,
            before: TrafficResource.json(before),
            after: TrafficResource.json(settings),
            self.control.keys
        )
        do throws(StoreError) {
            try await self.control.store.commit([
                .update(account),
                .create(event, ResourceID(KSUID(at: Int64(now.timeIntervalSince1970))), owner: caller.account),
            ])
        } catch {
            throw Failure(store: error)
        }
        await self.control.setCapture(settings, of: caller.account)
        return settings
    }

    /// Deletes all captured traffic of the account. There is an audit event of it.
    package func clear(by caller: Caller) async throws(Failure) {
        let traffic = try self.enabled()
        guard caller.principal.rights.isAdministrator else {
            throw Failure(.trafficCaptureRole, "\(caller.principal.subject) is no administrator.")
        }
        try await self.note("traffic_cleared.v0", of: caller.account.text, [:], by: caller)
        try await Self.asking { () async throws(TrafficStoreError) in try await traffic.store.clear(caller.account) }
    }

    /// Writes into the audit log what somebody is about to do with traffic.
    func note(_ type: String, of id: String, _ object: JSONObject, by caller: Caller) async throws(Failure) {
        let now = self.control.now()
        let event = AuditRecord(type, caller, at: now, of: id, object)
        do throws(StoreError) {
            try await self.control.store.commit([
                .create(event, ResourceID(KSUID(at: Int64(now.timeIntervalSince1970))), owner: caller.account)
            ])
        } catch {
            throw Failure(store: error)
        }
    }

    private func account(of caller: Caller) async throws(Failure) -> Stored<AccountRecord> {
        guard let account = try await self.control.store.found(caller.account, as: AccountRecord.self, in: .platform)
        else { throw Failure(.apiUnknown, "The account is gone.") }
        return account
    }

    private static func check(_ settings: CaptureSettings) throws(Failure) {
        let shares = [settings.fullPerMille] + settings.endpoints.values
        guard shares.allSatisfy({ (0...1000).contains($0) }) else {
            throw Failure(.trafficSetting, "full_per_mille is 0 to 1000.")
        }
        guard settings.endpoints.count <= 1000, settings.endpoints.keys.allSatisfy({ $0.utf8.count <= 512 }) else {
            throw Failure(.trafficSetting, "endpoints are at most 1000, with URLs of at most 512 bytes.")
        }
        guard settings.maskedNames.count <= 100,
            settings.maskedNames.allSatisfy({ (1...128).contains($0.utf8.count) })
        else { throw Failure(.trafficSetting, "masked_names are at most 100, of 1 to 128 bytes each.") }
    }

    static func asking<Value: Sendable>(
        _ body: () async throws(TrafficStoreError) -> Value
    ) async throws(Failure) -> Value {
        do throws(TrafficStoreError) {
            return try await body()
        } catch {
            throw Failure(.inspectorStore, "The store of traffic does not answer.", detail: "\(error)", cause: error)
        }
    }
}

extension Control {
    /// What was captured of traffic.
    package nonisolated var inspector: TrafficInspector { TrafficInspector(control: self) }
}
