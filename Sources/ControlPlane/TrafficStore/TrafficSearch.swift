internal import Addressing
internal import Capture
internal import Foundation
internal import GRDB
internal import Model

/// Carries a query out: what the columns tell is asked of SQLite, the rest of each row.
struct TrafficSearch {
    /// So many rows are looked at for one page, where a filter or a range of addresses must be asked for each.
    static let mostRows = 50_000
    private static let patience = Duration.seconds(3)

    private let query: TrafficQuery

    init(_ query: TrafficQuery) {
        self.query = query
    }

    func page(_ db: Database) throws -> TrafficPage {
        let (rows, next) = try self.find(columns: TrafficRow.factColumns, db)
        return TrafficPage(exchanges: rows.map(\.facts), next: next)
    }

    func rows(_ db: Database) throws -> (rows: [TrafficRow], next: String?) {
        try self.find(columns: "\(TrafficRow.factColumns), detail", db)
    }

    private func find(columns: String, _ db: Database) throws -> (rows: [TrafficRow], next: String?) {
        let (condition, arguments) = try self.condition(db)
        let order = self.query.after == nil && !self.query.isOldestFirst ? "DESC" : "ASC"
        let cursor = try Row.fetchCursor(
            db,
            sql: "SELECT \(columns) FROM exchange WHERE \(condition) ORDER BY seq \(order) LIMIT ?",
            arguments: arguments + [Self.mostRows]
        )
        let limit = min(max(1, self.query.limit), TrafficQuery.mostResults)
        let matcher = self.query.filter.map(TrafficFilter.Matcher.init)
        let deadline = ContinuousClock.now + Self.patience
        var found: [TrafficRow] = []
        var seen = 0
        var last: String?
        while let next = try cursor.next() {
            // One more than the page holds tells that there is another.
            if found.count == limit { return (found, found.last?.facts.id) }
            guard let row = TrafficRow(next) else { continue }
            seen += 1
            last = row.facts.id
            if let range = self.query.client {
                guard let client = row.facts.client, range.contains(client) else { continue }
            }
            if let matcher, !matcher.matches(row.facts) { continue }
            found.append(row)
            if seen % 500 == 0, ContinuousClock.now > deadline { return (found, last) }
        }
        return (found, seen == Self.mostRows ? last : nil)
    }

    private func condition(_ db: Database) throws -> (String, StatementArguments) {
        var parts = ["account = ?"]
        var arguments: StatementArguments = [self.query.account.text]
        func add(_ part: String, _ values: any DatabaseValueConvertible...) {
            parts.append(part)
            arguments += StatementArguments(values)
        }
        let microseconds = { (date: Date) in Int64(date.timeIntervalSince1970 * 1_000_000) }
        if let before = self.query.before { add("seq < ?", try self.sequence(of: before, db) ?? 0) }
        if let after = self.query.after { add("seq > ?", try self.sequence(of: after, db) ?? 0) }
        if let endpoint = self.query.endpoint { add("endpoint = ?", endpoint) }
        if let endpoint = self.query.endpointID { add("endpoint_id = ?", endpoint.text) }
        if let from = self.query.from { add("time >= ?", microseconds(from)) }
        if let to = self.query.to { add("time <= ?", microseconds(to)) }
        if let status = self.query.status { add("status BETWEEN ? AND ?", status.lowerBound, status.upperBound) }
        if let method = self.query.method { add("method = ?", method) }
        if let path = self.query.path { add("instr(path, ?) > 0", path) }
        if let host = self.query.host { add("host = ? COLLATE NOCASE", host) }
        if let code = self.query.errorCode { add("code = ?", code) }
        if self.query.isFullOnly { add("data_key IS NOT NULL") }
        return (parts.joined(separator: " AND "), arguments)
    }

    private func sequence(of id: String, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db,
            sql: "SELECT seq FROM exchange WHERE id = ? AND account = ?",
            arguments: [id, self.query.account.text]
        )
    }
}
