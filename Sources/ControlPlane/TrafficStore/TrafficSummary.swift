package import Foundation
internal import GRDB
package import Model

/// What was captured of an account's traffic, counted in steps of time and by endpoint: of the newest exchanges alone, so
/// that it costs the same however many there are.
package struct TrafficSummary: Sendable, Equatable {
    /// Durations below these fall into a bucket each, in microseconds; longer ones into one more.
    package static let bounds: [Int64] = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000]
    /// Exchanges that are looked at.
    package static let mostExchanges = 20_000
    package static let mostEndpoints = 50

    package struct Count: Sendable, Equatable {
        package var requests = 0
        /// Those that were answered with a status of 500 or more, or not at all.
        package var failed = 0
        package var requestBytes = 0
        package var responseBytes = 0
        /// Of each bucket of durations.
        package var durations = [Int](repeating: 0, count: TrafficSummary.bounds.count + 1)

        package init() {}
    }

    /// The oldest first.
    package var steps: [Count]
    /// Those with most requests first.
    package var endpoints: [(url: String, count: Count)]
    /// Whether there were more exchanges in this time than were looked at.
    package var isCut: Bool

    package static func == (left: TrafficSummary, right: TrafficSummary) -> Bool {
        left.steps == right.steps && left.isCut == right.isCut
            && left.endpoints.elementsEqual(right.endpoints) { $0.url == $1.url && $0.count == $1.count }
    }

    static func read(
        _ db: Database,
        _ account: ResourceID<AccountKind>,
        since start: Int64,
        step: Int64,
        count: Int
    ) throws -> TrafficSummary {
        let newest = """
            WITH newest AS (SELECT endpoint, time, duration, status, request_bytes, response_bytes FROM exchange \
            WHERE account = :account ORDER BY seq DESC LIMIT \(Self.mostExchanges))
            """
        var columns = ["count(*)", "sum(status IS NULL OR status >= 500)", "sum(request_bytes)", "sum(response_bytes)"]
        for index in 0...Self.bounds.count {
            let low = index == 0 ? nil : "duration >= \(Self.bounds[index - 1])"
            let high = index == Self.bounds.count ? nil : "duration < \(Self.bounds[index])"
            columns.append("sum(\([low, high].compactMap(\.self).joined(separator: " AND ")))")
        }
        let counted = columns.joined(separator: ", ")
        let arguments: StatementArguments = ["account": account.text, "start": start, "step": step]
        var summary = TrafficSummary(steps: Array(repeating: Count(), count: count), endpoints: [], isCut: false)
        let steps = try Row.fetchAll(
            db,
            sql:
                "\(newest) SELECT (time - :start) / :step AS one, \(counted) FROM newest WHERE time >= :start GROUP BY one",
            arguments: arguments
        )
        for row in steps {
            let index: Int = row[0]
            // What came after the last step began counts in it.
            guard index >= 0 else { continue }
            summary.steps[min(index, count - 1)].add(Count(row))
        }
        let endpoints = try Row.fetchAll(
            db,
            sql: """
                \(newest) SELECT endpoint, \(counted) FROM newest WHERE time >= :start GROUP BY endpoint \
                ORDER BY 2 DESC, 1 LIMIT \(Self.mostEndpoints)
                """,
            arguments: ["account": account.text, "start": start]
        )
        summary.endpoints = endpoints.map { (url: $0[0], count: Count($0)) }
        summary.isCut = summary.steps.reduce(0) { $0 + $1.requests } >= Self.mostExchanges
        return summary
    }
}

extension TrafficSummary.Count {
    /// Of a row that has them behind its first column.
    fileprivate init(_ row: Row) {
        self.init()
        (self.requests, self.failed) = (row[1], row[2])
        (self.requestBytes, self.responseBytes) = (row[3], row[4])
        self.durations = self.durations.indices.map { row[5 + $0] }
    }

    package mutating func add(_ other: TrafficSummary.Count) {
        self.requests += other.requests
        self.failed += other.failed
        self.requestBytes += other.requestBytes
        self.responseBytes += other.responseBytes
        for index in self.durations.indices { self.durations[index] += other.durations[index] }
    }

    /// The bound, in microseconds, below which so many of a thousand requests took; nil where it is above the last one, or
    /// there was none.
    package func bound(perMille: Int) -> Int64? {
        let wanted = (self.requests * perMille + 999) / 1000
        guard wanted > 0 else { return nil }
        var seen = 0
        for (bound, count) in zip(TrafficSummary.bounds, self.durations) {
            seen += count
            if seen >= wanted { return bound }
        }
        return nil
    }
}

extension TrafficStore {
    /// Counts what was captured of an account since a time, in steps of `seconds`.
    package func summary(
        of account: ResourceID<AccountKind>,
        since start: Date,
        step seconds: Int,
        count: Int
    ) async throws(TrafficStoreError) -> TrafficSummary {
        precondition(seconds > 0 && count > 0, "there is a step")
        let start = Int64(start.timeIntervalSince1970 * 1_000_000)
        return try await self.read { db in
            try TrafficSummary.read(db, account, since: start, step: Int64(seconds) * 1_000_000, count: count)
        }
    }
}
