import EdgeLink
import Events
import Foundation
package import NIOCore
import PolicyEngine
import Routing

/// A visitor's TCP connection, or TLS connection that the edge does not end: bytes both ways, half closes included.
///
/// Back pressure: reading stops while the upstream takes nothing, and the upstream's stops while the visitor takes
/// nothing. Failures have no words here: the connection closes.
package final class PipeVisitorHandler: Timed, ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// How the endpoint is found.
    package enum Key: Sendable {
        case port(UInt16)
        /// A TLS endpoint, by the name of the ClientHello.
        case serverName([UInt8])
    }

    let loop: ProxyLoop
    let visitor: Visitor
    let key: Key
    private var context: ChannelHandlerContext?
    var transport: (any UpstreamTransport)?
    /// What came before the transport was there.
    var early: [ByteBuffer] = []
    var waitingFor: EndpointPlace?
    /// The policy whose rules for connections it has passed, while it waits for the agent behind them.
    var passed: EndpointGate?
    /// The endpoints whose policies have forwarded it, in order.
    var hops: [Hop] = []
    /// What policies are told of it; made when the first of them asks.
    lazy var facts = self.makeFacts()
    /// The policies that have judged it, to be told of at its end.
    private(set) var judgements: [ConnectionJudgement] = []
    /// The rules that wait for the handshake.
    var judging: WaitingConnection?
    /// Whether its TLS ends here.
    var endsTLS = false
    /// The endpoint that took it.
    var served: RoutedEndpoint?
    private var bytesIn = 0
    private var bytesOut = 0
    private var isReading = true
    var inputEnded = false
    private var upstreamEnded = false
    var isOver = false

    /// An endpoint whose policy has forwarded the connection.
    struct Hop {
        let gate: EndpointGate
        let upstream: Upstream
        let forwarded: ForwardedConnection
    }

    package init(loop: ProxyLoop, visitor: Visitor, key: Key) {
        self.loop = loop
        self.visitor = visitor
        self.key = key
        super.init()
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.loop.add(self)
        self.loop.counters.connections += 1
        self.touch()
        self.connect()
        // An upstream that speaks first must hear of the connection now; a TLS one hears of it with the ClientHello.
        if case .port = self.key { self.transport?.flush() }
    }

    // MARK: From the visitor

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        self.bytesIn += bytes.readableBytes
        self.loop.counters.bytesIn += bytes.readableBytes
        if let transport = self.transport { transport.write(bytes) } else { self.early.append(bytes) }
        self.touch()
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        self.transport?.flush()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.transport?.setReading(context.channel.isWritable)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        self.inputEnded = true
        self.transport?.flush()
        self.transport?.finish()
        if self.upstreamEnded { self.closeNow() }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        self.tearDown()
        context.fireChannelInactive()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    var channel: (any Channel)? { self.context?.channel }

    func setReading(_ isReading: Bool) {
        guard isReading != self.isReading, let context = self.context else { return }
        self.isReading = isReading
        context.channel.setReading(isReading)
    }

    // MARK: Ends

    private func touch() {
        self.loop.wheel.set(self, in: self.loop.limits.pipeIdleMilliseconds)
    }

    package override func deadlinePassed() {
        guard self.waitingFor == nil else {
            self.waitingTimePassed()
            return
        }
        self.loop.counters.note(.pipeIdleTimeout)
        self.closeNow()
    }

    private func tearDown() {
        guard !self.isOver else { return }
        self.isOver = true
        self.report()
        if let place = self.waitingFor { self.loop.waitingRoom.leave(self, for: place) }
        self.loop.remove(self)
        self.loop.wheel.remove(self)
        self.context = nil
        self.judging = nil
        self.early = []
        let transport = self.transport
        self.transport = nil
        transport?.abort()
    }

    /// Keeps what a policy has decided on, once: one whose target failed decides again.
    func keep(_ judgement: ConnectionJudgement) {
        guard !self.judgements.contains(where: { $0.policy === judgement.policy }) else { return }
        self.judgements.append(judgement)
    }

    private func report() {
        let (log, subscribers) = (self.loop.observation.accessLog, self.loop.subscribers)
        if log != nil || subscribers != nil, let endpoint = self.served {
            var connection = TrafficEvent.Connection(self.facts)
            (connection.bytesIn, connection.bytesOut) = (self.bytesIn, self.bytesOut)
            let event = TrafficEvent(of: endpoint.account, at: Date(), connection: connection)
            log?.record(event)
            if let subscribers {
                var judged = event
                judged.policy = self.judgements.first.map { .init($0.policy.record) } ?? .init()
                subscribers.record(judged)
            }
        }
        let judgements = self.judgements
        self.judgements = []
        for judgement in judgements {
            judgement.report(in: self.loop.environment, bytesIn: self.bytesIn, bytesOut: self.bytesOut)
        }
    }
}

extension PipeVisitorHandler: UpstreamTransportReceiver {
    package func transportReceived(_ bytes: ByteBuffer) {
        self.bytesOut += bytes.readableBytes
        self.loop.counters.bytesOut += bytes.readableBytes
        self.context?.write(Self.wrapOutboundOut(bytes), promise: nil)
        self.touch()
    }

    package func transportReadComplete() {
        self.context?.flush()
    }

    package func transportReceivedEnd() {
        self.upstreamEnded = true
        guard let context = self.context else { return }
        context.flush()
        if self.inputEnded {
            context.closeAfterWriting()
        } else {
            context.close(mode: .output, promise: nil)
        }
    }

    package func transportWritabilityChanged() {
        self.setReading(self.transport?.isWritable ?? true)
    }

    package func transportEnded(_ end: TransportEnd) {
        self.transport = nil
        // Both directions are done: what the upstream sent last is still on its way out.
        if end == .closed, self.upstreamEnded {
            self.context?.closeAfterWriting()
        } else {
            self.closeNow()
        }
    }
}

extension PipeVisitorHandler: WaitingVisitor {
    func routeAgain() {
        guard !self.isOver else { return }
        self.waitingFor = nil
        self.touch()
        self.connect()
        self.transport?.flush()
    }
}

extension PipeVisitorHandler: DrainableVisitor {
    /// A pipe has no place to end in good order; it lives until the drain's own deadline.
    package func drain() {}

    package func closeNow() {
        self.context?.close(promise: nil)
    }

    /// A pipe keeps nothing.
    package func letGoOfHeld() {}
}
