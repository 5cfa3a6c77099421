import EdgeLink
import NIOCore
import Proxy

/// A stream to an agent whose connection lives on another event loop, as the visitor's loop sees it.
final class RemoteTransport: UpstreamTransport {
    /// Bytes that may be on their way to the other loop, or wait there.
    private static let inFlightLimit = 256 * 1024

    var receiver: (any UpstreamTransportReceiver)?
    private let hub: RelayHub
    private let mailbox: LoopMailbox
    private let connection: ConnectionID
    private let request: AgentStreamRequest
    private var id: RelayID?
    private var first: ByteBuffer?
    private var inFlight = 0
    private var isRemoteWritable = true
    private var wasWritable = true
    private var isReading = true
    private var untold = 0
    private var finishes = false

    init(
        hub: RelayHub,
        mailbox: LoopMailbox,
        connection: ConnectionID,
        request: AgentStreamRequest,
        receiver: any UpstreamTransportReceiver
    ) {
        self.hub = hub
        self.mailbox = mailbox
        self.connection = connection
        self.request = request
        self.receiver = receiver
    }

    var isWritable: Bool { self.isRemoteWritable && self.inFlight < Self.inFlightLimit }

    func write(_ bytes: ByteBuffer) {
        self.inFlight += bytes.readableBytes
        if let id = self.id {
            self.mailbox.post(RelayMessage(stream: id, content: .write(bytes)))
        } else if self.first == nil {
            self.first = bytes
        } else {
            self.first?.writeImmutableBuffer(bytes)
        }
        self.tellIfChanged()
    }

    private func tellIfChanged() {
        guard self.isWritable != self.wasWritable else { return }
        self.wasWritable.toggle()
        self.receiver?.transportWritabilityChanged()
    }

    func flush() {
        // Writes to an open stream go with the batch that carries them.
        guard self.id == nil, self.receiver != nil else { return }
        let id = self.hub.register(self)
        self.id = id
        let first = self.first ?? ByteBuffer()
        self.first = nil
        self.mailbox.post(RelayMessage(stream: id, content: .open(self.connection, self.request, first: first)))
        if self.finishes { self.finish() }
    }

    func finish() {
        guard let id = self.id else {
            self.finishes = true
            return
        }
        self.mailbox.post(RelayMessage(stream: id, content: .finish))
    }

    func abort() {
        self.receiver = nil
        guard let id = self.id else { return }
        self.hub.unregister(id)
        self.mailbox.post(RelayMessage(stream: id, content: .abort))
    }

    func setReading(_ isReading: Bool) {
        self.isReading = isReading
        if isReading { self.tellTaken() }
    }

    // MARK: From the agent's loop

    /// - Returns: whether the end of the batch matters to it.
    func receive(_ content: RelayMessage.Content) -> Bool {
        switch content {
        case .received(let bytes):
            self.receiver?.transportReceived(bytes)
            self.untold += bytes.readableBytes
            return true
        case .receivedEnd:
            self.receiver?.transportReceivedEnd()
        case .sent(let count, let isWritable):
            self.inFlight -= count
            self.isRemoteWritable = isWritable
            self.tellIfChanged()
        case .ended(let end):
            if let id = self.id { self.hub.unregister(id) }
            self.end(end)
        case .open, .write, .finish, .abort, .taken:
            break  // These go the other way.
        }
        return false
    }

    func batchEnded() {
        if self.isReading { self.tellTaken() }
        self.receiver?.transportReadComplete()
    }

    private func tellTaken() {
        guard self.untold > 0, let id = self.id else { return }
        self.mailbox.post(RelayMessage(stream: id, content: .taken(self.untold)))
        self.untold = 0
    }
}
