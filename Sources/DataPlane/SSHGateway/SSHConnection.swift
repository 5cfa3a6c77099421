package import EdgeLink
import Addressing
import Logging
import Model
package import NIOCore
import NIOPosix
import Proxy
import Sessions

/// One connection of an SSH client: its login, its session, and the endpoint that it serves.
///
/// Lives on the event loop that accepted it. Only while the client is logged in, one step after another is done on a
/// thread of the gateway's, and nothing here touches the wire meanwhile.
package final class SSHConnection: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    enum Phase { case loggingIn, settingUp, binding, serving, ending }

    package let id: ConnectionID
    let proxyLoop: ProxyLoop
    unowned let agents: LoopAgents
    let gateway: SSHGateway
    let remoteAddress: NetworkAddress?
    let logger: Logger
    let whenLoggedIn: () -> Void
    var isLoggingIn = true
    var channel: (any Channel)?
    var wire: SSHWire?
    var phase = Phase.loggingIn
    var setup = SSHSetup()
    var deadline: Deadline?
    /// What came from the client, and was not read yet.
    var inbox = ByteBuffer()
    /// Whether a thread of the gateway's has the wire.
    var isAway = false
    var isEnded = false
    var isFlushing = false
    var isReading = true
    var lastReceived = NIODeadline.now()
    var lastAsked = NIODeadline.now()
    var endPromises: [EventLoopPromise<Void>] = []
    var quietPromises: [EventLoopPromise<Void>] = []

    var session: SSHLogin.Session?
    var screen: SSHScreen?
    var forward: SSHForward?
    var bindID = ""
    /// Started before the endpoint's name had been told to the client.
    var early: [SSHStream] = []
    var streams: [ObjectIdentifier: SSHStream] = [:]
    var opening: [SSHStream] = []
    /// Channels whose stream is over, until the client has closed them too.
    var leaving: [ObjectIdentifier: SSHChannel] = [:]
    /// Channels whose stream ended before they were open.
    var unopened: [SSHChannel] = []

    init(
        gateway: SSHGateway,
        agents: LoopAgents,
        proxyLoop: ProxyLoop,
        remoteAddress: NetworkAddress?,
        whenLoggedIn: @escaping () -> Void
    ) {
        self.gateway = gateway
        self.id = agents.directory.makeID()
        self.agents = agents
        self.proxyLoop = proxyLoop
        self.remoteAddress = remoteAddress
        self.whenLoggedIn = whenLoggedIn
        var logger = gateway.logger
        logger[metadataKey: "connection.id"] = "\(self.id.value)"
        if let remoteAddress { logger[metadataKey: "agent.address"] = "\(remoteAddress)" }
        self.logger = logger
    }

    func install(in channel: any Channel) throws {
        self.channel = channel
        // A client that closes its side is gone.
        try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)
        try channel.pipeline.syncOperations.addHandler(self)
        self.agents.add(self)
        self.setDeadline(self.gateway.configuration.loginMilliseconds) { $0.loginTimePassed() }
        self.advance()
    }

    // MARK: - The network

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isEnded else { return }
        self.lastReceived = .now()
        self.inbox.writeImmutableBuffer(Self.unwrapInboundIn(data))
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        self.advance()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard !self.isEnded, !self.isAway else { return }
        if context.channel.isWritable {
            for stream in self.streams.values { stream.send() }
            self.flush()
        }
        self.updateReading()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        self.teardown()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Reads what came in, and does what follows from it.
    func advance() {
        guard !self.isAway, !self.isEnded else { return }
        if self.phase == .loggingIn { return self.logIn() }
        guard let wire = self.wire else { return }
        _ = wire.take(&self.inbox)
        self.inbox.discardReadBytes()
        self.settle()
    }

    /// One step of logging in, on a thread of the gateway's.
    func logIn() {
        self.isAway = true
        self.setReading(false)
        let bytes = self.inbox
        self.inbox = ByteBuffer()
        let away = AwayWire(wire: self.wire, login: self.wire == nil ? self.makeLogin() : nil)
        let bound = NIOLoopBound(self, eventLoop: self.proxyLoop.eventLoop)
        self.gateway.pool.runIfActive(eventLoop: self.proxyLoop.eventLoop) { [gateway] in
            away.step(bytes, gateway)
        }.whenComplete { result in
            bound.value.cameBack(try? result.get())
        }
    }

    func makeLogin() -> SSHLogin {
        SSHLogin(control: self.gateway.control, connection: self.id, remoteAddress: self.remoteAddress)
    }

    func cameBack(_ step: AwayWire.Step?) {
        self.isAway = false
        guard let step, let wire = step.wire else {
            self.channel?.close(promise: nil)
            return
        }
        self.wire = wire
        guard !self.isEnded else { return self.free() }
        var rest = step.rest
        rest.writeBuffer(&self.inbox)
        self.inbox = rest
        self.setReading(true)
        self.settle()
        if self.phase != .loggingIn || self.inbox.readableBytes > 0 { self.advance() }
    }

    /// What the wire noted is done, told and sent.
    func settle() {
        guard let wire = self.wire, !self.isAway, !self.isEnded else { return }
        for event in wire.takeEvents() { self.handle(event) }
        self.lookAtOpening()
        for channel in wire.takeTouched() { channel.owner?.channelTouched(channel) }
        self.lookAtLeaving()
        for stream in self.streams.values { stream.send() }
        if wire.heldBytes > self.gateway.configuration.heldBytes * 2 { return self.leave("it ignores its windows") }
        self.flush()
        self.updateReading()
    }

    /// Like `settle`, when the call that is under way has returned.
    func settleSoon() {
        self.flushSoon()
    }

    func flushSoon() {
        guard !self.isFlushing, !self.isEnded else { return }
        self.isFlushing = true
        let bound = NIOLoopBound(self, eventLoop: self.proxyLoop.eventLoop)
        self.proxyLoop.eventLoop.execute {
            bound.value.isFlushing = false
            bound.value.settle()
        }
    }

    /// Bytes went into the wire: out with them, before more follow.
    func sent() {
        self.flush()
    }

    func flush() {
        guard let channel = self.channel, let wire = self.wire, !self.isEnded else { return }
        if let bytes = wire.drain() { channel.writeAndFlush(bytes, promise: nil) }
        // What was written may have had something read.
        if wire.hasNews { self.flushSoon() }
        guard wire.hasEnded else { return }
        // What was written before goes out first.
        let bound = NIOLoopBound(self, eventLoop: self.proxyLoop.eventLoop)
        channel.writeAndFlush(ByteBuffer()).whenComplete { _ in bound.value.channel?.close(promise: nil) }
    }

    /// Whether the network takes more.
    var mayWrite: Bool { self.channel?.isWritable ?? false }

    func updateReading() {
        guard let wire = self.wire, let channel = self.channel else { return }
        self.setReading(channel.isWritable && wire.heldBytes < self.gateway.configuration.heldBytes)
    }

    func setReading(_ isReading: Bool) {
        guard self.isReading != isReading else { return }
        self.isReading = isReading
        self.channel?.setReading(isReading)
    }

    // MARK: - Time

    func setDeadline(_ milliseconds: Int64, _ work: @escaping (SSHConnection) -> Void) {
        self.clearDeadline()
        let deadline = Deadline { [weak self] in
            guard let self else { return }
            self.deadline = nil
            work(self)
        }
        self.deadline = deadline
        self.proxyLoop.wheel.set(deadline, in: milliseconds)
    }

    func clearDeadline() {
        guard let deadline = self.deadline else { return }
        self.deadline = nil
        self.proxyLoop.wheel.remove(deadline)
    }

    func loginTimePassed() {
        self.proxyLoop.counters.note(.handshakeTimeout)
        self.channel?.close(promise: nil)
    }

    package func tick(now: NIODeadline) {
        guard !self.isEnded, self.phase != .loggingIn, !self.isAway else { return }
        if !self.quietPromises.isEmpty, self.streams.isEmpty { self.becameQuiet() }
        let configuration = self.gateway.configuration
        // One that is not read from, for its visitors take nothing, is not silent.
        guard self.isReading else {
            self.lastReceived = now
            return
        }
        if now - self.lastReceived > .milliseconds(configuration.silenceMilliseconds) {
            self.leave("the client is silent")
        } else if now - max(self.lastReceived, self.lastAsked) > .milliseconds(configuration.keepAliveMilliseconds) {
            self.lastAsked = now
            self.wire?.keepAlive()
            self.flush()
        }
    }

    /// Closes without a word to a client that would not hear it.
    func leave(_ why: String) {
        self.logger.debug("ssh connection is closed", metadata: ["session.end": "\(why)"])
        self.channel?.close(promise: nil)
    }

    // MARK: - The end

    func teardown() {
        guard !self.isEnded else { return }
        self.isEnded = true
        self.leaveLogin()
        self.clearDeadline()
        self.agents.remove(self)
        self.cutStreams()
        if !self.isAway { self.free() }
        self.channel = nil
        let promises = self.endPromises
        self.endPromises = []
        for promise in promises { promise.succeed(()) }
        self.becameQuiet()
        Task { [control = self.gateway.control, id = self.id] in await control.connectionEnded(id, .graceful) }
    }

    func free() {
        self.wire?.free()
        for channel in self.leaving.values { channel.free() }
        for channel in self.unopened { channel.free() }
        self.leaving = [:]
        self.unopened = []
        self.screen = nil
        self.wire = nil
    }
}
