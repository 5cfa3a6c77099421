import Synchronization

/// Whether the edge can take visitors, as load balancers ask.
final class Readiness: Sendable {
    enum State: String, Sendable {
        /// Not all listeners serve yet.
        case starting
        case ready
        /// No new visitors should come; those who are here are served to the end.
        case draining
    }

    private let state = Mutex(State.starting)

    var current: State { self.state.withLock { $0 } }

    func set(_ state: State) {
        self.state.withLock { $0 = state }
    }
}
