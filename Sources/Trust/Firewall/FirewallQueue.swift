import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Threads that may be kept busy, and a queue before them that has an end and is fair.
///
/// Whoever sends what takes long has the time taken into account (``FairLine``), is the one who is refused where there is no
/// room, and never has the last of several threads.
final class FirewallQueue: Sendable {
    private struct Job: Sendable {
        let arrival: NIODeadline
        let run: @Sendable () -> Void
        let refuse: @Sendable () -> Void
    }

    private struct Run {
        let party: FirewallParty
        let start: NIODeadline
    }

    private struct State {
        var line = FairLine<Job>()
        /// By number of its run.
        var running: [UInt64: Run] = [:]
        var runs: UInt64 = 0
        /// Threads that are at work, or are about to look for some.
        var workers = 0
        var numbers = FirewallNumbers()
        /// Nil until there is work: who has no firewall has no threads for one.
        var threads: NIOThreadPool?
    }

    /// From then on a job counts as one that takes long.
    private static let long = TimeAmount.milliseconds(50)

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
        self.limit = limit
        self.patience = TimeAmount(patience)
    }

    deinit {
        // Whoever works keeps the queue, so nobody does.
        self.state.withLockedValue(\.threads)?.shutdownGracefully { _ in }
    }

    var numbers: FirewallNumbers {
        self.state.withLockedValue { state in
            var numbers = state.numbers
            numbers.waiting = state.line.count
            numbers.running = state.running.count
            return numbers
        }
    }

    /// Does a job of a party on one of the threads.
    ///
    /// - Returns: what came of it, on `loop`. Fails with what it throws; with ``FirewallError/busy`` where too many wait, or it
    ///   would have waited too long.
    func run<Value: Sendable>(
        for party: FirewallParty,
        on loop: any EventLoop,
        _ work: @escaping @Sendable () throws(FirewallError) -> Value
    ) -> EventLoopFuture<Value> {
        let promise = loop.makePromise(of: Value.self)
        let job = Job(
            arrival: .now(),
            run: {
                do throws(FirewallError) {
                    promise.succeed(try work())
                } catch {
                    promise.fail(error)
                }
            },
            refuse: { promise.fail(FirewallError.busy) }
        )
        let (refused, threads) = self.state.withLockedValue { state in self.enter(job, of: party, &state) }
        refused?.refuse()
        // The closure keeps the queue until nothing is left to do.
        threads?.submit { _ in self.work() }
        return promise.futureResult
    }

    /// - Returns: who is refused, the newcomer or another; and the threads, where one more of them shall work.
    private func enter(_ job: Job, of party: FirewallParty, _ state: inout State) -> (refused: Job?, NIOThreadPool?) {
        var refused: Job?
        if state.line.count + state.running.count >= self.threads + self.limit {
            state.numbers.refusedFull += 1
            refused = state.line.makeRoom(for: party)
            guard refused != nil else { return (job, nil) }
        }
        state.line.append(job, of: party, until: job.arrival + self.patience)
        guard state.workers < self.threads else { return (refused, nil) }
        state.workers += 1
        if let threads = state.threads { return (refused, threads) }
        let threads = NIOThreadPool(numberOfThreads: self.threads)
        threads.start()
        state.threads = threads
        return (refused, threads)
    }

    /// Does what is to be done, on one of the threads.
    private func work() {
        var ended: UInt64?
        while true {
            let (late, next) = self.state.withLockedValue { state in self.next(after: ended, &state) }
            for job in late { job.refuse() }
            guard let next else { return }
            next.job.run()
            ended = next.run
        }
    }

    private func next(after ended: UInt64?, _ state: inout State) -> (late: [Job], (job: Job, run: UInt64)?) {
        let now = NIODeadline.now()
        if let ended, let run = state.running.removeValue(forKey: ended) {
            let time = (now - run.start).nanoseconds
            state.line.charge(run.party, nanoseconds: time)
            state.numbers.inspected += 1
            state.numbers.worked += .nanoseconds(time)
        }
        let late = state.line.removeLate(at: now)
        state.numbers.refusedLate += late.count
        let isLast = self.threads > 1 && state.running.count == self.threads - 1
        let taken = state.line.next { party in
            !isLast || !state.running.values.contains { $0.party == party && now - $0.start > Self.long }
        }
        guard let taken else {
            state.workers -= 1
            return (late, nil)
        }
        state.runs += 1
        state.running[state.runs] = Run(party: taken.party, start: now)
        state.numbers.waited += .nanoseconds((now - taken.job.arrival).nanoseconds)
        return (late, (taken.job, state.runs))
    }
}
