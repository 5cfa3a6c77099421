internal import Addressing
package import Capture
internal import EdgeLink
internal import Foundation
package import Model
internal import TrafficStore

extension TrafficInspector {
    package static let mostRehearsed = 10_000
    /// So many are in memory at a time.
    private static let chunk = 250

    /// Tells what a draft would have done otherwise with the newest captured requests to an endpoint.
    ///
    /// - Parameters:
    ///   - draft: the policy, YAML or JSON; empty for none.
    ///   - endpoint: the URL of the endpoint.
    ///   - filter: which of its requests; nil for all.
    ///   - limit: how many at most.
    ///   - caller: who asks.
    /// - Returns: what differs, grouped by the rule that decides.
    /// - Throws: `rehearsalPolicy`, `rehearsalBusy`.
    package func rehearse(
        _ draft: String,
        at endpoint: String,
        filter: String? = nil,
        limit: Int = 1000,
        by caller: Caller
    ) async throws(Failure) -> RehearsalReport {
        let traffic = try self.enabled()
        let order = try await self.order(draft, at: endpoint, caller)
        var query = self.query(by: caller)
        query.endpoint = endpoint
        query.filter = try filter.flatMap { $0.isEmpty ? nil : $0 }.map { (text) throws(Failure) in
            try self.filter(text)
        }
        try traffic.rehearsals.begin()
        defer { traffic.rehearsals.end() }
        let start = ContinuousClock.now
        var report = try await Self.run(order, query, limit: limit, traffic, self.control.references)
        report.groups.sort { ($0.count, $1.rule) > ($1.count, $0.rule) }
        report.milliseconds = Int64((ContinuousClock.now - start) / .milliseconds(1))
        return report
    }

    /// Away from whoever asks: it takes seconds.
    @concurrent private static func run(
        _ order: RehearsalOrder,
        _ query: TrafficQuery,
        limit: Int,
        _ traffic: TrafficInspection,
        _ references: PolicyReferences
    ) async throws(Failure) -> RehearsalReport {
        // Those first that came first: limits count in the order of time.
        let start = try await Self.start(query, limit: limit, traffic)
        let rehearsal = try traffic.rehearsal(order, references)
        var report = RehearsalReport()
        var query = query
        query.after = start
        query.isOldestFirst = true
        var left = limit
        while left > 0, !Task.isCancelled {
            query.limit = min(Self.chunk, left)
            let batch = try await Self.asking { [query] () async throws(TrafficStoreError) in
                try await traffic.store.batch(query)
            }
            rehearsal.run(batch.exchanges, into: &report)
            left -= batch.exchanges.count
            guard let next = batch.next else { break }
            query.after = next
        }
        return report
    }

    /// After which exchange the newest `limit` begin; nil where there are no more than that.
    private static func start(
        _ query: TrafficQuery,
        limit: Int,
        _ traffic: TrafficInspection
    ) async throws(Failure) -> String? {
        var query = query
        var left = limit
        while left > 0 {
            query.limit = min(TrafficQuery.mostResults, left)
            let page = try await Self.asking { [query] () async throws(TrafficStoreError) in
                try await traffic.store.page(query)
            }
            left -= page.exchanges.count
            guard let next = page.next else { return nil }
            query.before = next
        }
        // The one behind the last that is wanted.
        query.limit = 1
        return try await Self.asking { [query] () async throws(TrafficStoreError) in
            try await traffic.store.page(query).exchanges.first?.id
        }
    }

    private func order(
        _ draft: String,
        at endpoint: String,
        _ caller: Caller
    ) async throws(Failure) -> RehearsalOrder {
        let served = await self.control.servedEndpoint(endpoint, of: caller.account)
        let url: EndpointURL
        if let served {
            url = served.url
        } else {
            do {
                url = try EndpointURL(parsing: endpoint, ports: .every)
            } catch {
                throw Failure(.rehearsalPolicy, "\"\(endpoint.prefix(200))\" is no URL of an endpoint.", cause: error)
            }
        }
        guard url.scheme == .http || url.scheme == .https else {
            throw Failure(.rehearsalPolicy, "Requests are captured of http and https endpoints alone.")
        }
        return RehearsalOrder(
            account: caller.account,
            url: url,
            isCloud: served?.isCloud ?? false,
            draft: draft,
            attached: served?.policy?.text ?? ""
        )
    }
}
