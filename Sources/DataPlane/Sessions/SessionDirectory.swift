package import EdgeLink
package import NIOCore
import NIOConcurrencyHelpers

/// Where every agent connection of this edge lives. Asked when a table is taken up, and when a stream is opened to an
/// agent of another loop.
package final class SessionDirectory: Sendable {
    struct Entry: Sendable {
        let loopIndex: Int
        let connection: NIOLoopBound<any SessionConnection>
    }

    private struct State {
        var nextNumber: UInt64 = 0
        var entries: [ConnectionID: Entry] = [:]
    }

    private let state = NIOLockedValueBox(State())

    package init() {}

    /// A number that no connection of this process has had.
    package func makeID() -> ConnectionID {
        self.state.withLockedValue { state in
            state.nextNumber += 1
            return ConnectionID(state.nextNumber)
        }
    }

    func add(_ entry: Entry, as id: ConnectionID) {
        self.state.withLockedValue { $0.entries[id] = entry }
    }

    func remove(_ id: ConnectionID) {
        self.state.withLockedValue { $0.entries[id] = nil }
    }

    func entry(of id: ConnectionID) -> Entry? {
        self.state.withLockedValue { $0.entries[id] }
    }

    /// The connection, to be touched on its own event loop.
    package func connection(_ id: ConnectionID) -> NIOLoopBound<any SessionConnection>? {
        self.entry(of: id)?.connection
    }

    package var count: Int { self.state.withLockedValue { $0.entries.count } }
}
