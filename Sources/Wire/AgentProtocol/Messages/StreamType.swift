/// The first four bytes of every stream: what it is for (`spec/agent-protocol.md` 6).
package enum StreamType: UInt32, Sendable, CaseIterable {
    case auth = 0
    case bind = 1
    case unbind = 2
    /// A public connection; opened by the server.
    case proxy = 3
    case restart = 4
    case stop = 5
    case update = 6
    case startTunnelWithLabel = 7
    case serverInfo = 8
    case stopTunnel = 9
    case patchTunnelState = 10
    /// Ours alone: no agent of others opens it, and ours only where the server has said that it knows it.
    case probe = 11
    /// Opened by both.
    case heartbeat = 0xFFFF_FFFF

    /// Which of both sides opens streams of this type; nil for both.
    package var opener: Peer? {
        switch self {
        case .auth, .bind, .unbind, .startTunnelWithLabel, .serverInfo, .patchTunnelState, .probe: .agent
        case .proxy, .restart, .stop, .update, .stopTunnel: .server
        case .heartbeat: nil
        }
    }

    /// One end of an agent connection.
    package enum Peer: Sendable { case agent, server }
}
