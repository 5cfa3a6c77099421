import NIOConcurrencyHelpers
import NIOCore

/// Carries messages from any event loop to one: many at a time, with one wake-up for a batch.
///
/// The only lock on a request's way, and only where a visitor and an agent live on different loops: it is held for
/// one append or one exchange of arrays.
final class LoopMailbox: Sendable {
    private let eventLoop: any EventLoop
    private let hub: NIOLoopBound<RelayHub>
    /// A lock of NIO's and not `Mutex`, whose order the thread sanitizer loses where threads have to wait for it
    /// (docs/decisions/0100-locks-that-the-sanitizer-sees.md).
    private let messages = NIOLockedValueBox<[RelayMessage]>([])

    init(hub: RelayHub, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.hub = NIOLoopBound(hub, eventLoop: eventLoop)
    }

    func post(_ message: RelayMessage) {
        let isFirst = self.messages.withLockedValue { messages in
            messages.append(message)
            return messages.count == 1
        }
        guard isFirst else { return }
        self.eventLoop.execute { self.deliver() }
    }

    private func deliver() {
        let batch = self.messages.withLockedValue { messages in
            let batch = messages
            messages = []
            return batch
        }
        self.hub.value.receive(batch)
    }
}
