internal import Foundation
internal import GRDB
internal import NIOConcurrencyHelpers
internal import Secrets

/// The keys that seal messages: a new one for each day of traffic, sealed with those of the edge. Without exchanges it is
/// deleted, and with it whatever is left of them on the disk.
final class TrafficKeys: Sendable {
    static let schema = """
        CREATE TABLE data_key (number INTEGER PRIMARY KEY, sealed TEXT NOT NULL) STRICT;
        """

    /// A key that is to be stored before anything that it sealed.
    struct Made: Sendable {
        let number: Int64
        let sealed: String

        func insert(_ db: Database) throws {
            try db.execute(
                sql: "INSERT INTO data_key VALUES (?, ?) ON CONFLICT DO NOTHING",
                arguments: [self.number, self.sealed]
            )
        }
    }

    struct Current: Sendable {
        let number: Int64
        let key: DataKey
    }

    private struct State {
        var current: (current: Current, day: Int64, sealed: Int)?
        var known: [Int64: DataKey] = [:]
    }

    /// Texts for which one key is used: far below what its nonces are good for (NIST SP 800-38D §8.3).
    private static let mostSealed = 1 << 24
    private static let mostKnown = 256

    private let keyring: SealingKeyring
    private let state = NIOLockedValueBox(State())

    init(_ keyring: SealingKeyring) {
        self.keyring = keyring
    }

    private static func purpose(_ number: Int64) -> SealPurpose { SealPurpose("traffic data key \(number)") }

    /// The key that seals now, and what is to be stored of it where it is new.
    func current(now: Date) -> (Current, Made?) {
        let day = Int64(now.timeIntervalSince1970 / 86_400)
        return self.state.withLockedValue { state in
            if let known = state.current, known.day == day, known.sealed < Self.mostSealed {
                return (known.current, nil)
            }
            let number = Int64.random(in: 1...Int64.max)
            let key = DataKey.random()
            let current = Current(number: number, key: key)
            state.current = (current, day, 0)
            state.known[number] = key
            return (current, Made(number: number, sealed: key.sealed(with: self.keyring, for: Self.purpose(number))))
        }
    }

    func note(sealed count: Int) {
        self.state.withLockedValue { $0.current?.sealed += count }
    }

    /// A write that did not succeed has not stored the key either: the next one begins with another.
    func forgetCurrent() {
        self.state.withLockedValue { $0.current = nil }
    }

    func key(_ number: Int64, _ database: any DatabaseReader) throws -> DataKey {
        if let known = self.state.withLockedValue({ $0.known[number] }) { return known }
        let sealed = try database.read { db in
            try String.fetchOne(db, sql: "SELECT sealed FROM data_key WHERE number = ?", arguments: [number])
        }
        guard let sealed else { throw TrafficStoreError("a key is gone") }
        let key = try DataKey(opening: sealed, with: self.keyring, for: Self.purpose(number))
        self.state.withLockedValue { state in
            if state.known.count >= Self.mostKnown { state.known = [:] }
            state.known[number] = key
        }
        return key
    }

    /// Seals all keys with the newest of the edge; those that do not open any more go, and what they sealed with them.
    func resealAll(_ db: Database) throws {
        for row in try Row.fetchAll(db, sql: "SELECT number, sealed FROM data_key") {
            let (number, sealed): (Int64, String) = (row[0], row[1])
            do {
                guard let anew = try self.keyring.resealed(sealed, for: Self.purpose(number)) else { continue }
                try db.execute(sql: "UPDATE data_key SET sealed = ? WHERE number = ?", arguments: [anew, number])
            } catch is SealError {
                try db.execute(sql: "DELETE FROM data_key WHERE number = ?", arguments: [number])
            }
        }
    }

    func deleteUnused(_ db: Database) throws {
        let current = self.state.withLockedValue { $0.current?.current.number ?? 0 }
        try db.execute(
            sql: """
                DELETE FROM data_key WHERE number <> ? AND NOT EXISTS
                    (SELECT 1 FROM exchange WHERE exchange.data_key = data_key.number)
                """,
            arguments: [current]
        )
        self.state.withLockedValue { $0.known = $0.known.filter { $0.key == current } }
    }
}
