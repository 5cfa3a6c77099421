package import EdgeLink
package import NIOCore
package import Proxy

/// The agent connections as one event loop sees them: those that live on it, and ways to those on the others.
package final class LoopAgents: AgentPorts {
    package let directory: SessionDirectory
    package let eventLoop: any EventLoop
    package let index: Int
    private var local: [ConnectionID: any SessionConnection] = [:]
    /// This loop's end of the relays; set once all loops have one.
    private var hub: RelayHub?

    package init(directory: SessionDirectory, eventLoop: any EventLoop, index: Int) {
        self.directory = directory
        self.eventLoop = eventLoop
        self.index = index
    }

    /// Joins the loops, so that a visitor of one reaches an agent of another. To be called once, before any traffic.
    package static func connect(_ all: [NIOLoopBound<LoopAgents>]) -> EventLoopFuture<Void> {
        let made = all.map { bound in
            bound.eventLoop.submit { () -> LoopMailbox in
                let agents = bound.value
                let hub = RelayHub(index: agents.index, eventLoop: agents.eventLoop, agents: agents)
                agents.hub = hub
                return LoopMailbox(hub: hub, eventLoop: agents.eventLoop)
            }
        }
        let first = all[0].eventLoop
        return EventLoopFuture.whenAllSucceed(made, on: first).flatMap { mailboxes in
            EventLoopFuture.andAllSucceed(
                all.map { bound in bound.eventLoop.submit { bound.value.hub?.connect(mailboxes) } },
                on: first
            )
        }
    }

    package func add(_ connection: any SessionConnection) {
        self.local[connection.id] = connection
        self.directory.add(
            .init(loopIndex: self.index, connection: NIOLoopBound(connection, eventLoop: self.eventLoop)),
            as: connection.id
        )
    }

    package func remove(_ connection: any SessionConnection) {
        self.local[connection.id] = nil
        self.directory.remove(connection.id)
    }

    func localConnection(_ id: ConnectionID) -> (any SessionConnection)? {
        self.local[id]
    }

    /// The connections that live on this loop.
    package var localConnections: [any SessionConnection] { Array(self.local.values) }

    package func tick(now: NIODeadline) {
        for connection in self.local.values { connection.tick(now: now) }
    }

    package func port(for id: ConnectionID) -> (any AgentPort)? {
        if let connection = self.local[id] { return connection }
        guard let hub = self.hub, let entry = self.directory.entry(of: id), entry.loopIndex != self.index else {
            return nil
        }
        return RemotePort(hub: hub, mailbox: hub.mailboxes[entry.loopIndex], connection: id, directory: self.directory)
    }
}

/// An agent connection that lives on another event loop.
private final class RemotePort: AgentPort {
    private let hub: RelayHub
    private let mailbox: LoopMailbox
    private let connection: ConnectionID
    private let directory: SessionDirectory

    init(hub: RelayHub, mailbox: LoopMailbox, connection: ConnectionID, directory: SessionDirectory) {
        self.hub = hub
        self.mailbox = mailbox
        self.connection = connection
        self.directory = directory
    }

    var isOnThisLoop: Bool { false }

    func open(_ request: AgentStreamRequest, receiver: any UpstreamTransportReceiver) -> (any UpstreamTransport)? {
        // The table that says so may be on its way: then the visitor waits for it, rather than fail on the other loop.
        guard self.directory.entry(of: self.connection) != nil else { return nil }
        return RemoteTransport(
            hub: self.hub,
            mailbox: self.mailbox,
            connection: self.connection,
            request: request,
            receiver: receiver
        )
    }
}
