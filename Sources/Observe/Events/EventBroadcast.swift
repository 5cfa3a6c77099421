package import Model
import NIOConcurrencyHelpers

/// Shows events to those who look at them as they happen: the pages of a dashboard, say.
///
/// Nothing is kept for anybody. Who does not keep up misses the oldest of what waits, and nobody waits for them.
package final class EventBroadcast: Sendable {
    private struct Listener {
        let account: ResourceID<AccountKind>
        /// Names of types; nil for all.
        let types: Set<String>?
        let continuation: AsyncStream<EventEnvelope>.Continuation
    }

    private struct State {
        var next = 0
        var listeners: [Int: Listener] = [:]
    }

    private let state = NIOLockedValueBox(State())
    /// Told when the first listener comes, and when the last has gone.
    private let whenHeard = NIOLockedValueBox<(@Sendable (Bool) -> Void)?>(nil)

    package init() {}

    /// The events of an account from now on, until the task that waits for them ends.
    ///
    /// - Parameters:
    ///   - account: whose; nobody sees those of others.
    ///   - types: names of types; nil for all.
    ///   - limit: how many wait at most for who does not keep up.
    /// - Returns: what is shown, as it comes.
    package func events(
        of account: ResourceID<AccountKind>,
        types: Set<String>? = nil,
        limit: Int = 1000
    ) -> AsyncStream<EventEnvelope> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: EventEnvelope.self,
            bufferingPolicy: .bufferingNewest(limit)
        )
        let number = self.state.withLockedValue { state in
            state.next += 1
            state.listeners[state.next] = Listener(account: account, types: types, continuation: continuation)
            return state.next
        }
        continuation.onTermination = { [weak self] _ in self?.remove(number) }
        self.tell()
        return stream
    }

    private func remove(_ number: Int) {
        self.state.withLockedValue { $0.listeners[number] = nil }
        self.tell()
    }

    private func tell() {
        self.whenHeard.withLockedValue { $0 }?(self.isHeard)
    }

    /// Whether anybody looks.
    package var isHeard: Bool { self.state.withLockedValue { !$0.listeners.isEmpty } }

    /// Calls `change` whenever somebody begins to look or nobody looks any more.
    package func onChange(_ change: @escaping @Sendable (Bool) -> Void) {
        self.whenHeard.withLockedValue { $0 = change }
    }

    /// Shows an event to those who look at its account.
    package func publish(_ event: EventEnvelope) {
        guard let account = event.account else { return }
        let listeners = self.state.withLockedValue { state in
            state.listeners.values.filter { $0.account == account && $0.types?.contains(event.type) ?? true }
        }
        for listener in listeners { listener.continuation.yield(event) }
    }
}
