internal import NIOConcurrencyHelpers
internal import NIOPosix
internal import Store

/// A few connections, and as many threads that wait for PostgreSQL in place of tasks.
///
/// Who uses a thread always finds a connection free, or room for a new one. While PostgreSQL is away it is tried now
/// and then, and everyone is told so at once.
final class ConnectionPool: Sendable {
    /// Whether what a body does may be done once more on another connection, when it was cut off.
    final class Attempt {
        /// Set before the statement after which it is not known what was done.
        var isFinal = false
    }

    typealias Body<Value> = @Sendable (PostgresConnection, Attempt) throws -> Value

    private struct State {
        var idle: [PostgresConnection] = []
        var waiting = 0
        var backOff = BackOff()
    }

    private static let longestQueue = 1000

    private let open: @Sendable () throws(ConnectionError) -> PostgresConnection
    private let patience: Duration
    private let threads: NIOThreadPool
    private let state = NIOLockedValueBox(State())

    /// - Parameters:
    ///   - size: of connections and threads.
    ///   - patience: how long a caller waits for a thread.
    ///   - open: makes a connection that is ready for statements.
    init(
        size: Int,
        patience: Duration,
        open: @escaping @Sendable () throws(ConnectionError) -> PostgresConnection
    ) {
        self.open = open
        self.patience = patience
        self.threads = NIOThreadPool(numberOfThreads: size)
        self.threads.start()
    }

    deinit {
        // Calls that run keep the pool, so none does.
        self.threads.shutdownGracefully { _ in }
    }

    /// Runs `body` on a thread that may block, with a connection of its own. Every connection that it leaves inside a
    /// transaction is closed, which undoes that.
    ///
    /// - Throws: what `body` throws as a `StoreError`; `.unavailable` when PostgreSQL is away.
    func run<Value: Sendable>(_ body: @escaping Body<Value>) async throws(StoreError) -> Value {
        try self.enter()
        defer { self.state.withLockedValue { $0.waiting -= 1 } }
        let begun = ContinuousClock.now
        do {
            return try await self.threads.runIfActive {
                guard ContinuousClock.now - begun < self.patience else {
                    throw StoreError.unavailable("PostgreSQL is too slow for what is asked of it")
                }
                return try self.attempt(body)
            }
        } catch {
            throw StoreError(error)
        }
    }

    private func enter() throws(StoreError) {
        let refusal: StoreError? = self.state.withLockedValue { state in
            guard state.waiting < Self.longestQueue else {
                return .unavailable("\(state.waiting) callers wait for PostgreSQL already")
            }
            state.waiting += 1
            return nil
        }
        if let refusal { throw refusal }
    }

    private func attempt<Value>(_ body: Body<Value>) throws -> Value {
        let (connection, isFresh) = try self.take()
        let attempt = Attempt()
        do {
            return try self.use(connection, attempt, body)
        } catch let error as ConnectionError where error.isLoss && !isFresh && !attempt.isFinal {
            // It had ended while it lay idle, and the others with it.
            self.state.withLockedValue { $0.idle = [] }
        } catch let error as ConnectionError where !error.leavesConnection {
            self.note(error)
            throw error
        }
        return try self.use(self.take().connection, attempt, body)
    }

    private func use<Value>(_ connection: PostgresConnection, _ attempt: Attempt, _ body: Body<Value>) throws -> Value {
        do {
            let value = try body(connection, attempt)
            self.giveBack(connection)
            return value
        } catch {
            if (error as? ConnectionError)?.leavesConnection ?? true { self.giveBack(connection) }
            throw error
        }
    }

    private func take() throws(ConnectionError) -> (connection: PostgresConnection, isFresh: Bool) {
        let (idle, refusal) = self.state.withLockedValue { state -> (PostgresConnection?, String?) in
            if let connection = state.idle.popLast() { return (connection, nil) }
            return (nil, state.backOff.isWaiting(at: .now) ? state.backOff.reason : nil)
        }
        if let idle { return (idle, false) }
        if let refusal { throw .lost(refusal) }
        do throws(ConnectionError) {
            let connection = try self.open()
            self.state.withLockedValue { $0.backOff.succeeded() }
            return (connection, true)
        } catch {
            self.note(error)
            throw error
        }
    }

    private func note(_ error: ConnectionError) {
        let chance = Double.random(in: 0...1)
        _ = self.state.withLockedValue { $0.backOff.failed(error.text, at: .now, chance: chance) }
    }

    private func giveBack(_ connection: PostgresConnection) {
        guard connection.isIdle else { return }
        self.state.withLockedValue { $0.idle.append(connection) }
    }
}

extension StoreError {
    /// What our own code throws inside a transaction stays as it is; what PostgreSQL says makes the store unavailable.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as ConnectionError: self = .unavailable(error.text)
        default: self = .unavailable("\(error)")
        }
    }
}
