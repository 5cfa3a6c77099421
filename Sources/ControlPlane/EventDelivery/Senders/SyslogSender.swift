internal import Addressing
internal import Events
internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS

/// Sends events as messages of syslog (RFC 5424) over TCP or TLS, each with its length in front (RFC 6587 §3.4.1, RFC 5425).
///
/// Syslog has no word for "arrived": a batch counts as taken when the system has taken all of its bytes and the connection
/// was not closed. A server that goes away with bytes unread has lost those.
package actor SyslogSender: EventSender {
    package struct Target: Sendable {
        package var host: String
        package var port: UInt16
        package var isSecure: Bool
        /// 0 to 23.
        package var facility: Int
        /// 1 to 48 printable letters.
        package var application: String

        package init(host: String, port: UInt16, isSecure: Bool, facility: Int = 16, application: String = "portico") {
            self.host = host
            self.port = port
            self.isSecure = isSecure
            self.facility = facility
            self.application = application
        }
    }

    private static let patience = TimeAmount.seconds(10)

    private let target: Target
    private let hostName: String
    private let transport: any EventTransport
    private var channel: (any Channel)?

    /// Messages call this edge `hostName`.
    package init(_ target: Target, hostName: String, transport: any EventTransport) {
        self.target = target
        self.hostName = hostName
        self.transport = transport
    }

    package func send(_ events: [SpooledEvent]) async throws(DeliveryError) {
        if let channel = self.channel, !channel.isActive { self.channel = nil }
        let channel: any Channel
        if let open = self.channel { channel = open } else { channel = try await self.connect() }
        self.channel = channel
        var buffer = channel.allocator.buffer(capacity: events.reduce(0) { $0 + $1.line.utf8.count + 200 })
        for event in events {
            let message = self.message(event)
            buffer.writeString("\(message.utf8.count) ")
            buffer.writeString(message)
        }
        do {
            let deadline = channel.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
            defer { deadline.cancel() }
            try await channel.writeAndFlush(buffer).get()
        } catch {
            await self.close()
            throw .failed("the server took nothing more: \(error)")
        }
        guard channel.isActive else {
            self.channel = nil
            throw .failed("the server closed the connection")
        }
    }

    /// `<134>1 2026-01-02T03:04:05.678Z edge portico - http_request_complete.v0 - {…}`.
    func message(_ event: SpooledEvent) -> String {
        // Severity 6: of information.
        let priority = self.target.facility * 8 + 6
        let time = event.time.eventText
        let type = event.type.prefix(32)
        return "<\(priority)>1 \(time) \(self.hostName) \(self.target.application) - \(type) - \(event.line)"
    }

    package func close() async {
        guard let channel = self.channel else { return }
        self.channel = nil
        // It may be closed already.
        try? await channel.close()
    }

    private func connect() async throws(DeliveryError) -> any Channel {
        let addresses = try await self.transport.addresses(of: self.target.host, port: self.target.port)
        var reason = ""
        for address in addresses.prefix(4) {
            do {
                return try await self.connect(to: address)
            } catch {
                reason = "\(error)"
            }
        }
        throw .failed("\(self.target.host):\(self.target.port) cannot be connected to: \(reason.prefix(200))")
    }

    private func connect(to address: IPAddress) async throws -> any Channel {
        let tls = self.target.isSecure ? try self.context() : nil
        let name: String? = (try? IPAddress(parsing: self.target.host)) == nil ? self.target.host : nil
        let secured = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(5))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name)) }
                        try pipeline.addHandler(SyslogHandler(isSecure: tls != nil, isReady: secured))
                    }
                }
                .connect(host: "\(address)", port: Int(self.target.port))
                .get()
        } catch {
            secured.fail(error)
            throw error
        }
        let deadline = channel.eventLoop.scheduleTask(in: .seconds(5)) { channel.close(promise: nil) }
        defer { deadline.cancel() }
        // Nothing is sent before the server has shown who it is.
        try await secured.futureResult.get()
        return channel
    }

    private func context() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if !self.transport.authorities.isEmpty {
            let certificates = try NIOSSLCertificate.fromPEMBytes(Array(self.transport.authorities.utf8))
            configuration.additionalTrustRoots = [.certificates(certificates)]
        }
        return try NIOSSLContext(configuration: configuration)
    }
}

/// Sees when a connection is ready, and reads what a server may say, which is nothing.
private final class SyslogHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let isSecure: Bool
    private let isReady: EventLoopPromise<Void>
    private var isDone = false

    init(isSecure: Bool, isReady: EventLoopPromise<Void>) {
        self.isSecure = isSecure
        self.isReady = isReady
    }

    func channelActive(context: ChannelHandlerContext) {
        if !self.isSecure { self.finish(nil) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { self.finish(nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.finish(ChannelError.eof)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.finish(error)
        context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.finish(ChannelError.ioOnClosedChannel)
    }

    private func finish(_ error: (any Error)?) {
        guard !self.isDone else { return }
        self.isDone = true
        if let error { self.isReady.fail(error) } else { self.isReady.succeed() }
    }
}
