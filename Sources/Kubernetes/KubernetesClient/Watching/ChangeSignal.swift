import NIOConcurrencyHelpers

/// Tells one reader that something changed: once for however many changes there were since it looked last.
package final class ChangeSignal: Sendable {
    /// Has one reader; ends when its task is cancelled.
    package let changes: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let sent = NIOLockedValueBox<UInt64>(0)

    package init() {
        (self.changes, self.continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// How many changes there were.
    package var count: UInt64 { self.sent.withLockedValue { $0 } }

    package func send() {
        self.sent.withLockedValue { $0 &+= 1 }
        self.continuation.yield()
    }
}
