import Synchronization

/// Which logins have come back already: each comes back once. What is forgotten is over by its time, unless many come.
final class UsedLogins: Sendable {
    private struct State {
        var recent: Set<String> = []
        var older: Set<String> = []
        /// When ``older`` was put aside, in seconds since 1970.
        var turned: Int64 = 0
    }

    /// Of each of the two sets.
    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int = 32_768) {
        self.limit = limit
    }

    /// - Returns: false where the login came back before.
    func use(_ login: String, at now: Int64) -> Bool {
        self.state.withLock { state in
            if state.recent.count >= self.limit || now >= state.turned + LoginState.lifetime + 60 {
                state.older = state.recent
                state.recent = []
                state.turned = now
            }
            guard !state.older.contains(login) else { return false }
            return state.recent.insert(login).inserted
        }
    }
}
