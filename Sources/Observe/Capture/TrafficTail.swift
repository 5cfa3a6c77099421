package import Model
import Synchronization

/// Tells those who watch of each exchange when it has been stored. A watcher who is slow misses older ones.
package final class TrafficTail: Sendable {
    /// Exchanges that are kept for one watcher.
    package static let longestWait = 256
    /// Who may watch at a time, of one account and in all.
    package static let mostWatchers = 64
    package static let mostWatchersOfAccount = 16

    private struct Watcher {
        let account: ResourceID<AccountKind>
        let continuation: AsyncStream<TrafficFacts>.Continuation
    }

    private struct State {
        var watchers: [UInt64: Watcher] = [:]
        var next: UInt64 = 0
        var missed = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Exchanges that watchers have missed because they were too slow.
    package var missed: Int { self.state.withLock(\.missed) }

    package var isWatched: Bool { self.state.withLock { !$0.watchers.isEmpty } }

    package func tell(_ exchanges: [TrafficExchange]) {
        self.state.withLock { state in
            guard !state.watchers.isEmpty else { return }
            for exchange in exchanges {
                for watcher in state.watchers.values where watcher.account == exchange.facts.account {
                    if case .dropped = watcher.continuation.yield(exchange.facts) { state.missed += 1 }
                }
            }
        }
    }

    /// What is stored of an account from now on, until the reader ends; nil where too many watch already.
    package func watch(_ account: ResourceID<AccountKind>) -> AsyncStream<TrafficFacts>? {
        let (stream, continuation) = AsyncStream.makeStream(
            of: TrafficFacts.self,
            bufferingPolicy: .bufferingNewest(Self.longestWait)
        )
        let id: UInt64? = self.state.withLock { state in
            let own = state.watchers.values.count { $0.account == account }
            guard state.watchers.count < Self.mostWatchers, own < Self.mostWatchersOfAccount else { return nil }
            state.next += 1
            state.watchers[state.next] = Watcher(account: account, continuation: continuation)
            return state.next
        }
        guard let id else { return nil }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.watchers.removeValue(forKey: id) }
        }
        return stream
    }
}
