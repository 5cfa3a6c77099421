import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Threads that may be kept busy, and a queue before them that has an end.
final class FirewallQueue: Sendable {
    private struct State {
        var waiting = 0
        /// Nil until there is work: who has no firewall has no threads for one.
        var threads: NIOThreadPool?
    }

    private let threads: Int
    private let limit: Int
    private let patience: TimeAmount
    private let state = NIOLockedValueBox(State())

    /// - Parameters:
    ///   - threads: how many.
    ///   - limit: how many jobs may wait beside those that run.
    ///   - patience: how long a job may wait.
    init(threads: Int, limit: Int, patience: Duration) {
        self.threads = max(1, threads)
        self.limit = self.threads + limit
        self.patience = TimeAmount(patience)
    }

    deinit {
        // Jobs keep the queue, so none runs.
        self.state.withLockedValue(\.threads)?.shutdownGracefully { _ in }
    }

    var waiting: Int { self.state.withLockedValue(\.waiting) }

    /// Does a job on one of the threads.
    ///
    /// - Returns: what came of it, on `loop`. Fails with what it throws; with ``FirewallError/busy`` where too many wait, or it
    ///   would have waited too long.
    func run<Value: Sendable>(
        on loop: any EventLoop,
        _ job: @escaping @Sendable () throws(FirewallError) -> Value
    ) -> EventLoopFuture<Value> {
        guard let threads = self.enter() else { return loop.makeFailedFuture(FirewallError.busy) }
        let promise = loop.makePromise(of: Value.self)
        let deadline = NIODeadline.now() + self.patience
        threads.submit { state in
            defer { self.state.withLockedValue { $0.waiting -= 1 } }
            guard state == .active, NIODeadline.now() <= deadline else {
                promise.fail(FirewallError.busy)
                return
            }
            do throws(FirewallError) {
                promise.succeed(try job())
            } catch {
                promise.fail(error)
            }
        }
        return promise.futureResult
    }

    private func enter() -> NIOThreadPool? {
        self.state.withLockedValue { state in
            guard state.waiting < self.limit else { return nil }
            state.waiting += 1
            if let threads = state.threads { return threads }
            let threads = NIOThreadPool(numberOfThreads: self.threads)
            threads.start()
            state.threads = threads
            return threads
        }
    }
}
