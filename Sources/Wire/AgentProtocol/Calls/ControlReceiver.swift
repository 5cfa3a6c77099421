import Mux
import NIOCore

/// Receives a stream that carries messages rather than a connection: what matters is its bytes and how it ends.
protocol ControlReceiver: MuxStreamReceiver {}

extension ControlReceiver {
    func streamReadComplete(_ stream: MuxStream) {}
    func streamReceivedCredit(_ stream: MuxStream) {}
    func streamWritabilityChanged(_ stream: MuxStream) {}
}

/// Drops what comes on a stream that we are done with, without giving credit for it.
final class DroppingReceiver: ControlReceiver {
    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {}
    func streamReceivedEnd(_ stream: MuxStream) {}
    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {}
}

/// Streams that we are done with and that the peer has yet to close. Those that it doesn't close in time are aborted, or
/// they would leak in agents that never send a FIN.
struct LingeringStreams {
    private var entries: [(stream: MuxStream, deadline: NIODeadline)] = []
    private let receiver = DroppingReceiver()

    /// Takes over `stream`, on which we have sent FIN: what still comes is dropped.
    mutating func add(_ stream: MuxStream, until deadline: NIODeadline) {
        guard !stream.isClosed else { return }
        stream.receiver = self.receiver
        self.entries.append((stream, deadline))
    }

    mutating func tick(now: NIODeadline) {
        guard !self.entries.isEmpty else { return }
        self.entries.removeAll { entry in
            if !entry.stream.isClosed, now >= entry.deadline { entry.stream.abort(.streamCancelled) }
            return entry.stream.isClosed || now >= entry.deadline
        }
    }
}
