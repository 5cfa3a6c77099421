import Addressing
import NIOConcurrencyHelpers

/// Counts visitors' connections, in all and by address, and refuses what is too many.
///
/// Asked once for each connection, not on the path of a request; a lock held for a look into a dictionary.
final class ConnectionLimiter: Sendable {
    private struct State {
        var limit: Int
        var limitPerAddress: Int
        var total = 0
        var byAddress: [IPAddress: Int] = [:]
    }

    private let state: NIOLockedValueBox<State>

    init(total: Int, perAddress: Int) {
        self.state = NIOLockedValueBox(State(limit: total, limitPerAddress: perAddress))
    }

    /// Connections that are too many now stay until they end.
    func setLimits(total: Int, perAddress: Int) {
        self.state.withLockedValue { state in
            state.limit = total
            state.limitPerAddress = perAddress
        }
    }

    /// - Returns: whether the connection may stay; `leave` must follow when it ends.
    func enter(_ address: IPAddress?) -> Bool {
        self.state.withLockedValue { state in
            guard state.total < state.limit else { return false }
            if let address {
                let count = state.byAddress[address, default: 0]
                guard count < state.limitPerAddress else { return false }
                state.byAddress[address] = count + 1
            }
            state.total += 1
            return true
        }
    }

    func leave(_ address: IPAddress?) {
        self.state.withLockedValue { state in
            state.total -= 1
            guard let address, let count = state.byAddress[address] else { return }
            state.byAddress[address] = count > 1 ? count - 1 : nil
        }
    }

    var count: Int { self.state.withLockedValue { $0.total } }
}
