package import Events
internal import NIOConcurrencyHelpers

/// Takes events of traffic from event loops, while somebody wants them.
package final class TrafficIntake: SubscribedEvents {
    let queue: EventQueue
    private let current = NIOLockedValueBox(WantedEvents())
    private let whenChanged = NIOLockedValueBox<(@Sendable () async -> Void)?>(nil)

    /// - Parameter limit: how many wait at most to be written down.
    package init(limit: Int) {
        self.queue = EventQueue(limit: limit)
    }

    package var wanted: WantedEvents { self.current.withLockedValue { $0 } }

    package func onChange(_ change: @escaping @Sendable () async -> Void) {
        self.whenChanged.withLockedValue { $0 = change }
    }

    package func record(_ event: TrafficEvent) { self.queue.record(event) }

    /// In force on all event loops when this returns.
    func want(_ wanted: WantedEvents) async {
        let isNew = self.current.withLockedValue { current in
            defer { current = wanted }
            return current != wanted
        }
        guard isNew else { return }
        await self.whenChanged.withLockedValue { $0 }?()
    }
}
