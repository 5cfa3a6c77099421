/// Which end of the connection this is; it decides which ids it may give.
package enum MuxRole: Sendable, Hashable {
    /// Opens odd ids, from 3.
    case agent
    /// Opens even ids, from 2.
    case server
}

/// Gives the ids of our streams and holds the peer to the rules for its own (spec/agent-protocol.md 3.1).
package struct StreamIDs: Sendable, Equatable {
    /// From this id on a connection should be replaced: half of all ids are used.
    private static let wornOut: UInt32 = 1 << 30

    private let role: MuxRole
    private var nextID: UInt32
    /// The highest id that the peer has opened; 0 when it has opened none.
    package private(set) var lastFromPeer: UInt32 = 0

    package init(role: MuxRole) {
        self.role = role
        self.nextID = role == .agent ? 3 : 2
    }

    /// The id for a stream of ours; nil when all have been used.
    package mutating func next() -> UInt32? {
        guard self.nextID <= FrameHeader.maxStream else { return nil }
        defer { self.nextID += 2 }
        return self.nextID
    }

    /// Checks the id of a stream that the peer opens.
    package mutating func accept(_ id: UInt32) throws(MuxError) {
        guard self.isPeers(id) else { throw .foreignParity(id) }
        guard id > self.lastFromPeer else { throw .idNotNew(id) }
        self.lastFromPeer = id
    }

    /// Only the peer gives such ids.
    package func isPeers(_ id: UInt32) -> Bool {
        id.isMultiple(of: 2) == (self.role == .agent)
    }

    /// So many ids have been used that the connection should be replaced while there are some left.
    package var areRunningOut: Bool {
        max(self.nextID, self.lastFromPeer) >= Self.wornOut
    }
}
