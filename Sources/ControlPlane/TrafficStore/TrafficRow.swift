internal import Addressing
internal import Capture
internal import Foundation
internal import GRDB
internal import Model
internal import NIOCore
internal import Secrets

/// One exchange as it is stored.
struct TrafficRow: Sendable {
    static let schema = """
        CREATE TABLE exchange (
            seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, endpoint_id TEXT NOT NULL,
            endpoint TEXT NOT NULL, time INTEGER NOT NULL, duration INTEGER NOT NULL, method TEXT NOT NULL,
            scheme TEXT NOT NULL, host TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL,
            user_agent TEXT NOT NULL, status INTEGER, code TEXT NOT NULL, client TEXT NOT NULL,
            country TEXT NOT NULL, request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL,
            answerer TEXT NOT NULL, original TEXT NOT NULL, bytes INTEGER NOT NULL, data_key INTEGER, detail BLOB
        ) STRICT;
        CREATE INDEX exchange_by_account ON exchange (account, seq);
        CREATE INDEX exchange_by_endpoint ON exchange (account, endpoint, seq);
        CREATE INDEX exchange_by_key ON exchange (data_key) WHERE data_key IS NOT NULL;
        """

    /// What each account has.
    static let totalsSchema = """
        CREATE TABLE account_total (
            account TEXT PRIMARY KEY, exchanges INTEGER NOT NULL, bytes INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO account_total SELECT account, count(*), sum(bytes) FROM exchange GROUP BY account;
        CREATE TRIGGER exchange_added AFTER INSERT ON exchange BEGIN
            INSERT INTO account_total VALUES (NEW.account, 1, NEW.bytes)
                ON CONFLICT (account) DO UPDATE SET exchanges = exchanges + 1, bytes = bytes + NEW.bytes;
        END;
        CREATE TRIGGER exchange_deleted AFTER DELETE ON exchange BEGIN
            UPDATE account_total SET exchanges = exchanges - 1, bytes = bytes - OLD.bytes WHERE account = OLD.account;
        END;
        """

    /// One total for all, as the first version kept it.
    static let formerTotals = """
        DROP TRIGGER exchange_added;
        DROP TRIGGER exchange_deleted;
        DROP TABLE total;
        """

    /// Without the detail, which most who search do not want.
    static let factColumns = """
        seq, id, account, endpoint_id, endpoint, time, duration, method, scheme, host, path, query, user_agent, status, \
        code, client, country, request_bytes, response_bytes, answerer, original, data_key
        """

    /// So many are deleted in one transaction: others want to write, too.
    private static let deletedAtOnce = 1000

    let sequence: Int64
    let facts: TrafficFacts
    var key: Int64?
    /// Sealed.
    var detail: Data?

    /// What a detail is bound to: it opens in no other row.
    static func name(of facts: TrafficFacts) -> String { "\(facts.account)/\(facts.id)" }

    init(_ exchange: TrafficExchange, key: TrafficKeys.Current) {
        self.sequence = 0
        self.facts = exchange.facts
        guard let detail = exchange.detail else { return }
        self.key = key.number
        self.detail = Data(key.key.seal(detail.bytes.readableBytesView, named: Self.name(of: exchange.facts)))
    }

    /// Nil for a row that is none of ours.
    init?(_ row: Row) {
        guard let account = ResourceID<AccountKind>(row[2]), let endpoint = ResourceID<EndpointKind>(row[3]) else {
            return nil
        }
        self.sequence = row[0]
        let time: Int64 = row[5]
        var facts = TrafficFacts(
            id: row[1],
            account: account,
            endpointID: endpoint,
            endpoint: row[4],
            time: Date(timeIntervalSince1970: Double(time) / 1_000_000)
        )
        facts.microseconds = row[6]
        (facts.method, facts.scheme, facts.host) = (row[7], row[8], row[9])
        (facts.path, facts.query, facts.userAgent) = (row[10], row[11], row[12])
        facts.status = row[13]
        facts.errorCode = row[14]
        let client: String = row[15]
        facts.client = IPAddress(textBytes: client.utf8)
        facts.country = row[16]
        (facts.requestBytes, facts.responseBytes) = (row[17], row[18])
        facts.answerer = TrafficFacts.Answerer(rawValue: row[19]) ?? .nobody
        facts.original = row[20]
        self.key = row[21]
        facts.isFull = self.key != nil
        self.facts = facts
        if row.count > 22 { self.detail = row[22] }
    }

