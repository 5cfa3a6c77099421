import Addressing
import NIOConcurrencyHelpers
import Proxy

/// Counts connections, in all, by listener and by address, and refuses what is too many.
///
/// Asked once for each connection, not on the path of a request; a lock held for a look into two dictionaries.
final class ConnectionLimiter: Sendable {
    /// The most that there may be.
    struct Limits: Sendable {
        var total: Int
        var perListener: Int
        var perAddress: Int
    }

    /// What becomes of a connection that has come.
    enum Admission: Sendable, Equatable {
        case admitted
        /// Nearly too many: it is let in to be told so, and for nothing else.
        case surplus(Limit)
        /// It is closed at once.
        case refused(Limit)
    }

    private struct State {
        var limits: Limits
        var total = 0
        var byListener: [UInt16: Int] = [:]
        var byAddress: [IPAddress: Int] = [:]
    }

    private let state: NIOLockedValueBox<State>

    init(_ limits: Limits) {
        self.state = NIOLockedValueBox(State(limits: limits))
    }

    /// Connections that are too many now stay until they end.
    func setLimits(_ limits: Limits) {
        self.state.withLockedValue { $0.limits = limits }
    }

    /// A visitor has come to the listener of this port. Unless it is refused, `leave` must follow when it ends.
    func enter(_ address: IPAddress?, listener port: UInt16) -> Admission {
        self.state.withLockedValue { state in
            let limits = state.limits
            let here = state.byListener[port, default: 0]
            guard state.total < limits.total else { return .refused(.connections) }
            guard here < limits.perListener else { return .refused(.connectionsPerListener) }
            if let address {
                let count = state.byAddress[address, default: 0]
                guard count < limits.perAddress else { return .refused(.connectionsPerAddress) }
                state.byAddress[address] = count + 1
            }
            state.total += 1
            state.byListener[port] = here + 1
            if state.total > Self.comfortable(limits.total) { return .surplus(.connections) }
            if here + 1 > Self.comfortable(limits.perListener) { return .surplus(.connectionsPerListener) }
            return .admitted
        }
    }

    /// The last twentieth is there to say that there are too many.
    private static func comfortable(_ limit: Int) -> Int { limit - limit / 20 }

    func leave(_ address: IPAddress?, listener port: UInt16) {
        self.state.withLockedValue { state in
            state.total -= 1
            Self.lower(&state.byListener, port)
            if let address { Self.lower(&state.byAddress, address) }
        }
    }

    /// An agent has come to a listener of agents, which visitors do not come to. Many may have one address, and a drain
    /// does not wait for them.
    ///
    /// - Returns: whether it may stay; `leaveAgent` must follow when it ends.
    func enterAgent(listener port: UInt16) -> Bool {
        self.state.withLockedValue { state in
            let here = state.byListener[port, default: 0]
            guard here < state.limits.perListener else { return false }
            state.byListener[port] = here + 1
            return true
        }
    }

    func leaveAgent(listener port: UInt16) {
        self.state.withLockedValue { Self.lower(&$0.byListener, port) }
    }

    private static func lower<Key>(_ counts: inout [Key: Int], _ key: Key) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }

    /// Visitors' connections.
    var count: Int { self.state.withLockedValue { $0.total } }
}
