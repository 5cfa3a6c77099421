import EdgeLink
import Model
import NIOCore
import Proxy
import Sessions

/// A visitor's stream over an SSH session: a channel `forwarded-tcpip`, which the client connects to its service.
///
/// What the client's window does not take waits here, up to `waitingLimit`; what the visitor does not take waits in
/// libssh, as far as the channel's window goes.
final class SSHStream: RelayableTransport {
    private static let waitingLimit = 64 * 1024
    /// Bytes that may be on their way to another loop before no more is read.
    private static let untakenLimit = 256 * 1024

    var receiver: (any UpstreamTransportReceiver)?
    let request: AgentStreamRequest
    private unowned let connection: SSHConnection
    private let returnsCreditByHand: Bool
    private(set) var channel: SSHChannel?
    private var waiting = ByteBuffer()
    private var isStarted = false
    private var isOpen = false
    private var isFull = false
    private var finishes = false
    private var hasFinished = false
    private var hasToldEnd = false
    private var isWanted = true
    private var untaken = 0
    private var isOver = false

    init(
        _ connection: SSHConnection,
        _ request: AgentStreamRequest,
        _ receiver: any UpstreamTransportReceiver,
        returnsCreditByHand: Bool
    ) {
        self.connection = connection
        self.request = request
        self.receiver = receiver
        self.returnsCreditByHand = returnsCreditByHand
        if let version = request.proxyProtocol { request.visitor.writeProxyHeader(version, into: &self.waiting) }
    }

    // MARK: - The writer's side

    var isWritable: Bool { self.waiting.readableBytes < Self.waitingLimit }

    func write(_ bytes: ByteBuffer) {
        guard !self.isOver else { return }
        self.waiting.writeImmutableBuffer(bytes)
        self.tellIfChanged()
    }

    private func tellIfChanged() {
        guard self.isFull == self.isWritable else { return }
        self.isFull.toggle()
        self.receiver?.transportWritabilityChanged()
    }

    func flush() {
        guard !self.isOver else { return }
        if self.isStarted {
            self.send()
            self.connection.flushSoon()
        } else {
            self.isStarted = true
            self.connection.start(self)
        }
    }

    func finish() {
        self.finishes = true
        guard self.isOpen else { return }
        self.send()
        self.connection.flushSoon()
    }

    func abort() {
        self.receiver = nil
        guard !self.isOver else { return }
        self.leave()
    }

    func setReading(_ isReading: Bool) {
        self.isWanted = isReading
        self.updateReading()
    }

    func returnCredit(_ count: Int) {
        self.untaken -= count
        self.updateReading()
    }

    private func updateReading() {
        guard let channel = self.channel else { return }
        channel.setReading(self.isWanted && self.untaken < Self.untakenLimit)
        self.connection.settleSoon()
    }

    /// Bytes go out as far as the client and the network take them.
    func send() {
        guard self.isOpen, let channel = self.channel, !self.hasFinished else { return }
        while self.waiting.readableBytes > 0, self.connection.mayWrite {
            let room = min(self.waiting.readableBytes, channel.window, Self.waitingLimit)
            guard room > 0 else { break }
            let sent = self.waiting.readWithUnsafeReadableBytes { channel.write(.init(rebasing: $0.prefix(room))) }
            guard sent > 0 else { break }
            self.connection.sent()
        }
        self.waiting.discardReadBytes()
        if self.finishes, self.waiting.readableBytes == 0 {
            self.hasFinished = true
            channel.finish()
            if self.hasToldEnd { self.close(.closed) }
        }
        self.tellIfChanged()
    }

    // MARK: - Opening

    /// The connection opens a channel for it, or cannot.
    func opens(over channel: SSHChannel?) {
        guard let channel else { return self.close(.unreachable("the SSH session is over")) }
        self.channel = channel
        channel.owner = self
        channel.setReading(self.isWanted)
    }

    func opened() {
        guard !self.isOver else { return }
        self.isOpen = true
        self.send()
    }

    func refused() {
        self.close(.unreachable("the SSH client could not connect to its service"))
    }

    func timePassed() {
        self.close(.unresponsive)
    }

    // MARK: - Ending

    /// The session is over, and the channel with it.
    func sessionEnded() {
        guard !self.isOver else { return }
        let isNew = !self.isOpen
        self.isOver = true
        self.channel = nil
        self.end(isNew ? .unreachable("the SSH session is over") : .sessionLost)
    }

    private func close(_ end: TransportEnd) {
        guard !self.isOver else { return }
        self.leave()
        self.end(end)
    }

    private func leave() {
        self.isOver = true
        self.waiting.clear()
        self.connection.ended(self, self.channel)
        self.channel = nil
    }
}

extension SSHStream: SSHChannelOwner {
    func channelTouched(_ channel: SSHChannel) {
        guard !self.isOver else { return }
        if let bytes = channel.takeReceived(), bytes.readableBytes > 0 {
            if self.returnsCreditByHand {
                self.untaken += bytes.readableBytes
                channel.setReading(self.isWanted && self.untaken < Self.untakenLimit)
            }
            self.receiver?.transportReceived(bytes)
            self.receiver?.transportReadComplete()
        }
        guard !self.isOver, channel.hasReceivedEnd, channel.held == 0 else { return }
        if !self.hasToldEnd {
            self.hasToldEnd = true
            self.receiver?.transportReceivedEnd()
        }
        guard !self.isOver, self.hasFinished || channel.isClosedByPeer else { return }
        self.close(.closed)
    }
}
