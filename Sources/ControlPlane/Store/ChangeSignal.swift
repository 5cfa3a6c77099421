private import Synchronization

/// Wakes those who follow the changes of a store: a part of every implementation.
package final class ChangeSignal: Sendable {
    private struct Listeners {
        var next = 0
        var continuations: [Int: AsyncStream<Void>.Continuation] = [:]
    }

    private let listeners = Mutex(Listeners())

    package init() {}

    package func raise() {
        let continuations = self.listeners.withLock { Array($0.continuations.values) }
        for continuation in continuations {
            continuation.yield()
        }
    }

    /// Yields after each raise and whenever `interval` has gone by. Several that nobody waited for are one.
    package func stream(atLeastEvery interval: Duration) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = self.listeners.withLock { listeners in
            listeners.next += 1
            listeners.continuations[listeners.next] = continuation
            return listeners.next
        }
        // Lives as long as the stream.
        let ticks = Task {
            while true {
                try await Task.sleep(for: interval)
                continuation.yield()
            }
        }
        continuation.onTermination = { [weak self] _ in
            ticks.cancel()
            self?.listeners.withLock { $0.continuations[number] = nil }
        }
        return stream
    }
}
