import NIOCore
import Proxy

/// A stream to an agent whose visitor lives on another event loop, as the agent's loop sees it: it owns the real
/// stream and passes on what happens there.
///
/// Credit goes to the agent only for what the visitor's side has taken, so that the bytes between the loops are
/// bounded by the stream's window.
final class RelayedStream: UpstreamTransportReceiver {
    private let id: RelayID
    private unowned let hub: RelayHub
    private var transport: (any RelayableTransport)?
    private var sent = 0

    init(id: RelayID, hub: RelayHub) {
        self.id = id
        self.hub = hub
    }

    func open(_ connection: (any SessionConnection)?, _ request: AgentStreamRequest, first: ByteBuffer) {
        guard let transport = connection?.openStream(request, receiver: self, returnsCreditByHand: true) else {
            self.post(.ended(.unreachable("the agent's connection is gone")))
            self.hub.forget(self.id)
            return
        }
        self.transport = transport
        transport.write(first)
        transport.flush()
        self.sent += first.readableBytes
        self.tellSent()
    }

    /// - Returns: whether the end of the batch matters to it.
    func receive(_ content: RelayMessage.Content) -> Bool {
        switch content {
        case .write(let bytes):
            self.sent += bytes.readableBytes
            self.transport?.write(bytes)
            return true
        case .finish:
            self.transport?.finish()
        case .abort:
            let transport = self.transport
            self.transport = nil
            self.hub.forget(self.id)
            transport?.abort()
        case .taken(let count):
            self.transport?.returnCredit(count)
        case .open, .received, .receivedEnd, .sent, .ended:
            break  // These go the other way.
        }
        return false
    }

    func batchEnded() {
        self.transport?.flush()
        self.tellSent()
    }

    private func tellSent() {
        self.post(.sent(self.sent, isWritable: self.transport?.isWritable ?? true))
        self.sent = 0
    }

    private func post(_ content: RelayMessage.Content) {
        self.hub.mailboxes[self.id.origin].post(RelayMessage(stream: self.id, content: content))
    }

    // MARK: From the agent

    func transportReceived(_ bytes: ByteBuffer) {
        self.post(.received(bytes))
    }

    func transportReadComplete() {}

    func transportReceivedEnd() {
        self.post(.receivedEnd)
    }

    func transportWritabilityChanged() {
        self.tellSent()
    }

    func transportEnded(_ end: TransportEnd) {
        self.transport = nil
        self.hub.forget(self.id)
        self.post(.ended(end))
    }
}
