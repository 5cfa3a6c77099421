import NIOCore

/// The wire on its way to a thread of the gateway's and back. Sendable, since the connection leaves it alone meanwhile.
struct AwayWire: @unchecked Sendable {
    /// The way back. Sendable, since the thread has let go of it.
    struct Step: @unchecked Sendable {
        let wire: SSHWire?
        let rest: ByteBuffer
    }

    let wire: SSHWire?
    let login: SSHLogin?

    func step(_ bytes: ByteBuffer, _ gateway: SSHGateway) -> Step {
        var bytes = bytes
        let wire = self.wire ?? self.login.flatMap(gateway.makeWire)
        _ = wire?.take(&bytes)
        return Step(wire: wire, rest: bytes)
    }
}
