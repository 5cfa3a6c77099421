import Mux
import NIOCore

/// A heartbeat stream that the peer opened: every beat goes back at once, whatever else the session is about.
final class HeartbeatEchoStream: ControlReceiver {
    private var responder = HeartbeatResponder()
    private var ended: (() -> Void)?

    /// - Parameter ended: called once, when the peer has ended the stream.
    init(ended: @escaping () -> Void) {
        self.ended = ended
    }

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        var bytes = bytes
        stream.consumed(bytes.readableBytes)
        // Beats of a peer that takes no echoes are dropped, once one echo waits for its window.
        while let echo = self.responder.nextEcho(from: &bytes) {
            if stream.queuedBytes == 0 { stream.write(echo) }
        }
    }

    func streamReceivedEnd(_ stream: MuxStream) {
        stream.finish()
        self.end()
    }

    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {
        self.end()
    }

    private func end() {
        let ended = self.ended
        self.ended = nil
        ended?()
    }
}

/// The heartbeat stream that we opened. It ends with the session and not before: one family of agents answers a FIN
/// with noise (`spec/agent-protocol.md` 7.5).
final class HeartbeatRequestStream: ControlReceiver {
    private var requester: HeartbeatRequester
    private weak var connection: MuxConnection?
    private weak var stream: MuxStream?

    init(_ requester: HeartbeatRequester, on connection: MuxConnection) {
        self.requester = requester
        self.connection = connection
    }

    var roundTrip: TimeAmount? { self.requester.roundTrip }

    func isLate(now: NIODeadline) -> Bool { self.requester.isLate(now: now) }

    /// - Returns: false when the peer has been silent for too long.
    func tick(now: NIODeadline, nonce: UInt32) -> Bool {
        switch self.requester.elapsed(now: now, nonce: nonce) {
        case .nothing: break
        case .send(let nonce): self.send(nonce)
        case .giveUp: return false
        }
        return true
    }

    private func send(_ nonce: UInt32) {
        if self.stream == nil {
            let type = ByteBuffer(integer: StreamType.heartbeat.rawValue)
            self.stream = self.connection?.open(receiver: self, first: type)
        }
        // In a frame of its own: some responders answer whatever one read gave them.
        self.stream?.write(ByteBuffer(integer: nonce))
    }

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        stream.consumed(bytes.readableBytes)
        self.requester.received(bytes, now: self.connection?.lastReceived ?? .now())
    }

    func streamReceivedEnd(_ stream: MuxStream) {}

    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {}
}
