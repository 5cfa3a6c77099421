import Model
import NIOConcurrencyHelpers

/// How many requests are under way, of all and of each account.
final class RequestSlots: Sendable {
    private struct Counts {
        var total = 0
        var accounts: [ResourceID<AccountKind>: Int] = [:]
    }

    private let total: Int
    private let perAccount: Int
    private let counts = NIOLockedValueBox(Counts())

    init(total: Int, perAccount: Int) {
        self.total = total
        self.perAccount = perAccount
    }

    /// - Returns: false where as many are under way as may be. What was taken is given back with ``free(_:)``.
    func take(_ account: ResourceID<AccountKind>) -> Bool {
        self.counts.withLockedValue { counts in
            let own = counts.accounts[account, default: 0]
            guard counts.total < self.total, own < self.perAccount else { return false }
            counts.total += 1
            counts.accounts[account] = own + 1
            return true
        }
    }

    func free(_ account: ResourceID<AccountKind>) {
        self.counts.withLockedValue { counts in
            counts.total -= 1
            let left = counts.accounts[account, default: 1] - 1
            counts.accounts[account] = left > 0 ? left : nil
        }
    }
}
