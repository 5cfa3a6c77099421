package import NIOCore
import Proxy

/// One event loop's end of all relays: those of its visitors, and those to its agents.
package final class RelayHub {
    package let index: Int
    let eventLoop: any EventLoop
    /// The mailboxes of all loops by index, this one included; set once all hubs are made.
    private(set) var mailboxes: [LoopMailbox] = []
    private unowned let agents: LoopAgents

    private var outgoing: [RelayID: RemoteTransport] = [:]
    private var incoming: [RelayID: RelayedStream] = [:]
    private var nextNumber: UInt64 = 0
    /// Those that got something in the batch that is being delivered.
    private var touchedTransports: [RemoteTransport] = []
    private var touchedStreams: [RelayedStream] = []

    package init(index: Int, eventLoop: any EventLoop, agents: LoopAgents) {
        self.index = index
        self.eventLoop = eventLoop
        self.agents = agents
    }

    func connect(_ mailboxes: [LoopMailbox]) {
        self.mailboxes = mailboxes
    }

    // MARK: The visitor's side

    func register(_ transport: RemoteTransport) -> RelayID {
        self.nextNumber += 1
        let id = RelayID(origin: self.index, number: self.nextNumber)
        self.outgoing[id] = transport
        return id
    }

    func unregister(_ id: RelayID) {
        self.outgoing[id] = nil
    }

    // MARK: The agent's side

    func forget(_ id: RelayID) {
        self.incoming[id] = nil
    }

    // MARK: Messages

    func receive(_ batch: [RelayMessage]) {
        for message in batch { self.receive(message) }
        // One flush for a batch, as at the end of a read.
        let transports = self.touchedTransports
        let streams = self.touchedStreams
        self.touchedTransports.removeAll(keepingCapacity: true)
        self.touchedStreams.removeAll(keepingCapacity: true)
        for transport in transports { transport.batchEnded() }
        for stream in streams { stream.batchEnded() }
    }

    private func receive(_ message: RelayMessage) {
        if case .open(let connection, let request, let first) = message.content {
            let stream = RelayedStream(id: message.stream, hub: self)
            self.incoming[message.stream] = stream
            stream.open(self.agents.localConnection(connection), request, first: first)
        } else if message.stream.origin == self.index, let transport = self.outgoing[message.stream] {
            if transport.receive(message.content) { self.touchedTransports.append(transport) }
        } else if let stream = self.incoming[message.stream] {
            if stream.receive(message.content) { self.touchedStreams.append(stream) }
        }
        // Otherwise the stream ended on this side while the message was on its way.
    }
}
