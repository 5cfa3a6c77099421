import Mux
import NIOCore

/// Gives a stream its receiver, once the stream has said what it is for.
protocol StreamDispatcher: AnyObject {
    /// - Returns: nil when the stream has been reset.
    func receiver(of stream: MuxStream, type: UInt32) -> (any MuxStreamReceiver)?
}

/// Receives the first bytes of a stream that the peer has opened, until they say who is to have the rest.
protocol OpeningReceiver: ControlReceiver {}

/// A stream that the peer has opened and whose type has not come yet: agents send it in a frame of its own, and a
/// network may cut even that.
final class UntypedStream: OpeningReceiver {
    private weak var dispatcher: (any StreamDispatcher)?
    private var type = WordReader()

    init(dispatcher: any StreamDispatcher) {
        self.dispatcher = dispatcher
    }

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        var rest = bytes
        let number = self.type.read(from: &rest)
        stream.consumed(bytes.readableBytes - rest.readableBytes)
        guard let number, let receiver = self.dispatcher?.receiver(of: stream, type: number) else { return }
        stream.receiver = receiver
        if rest.readableBytes > 0 { receiver.stream(stream, received: rest) }
    }

    func streamReceivedEnd(_ stream: MuxStream) {
        stream.finish()
    }

    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {}
}

/// The streams whose first bytes have not come whole, with the time until which they must.
struct OpeningStreams {
    private var entries: [(stream: MuxStream, deadline: NIODeadline)] = []

    mutating func add(_ stream: MuxStream, until deadline: NIODeadline) {
        self.entries.append((stream, deadline))
    }

    mutating func tick(now: NIODeadline) {
        guard !self.entries.isEmpty else { return }
        self.entries.removeAll { entry in
            guard !entry.stream.isClosed, entry.stream.receiver is any OpeningReceiver else { return true }
            guard now >= entry.deadline else { return false }
            entry.stream.abort(.streamCancelled)
            return true
        }
    }
}
