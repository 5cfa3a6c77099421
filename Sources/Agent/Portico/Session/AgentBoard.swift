import Synchronization

/// What an agent shows of itself: its status and details for whoever asks, its events for whoever listens.
final class AgentBoard: Sendable {
    /// Events kept for a listener that is slow; older ones are dropped.
    static let maxWaitingEvents = 256

    private struct Contents {
        var status = Agent.Status.connecting
        var details: Agent.SessionDetails?
        var stalls: [Endpoint.ID: PorticoError] = [:]
        var listeners: [UInt64: AsyncStream<Agent.Event>.Continuation] = [:]
        var nextListener: UInt64 = 0
    }

    private let contents = Mutex(Contents())

    var status: Agent.Status { self.contents.withLock(\.status) }

    var details: Agent.SessionDetails? { self.contents.withLock(\.details) }

    /// Endpoints that no data flows to.
    var stalls: [Endpoint.ID: PorticoError] { self.contents.withLock(\.stalls) }

    func events() -> AsyncStream<Agent.Event> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Agent.Event.self,
            bufferingPolicy: .bufferingNewest(Self.maxWaitingEvents)
        )
        let key: UInt64? = self.contents.withLock { contents in
            if case .closed = contents.status { return nil }
            contents.nextListener += 1
            contents.listeners[contents.nextListener] = continuation
            return contents.nextListener
        }
        guard let key else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.contents.withLock { _ = $0.listeners.removeValue(forKey: key) }
        }
        return stream
    }

    func show(_ details: Agent.SessionDetails) {
        self.contents.withLock { $0.details = details }
    }

    /// Tells that no data flows to an endpoint, or for another reason than before; nil: that it flows again.
    func show(_ stall: PorticoError?, of endpoint: Endpoint.ID) {
        self.contents.withLock { $0.stalls[endpoint] = stall }
        self.tell(stall.map { .endpointStalled(endpoint, $0) } ?? .endpointFlowing(endpoint))
    }

    func forget(_ endpoint: Endpoint.ID) {
        self.contents.withLock { _ = $0.stalls.removeValue(forKey: endpoint) }
    }

    /// Tells the listeners of a status that is new, which another reason for the same trouble is not. `closed` is the
    /// last one: it ends their streams.
    func show(_ status: Agent.Status) {
        let listeners: [AsyncStream<Agent.Event>.Continuation] = self.contents.withLock { contents in
            guard contents.status != status else { return [] }
            if case .closed = contents.status { return [] }
            let isKnown = contents.status.isReconnecting && status.isReconnecting
            contents.status = status
            return isKnown ? [] : Array(contents.listeners.values)
        }
        for listener in listeners {
            listener.yield(.statusChanged(status))
            if case .closed = status { listener.finish() }
        }
    }

    func tell(_ event: Agent.Event) {
        for listener in self.contents.withLock({ Array($0.listeners.values) }) {
            listener.yield(event)
        }
    }
}

extension Agent.Status {
    fileprivate var isReconnecting: Bool {
        if case .reconnecting = self { true } else { false }
    }
}
