import APIClient
import APITypes
import JSON
package import Logging

/// Makes the cloud endpoints of the cluster at the edge. Whatever it made has a mark, and nothing else is ever changed.
///
/// What is there is asked for once, and again every five minutes: people change things in the dashboard.
package actor CloudEndpoints {
    private static let freshness = Duration.seconds(300)

    private let api: EdgeAPI
    private let logger: Logger
    private var known: (records: [String: CloudRecord], at: ContinuousClock.Instant)?

    /// - Parameters:
    ///   - api: of the edge.
    ///   - logger: is told what is made and deleted.
    package init(_ api: EdgeAPI, logger: Logger) {
        self.api = api
        self.logger = logger
    }

    /// Lets others share the URLs of ours, until they go: the agent's endpoints that are to replace them.
    func share(_ urls: Set<String>) async {
        guard let records = try? await self.records() else { return }
        for (url, record) in records where urls.contains(url) && record.wish.isPooling != true {
            let shared = record.wish.shared
            // What comes of it is told where the URL is then refused.
            try? await self.perform(.update(id: record.id, shared))
        }
    }

    /// Makes the edge have `endpoints`; what is wished for no more stays until `remove`. Called by one at a time.
    ///
    /// - Parameters:
    ///   - endpoints: those of the agent among them are left out.
    ///   - urls: that the agent serves now, and that are to be shared with it until it closes them.
    /// - Returns: why it did not come about, by URL; `nil` as the key for all.
    func put(_ endpoints: [DesiredEndpoint], sharing urls: Set<String>) async -> [String?: EdgeRefusal] {
        await self.perform(endpoints, keeping: []) { step in
            switch step {
            case .create(let wish) where urls.contains(wish.url): .create(wish.shared)
            case .create, .update: step
            case .delete: nil
            }
        }
    }

    /// Deletes all of ours but `endpoints`, and but those at `urls`. Called by one at a time.
    ///
    /// - Returns: why it did not come about, by URL; `nil` as the key for all.
    func remove(allBut endpoints: [DesiredEndpoint], keeping urls: Set<String>) async -> [String?: EdgeRefusal] {
        await self.perform(endpoints, keeping: urls) { step in
            if case .delete = step { step } else { nil }
        }
    }

    private func perform(
        _ endpoints: [DesiredEndpoint],
        keeping urls: Set<String>,
        _ choose: (CloudPlan.Step) -> CloudPlan.Step?
    ) async -> [String?: EdgeRefusal] {
        let wishes = endpoints.compactMap { $0.cloudWish(self.api.mark) }
        let records: [String: CloudRecord]
        do {
            records = try await self.records()
        } catch {
            return [nil: error]
        }
        let wished = Dictionary(wishes.map { ($0.url, $0) }) { first, _ in first }
        var failures: [String?: EdgeRefusal] = [:]
        for step in CloudPlan(from: records, to: wished, keeping: urls).steps.compactMap(choose) {
            do {
                try await self.perform(step)
            } catch {
                failures[step.url] = error
            }
        }
        return failures
    }

    private func perform(_ step: CloudPlan.Step) async throws(EdgeRefusal) {
        switch step {
        case .create(let wish):
            let made = try await self.api.call(.post, "/endpoints", wish.body)
            self.known?.records[wish.url] = CloudRecord(id: made["id"]?.string ?? "", wish: wish)
            self.logger.info("cloud endpoint is made", metadata: ["endpoint.url": "\(wish.url)"])
        case .update(let id, let wish):
            do {
                try await self.api.call(.patch, "/endpoints/\(id)", wish.body)
            } catch  where error.isMissing {
                self.known?.records[wish.url] = nil
                return try await self.perform(.create(wish))
            }
            self.known?.records[wish.url] = CloudRecord(id: id, wish: wish)
        case .delete(let id, let url):
            try await self.api.delete("/endpoints/\(id)")
            self.known?.records[url] = nil
            self.logger.info("cloud endpoint is deleted", metadata: ["endpoint.url": "\(url)"])
        }
    }

    // MARK: - What is there

    private func records() async throws(EdgeRefusal) -> [String: CloudRecord] {
        if let known, .now - known.at < Self.freshness { return known.records }
        let items = try await self.api.list("/endpoints", "endpoints", query: [APICall.Parameter("type", "cloud")])
        let records = Dictionary(items.compactMap(self.record).map { ($0.wish.url, $0) }) { first, _ in first }
        self.known = (records, .now)
        return records
    }

    /// One that is ours; nil for others.
    private func record(_ item: JSONObject) -> CloudRecord? {
        guard item["type"]?.string == "cloud", let id = item["id"]?.string, let url = item["url"]?.string,
            let metadata = item["metadata"]?.string, self.api.mark.stands(in: metadata)
        else { return nil }
        return CloudRecord(
            id: id,
            wish: CloudWish(
                url: url,
                policy: item["traffic_policy"]?.string ?? "",
                bindings: item["bindings"]?.array?.compactMap(\.string) ?? [],
                isPooling: item["pooling_enabled"]?.bool,
                description: item["description"]?.string ?? "",
                metadata: metadata
            )
        )
    }
}

extension CloudPlan.Step {
    fileprivate var url: String {
        switch self {
        case .create(let wish), .update(_, let wish): wish.url
        case .delete(_, let url): url
        }
    }
}