    private var bytes: Int {
        let texts = [self.facts.path, self.facts.query, self.facts.userAgent, self.facts.host, self.facts.endpoint]
        return 300 + (self.detail?.count ?? 0) + texts.reduce(0) { $0 + $1.utf8.count }
    }

    // MARK: Writing

    func insert(_ db: Database) throws {
        let facts = self.facts
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO exchange (id, account, endpoint_id, endpoint, time, duration, method, scheme, host, path, \
                query, user_agent, status, code, client, country, request_bytes, response_bytes, answerer, original, \
                bytes, data_key, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO NOTHING
                """
        )
        try statement.execute(
            arguments: [
                facts.id, facts.account.text, facts.endpointID.text, facts.endpoint,
                facts.nanosecondsSince1970 / 1000, facts.microseconds, facts.method, facts.scheme,
                facts.host, facts.path, facts.query, facts.userAgent, facts.status, facts.errorCode,
                facts.client.map { "\($0)" } ?? "", facts.country, facts.requestBytes, facts.responseBytes,
                facts.answerer.rawValue, facts.original, self.bytes, self.key, self.detail,
            ]
        )
    }

    /// Deletes the oldest of the account that has most, until no more than so many bytes are left: one with very much traffic
    /// takes no room from those with little.
    static func trim(to bytes: Int, _ db: Database) throws {
        while try Self.holdings(db).bytes > bytes {
            let largest = "SELECT account FROM account_total ORDER BY bytes DESC LIMIT 1"
            guard let account = try String.fetchOne(db, sql: largest) else { return }
            try db.execute(
                sql:
                    "DELETE FROM exchange WHERE seq IN (SELECT seq FROM exchange WHERE account = ? ORDER BY seq LIMIT ?)",
                arguments: [account, 100]
            )
            guard db.changesCount > 0 else { return }
        }
    }

    /// Accounts of which nothing is left need no total.
    static func forgetEmptyAccounts(_ db: Database) throws {
        try db.execute(sql: "DELETE FROM account_total WHERE exchanges = 0")
    }

    static func deleteOldest(before time: Date, _ db: Database) throws -> Int {
        try db.execute(
            sql: """
                DELETE FROM exchange WHERE seq IN (SELECT seq FROM exchange ORDER BY seq LIMIT ?) AND time < ?
                """,
            arguments: [Self.deletedAtOnce, Int64(time.timeIntervalSince1970 * 1_000_000)]
        )
        return db.changesCount
    }

    static func deleteAll(of account: ResourceID<AccountKind>, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM exchange WHERE account = ?", arguments: [account.text])
    }

    // MARK: Reading

    /// Of an account; of all where it is nil.
    static func holdings(of account: ResourceID<AccountKind>? = nil, _ db: Database) throws -> TrafficStore.Holdings {
        let row = try Row.fetchOne(
            db,
            sql: "SELECT sum(exchanges), sum(bytes) FROM account_total WHERE ?1 IS NULL OR account = ?1",
            arguments: [account?.text]
        )
        return TrafficStore.Holdings(exchanges: row?[0] ?? 0, bytes: row?[1] ?? 0)
    }

    static func find(_ id: String, of account: ResourceID<AccountKind>, _ db: Database) throws -> TrafficRow? {
        try Row.fetchOne(
            db,
            sql: "SELECT \(Self.factColumns), detail FROM exchange WHERE id = ? AND account = ?",
            arguments: [id, account.text]
        ).flatMap(TrafficRow.init)
    }
}
