package import NIOCore

/// Echoes a peer's heartbeats, each in a piece of its own (`spec/agent-protocol.md` 7.1).
package struct HeartbeatResponder: Sendable {
    private var beat = WordReader()

    package init() {}

    /// - Returns: the next echo that `bytes` completes; nil when all of them are taken.
    package mutating func nextEcho(from bytes: inout ByteBuffer) -> ByteBuffer? {
        self.beat.read(from: &bytes).map { ByteBuffer(integer: $0) }
    }
}
