package import EdgeLink
package import NIOCore
import NIOConcurrencyHelpers
import Synchronization

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
    private let open = Atomic(0)

    package init() {}

    /// Questions to the control plane whose answers have not reached their loops: a loop ends when there are none.
    package var questions: Int { self.open.load(ordering: .relaxed) }

    func beginQuestion() { self.open.add(1, ordering: .relaxed) }

    func endQuestion() { self.open.subtract(1, ordering: .relaxed) }

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
