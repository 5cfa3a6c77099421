internal import CPostgres
internal import Foundation
internal import Model

/// One connection, for one thread at a time. Every call blocks its thread, never beyond its deadline.
///
/// libpq is used without blocking underneath: its blocking calls wait for ever for a server that has stopped.
// Unchecked: the pool gives it to one thread at a time, and the listener keeps its own; libpq asks for no more.
final class PostgresConnection: @unchecked Sendable {
    private let handle: OpaquePointer
    /// The name under which each statement is known to the server.
    private var prepared: [String: String] = [:]
    /// How long one statement, or the coming about of the connection, may take.
    let patience: Duration

    /// - Throws: `.lost` or `.late` when it does not come about.
    init(_ address: PostgresAddress, patience: Duration) throws(ConnectionError) {
        // What comes before the URL is a default that the URL may change; what comes after holds.
        let options = [
            ("fallback_application_name", "portico-edge"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
            ("keepalives_count", "3"), ("target_session_attrs", "read-write"), ("dbname", address.url.reveal()),
            ("client_encoding", "UTF8"),
        ]
        let names = options.map { strdup($0.0) }
        let values = options.map { strdup($0.1) }
        defer { (names + values).forEach { free($0) } }
        let handle = PQconnectStartParams(
            names.map { UnsafePointer($0) } + [nil],
            values.map { UnsafePointer($0) } + [nil],
            1
        )
        guard let handle else { throw .lost("out of memory") }
        self.handle = handle
        self.patience = patience
        // Notices would go to standard error.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        try self.finishConnecting()
        PQsetnonblocking(handle, 1)
    }

    deinit {
        PQfinish(self.handle)
    }

    var serverVersion: Int { Int(PQserverVersion(self.handle)) }
    /// To wait for what comes unasked; -1 where there is no connection.
    var descriptor: Int32 { PQsocket(self.handle) }

    private func finishConnecting() throws(ConnectionError) {
        let deadline = ContinuousClock.now + self.patience
        guard PQstatus(self.handle) != CONNECTION_BAD else { throw self.loss }
        var state = PGRES_POLLING_WRITING
        while state != PGRES_POLLING_OK {
            guard state != PGRES_POLLING_FAILED else { throw self.loss }
            try self.wait(for: state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until: deadline)
            state = PQconnectPoll(self.handle)
        }
    }

    // MARK: - Statements

    /// Runs one statement, which is prepared the first time.
    @discardableResult
    func run(_ sql: String, _ parameters: [Parameter] = []) throws(ConnectionError) -> QueryResult {
        let name = try self.prepare(sql)
        let encoded = parameters.map(\.encoded)
        let bytes = encoded.map { $0?.bytes }
        let sent = Self.withPointers(bytes[...], []) { pointers in
            PQsendQueryPrepared(
                self.handle,
                name,
                Int32(parameters.count),
                pointers,
                encoded.map { Int32($0?.count ?? 0) },
                parameters.map(\.format),
                1
            )
        }
        try self.send { sent }
        return try self.receive()
    }

    private func prepare(_ sql: String) throws(ConnectionError) -> String {
        if let name = self.prepared[sql] { return name }
        let name = "portico_\(self.prepared.count)"
        try self.send { PQsendPrepare(self.handle, name, sql, 0, nil) }
        _ = try self.receive()
        self.prepared[sql] = name
        return name
    }

    /// Runs statements without values, one after the other.
    func runScript(_ sql: String) throws(ConnectionError) {
        try self.send { PQsendQuery(self.handle, sql) }
        _ = try self.receive()
    }

    /// Whether something was notified since the last call.
    func takeNotifications() throws(ConnectionError) -> Bool {
        guard PQconsumeInput(self.handle) == 1 else { throw self.loss }
        var count = 0
        while let notification = PQnotifies(self.handle) {
            PQfreemem(notification)
            count += 1
        }
        return count > 0
    }

    /// Whether no transaction is open, and the next statement begins one.
    var isIdle: Bool { PQtransactionStatus(self.handle) == PQTRANS_IDLE }

    // MARK: - Waiting

    private func send(_ start: () -> Int32) throws(ConnectionError) {
        guard start() == 1 else { throw self.loss }
    }

    /// The last result of what was sent, or the first error in it.
    private func receive() throws(ConnectionError) -> QueryResult {
        let deadline = ContinuousClock.now + self.patience
        var last: QueryResult?
        var error: ConnectionError?
        while true {
            try self.waitForResult(until: deadline)
            guard let handle = PQgetResult(self.handle) else { break }
            let result = QueryResult(handle)
            error = error ?? result.error
            last = result
        }
        if let error { throw error }
        guard let last else { throw self.loss }
        return last
    }

    private func waitForResult(until deadline: ContinuousClock.Instant) throws(ConnectionError) {
        while true {
            let unsent = PQflush(self.handle)
            guard unsent >= 0 else { throw self.loss }
            if unsent == 0, PQisBusy(self.handle) == 0 { return }
            try self.wait(for: unsent == 0 ? POLLIN : POLLIN | POLLOUT, until: deadline)
            guard PQconsumeInput(self.handle) == 1 else { throw self.loss }
        }
    }

    private func wait(for events: Int32, until deadline: ContinuousClock.Instant) throws(ConnectionError) {
        while true {
            var entry = pollfd(fd: PQsocket(self.handle), events: Int16(events), revents: 0)
            let left = (deadline - ContinuousClock.now).milliseconds
            guard left > 0 else { throw .late("\(self.patience)") }
            switch poll(&entry, 1, Int32(clamping: left)) {
            case 0: throw .late("\(self.patience)")
            case -1 where errno == EINTR: continue
            case -1: throw .lost(String(cString: strerror(errno)))
            default: return
            }
        }
    }

    /// What libpq says about the end of the connection.
    private var loss: ConnectionError {
        let text = PQerrorMessage(self.handle).map { String(cString: $0) } ?? ""
        let line = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
        return .lost(line.isEmpty ? "the connection ended" : line)
    }

    /// Calls `body` with a pointer to each value's bytes, nil for NULL.
    private static func withPointers<Value>(
        _ values: ArraySlice<[UInt8]?>,
        _ pointers: [UnsafePointer<CChar>?],
        _ body: ([UnsafePointer<CChar>?]) -> Value
    ) -> Value {
        guard let first = values.first else { return body(pointers) }
        guard let first else { return Self.withPointers(values.dropFirst(), pointers + [nil], body) }
        return first.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            return Self.withPointers(values.dropFirst(), pointers + [start], body)
        }
    }
}

extension Duration {
    /// Whole milliseconds, rounded up.
    var milliseconds: Int64 {
        self.components.seconds * 1000 + (self.components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
