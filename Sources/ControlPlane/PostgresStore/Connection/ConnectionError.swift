/// What went wrong on one connection. The texts are for the log: they name no value of a record and no password.
enum ConnectionError: Error {
    /// There is none any more, or none came about.
    case lost(String)
    /// PostgreSQL did not answer in time. The connection is of no use any more.
    case late(String)
    /// PostgreSQL refused the statement; `state` is its SQLSTATE.
    case refused(state: String, String)

    var text: String {
        switch self {
        case .lost(let text): text
        case .late(let text): "no answer in time: \(text)"
        case .refused(let state, let text): "\(text) (SQLSTATE \(state))"
        }
    }

    /// Whether the connection has ended, as one that lay idle may have long ago.
    var isLoss: Bool {
        if case .late = self { false } else { !self.leavesConnection }
    }

    /// Whether a connection that said this may be used again. Classes 08, 57 and 58 are about the connection, the
    /// server's end, and the system (PostgreSQL documentation, appendix A).
    var leavesConnection: Bool {
        switch self {
        case .lost, .late: false
        case .refused(let state, _): !["08", "57", "58"].contains { state.hasPrefix($0) }
        }
    }
}
