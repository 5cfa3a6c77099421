package import Model
import NIOCore
import Synchronization

/// The sessions that visitors have shown lately, for all loops; the others are asked for where they are kept.
///
/// What is in memory is bounded by its weight: what was not shown for longest goes first.
package final class LoginSessionTable: Sendable {
    package typealias ID = ResourceID<ApplicationSessionKind>

    private struct State {
        /// What was shown lately, and what was shown before that: each half takes half of the memory.
        var recent: [ID: LoginSession] = [:]
        var older: [ID: LoginSession] = [:]
        var weight = 0
        /// Sessions that ended: one that is on its way from where it is kept must not come back.
        var ended: Set<ID> = []
        var endedBefore: Set<ID> = []
        /// Sessions whose user is asked for at the provider at the moment.
        var refreshing: Set<ID> = []
        var loading = 0
    }

    /// How much later than it happened it is kept that a session was used, in seconds.
    private static let staleness: Int64 = 60
    private static let rememberedEnds = 10_000
    private static let maximumLoads = 256
    private static let maximumRefreshes = 1024

    private let halfWeight: Int
    // Held for a look-up in a table.
    private let state = Mutex(State())

    /// - Parameter bytes: about the most that sessions take of the memory.
    package init(bytes: Int = 128 << 20) {
        self.halfWeight = bytes / 2
    }

    /// The session, where it is in memory.
    func session(_ id: ID) -> LoginSession? {
        self.state.withLock { state in
            if let session = state.recent[id] { return session }
            guard let session = state.older.removeValue(forKey: id) else { return nil }
            self.insert(session, into: &state)
            return session
        }
    }

    /// Takes in a session that is new, was changed, or came from where it is kept, unless it has ended meanwhile.
    ///
    /// - Returns: whether it was.
    @discardableResult
    func put(_ session: LoginSession) -> Bool {
        self.state.withLock { state in
            guard !state.ended.contains(session.id), !state.endedBefore.contains(session.id) else { return false }
            state.older[session.id] = nil
            self.insert(session, into: &state)
            return true
        }
    }

    private func insert(_ session: LoginSession, into state: inout State) {
        if let old = state.recent.updateValue(session, forKey: session.id) { state.weight -= old.weight }
        state.weight += session.weight
        guard state.weight > self.halfWeight else { return }
        state.older = state.recent
        state.recent = [:]
        state.weight = 0
    }

    /// The session was shown.
    ///
    /// - Returns: the session where that is to be kept.
    func touch(_ id: ID, at now: Int64) -> LoginSession? {
        self.state.withLock { state in
            guard var session = state.recent[id] else { return nil }
            let isKept = now - session.keptActive < Self.staleness
            session.lastActive = max(session.lastActive, now)
            if !isKept { session.keptActive = now }
            state.recent[id] = session
            return isKept ? nil : session
        }
    }

    /// The session is over, here or elsewhere.
    package func end(_ id: ID) {
        self.state.withLock { state in
            if let session = state.recent.removeValue(forKey: id) { state.weight -= session.weight }
            state.older[id] = nil
            state.ended.insert(id)
            guard state.ended.count > Self.rememberedEnds else { return }
            state.endedBefore = state.ended
            state.ended = []
        }
    }

    /// Which sessions have ended is not known any more: all are asked for again.
    package func forget() {
        self.state.withLock { state in
            state.recent = [:]
            state.older = [:]
            state.weight = 0
        }
    }

    /// Begins to ask for the user of a session again; false where that is done already, or for too many.
    func beginRefresh(_ id: ID) -> Bool {
        self.state.withLock { $0.refreshing.count < Self.maximumRefreshes && $0.refreshing.insert(id).inserted }
    }

    /// How many users are asked for at the moment.
    var refreshes: Int { self.state.withLock { $0.refreshing.count } }

    func endRefresh(_ id: ID) {
        self.state.withLock { _ = $0.refreshing.remove(id) }
    }

    /// Begins to ask for a session where it is kept; false where that is done for too many.
    func beginLoad() -> Bool {
        self.state.withLock { state in
            guard state.loading < Self.maximumLoads else { return false }
            state.loading += 1
            return true
        }
    }

    func endLoad() {
        self.state.withLock { $0.loading -= 1 }
    }
}
