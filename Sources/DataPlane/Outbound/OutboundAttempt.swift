import Addressing
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import PeerIdentity
import PolicyEngine
import Preamble

/// One request on its way: over a connection that was kept, or to one of the addresses that its name stands for, which are
/// checked first.
///
///     kept ──it was closing──▶ looking up ──checked──▶ connecting ──▶ sent ──▶ done
///                                                        │    ▲
///                                                        └────┘ the next address
///
/// Lives on one event loop, held by what it waits for. The deadline ends it wherever it stands.
final class OutboundAttempt {
    private static let mostAddresses = 4

    private let message: OutboundMessage
    private let target: OutboundURL
    private let rules: OutboundRules
    private let surroundings: OutboundSurroundings
    private let idle: IdleConnections
    private let eventLoop: any EventLoop
    private let promise: EventLoopPromise<PolicyAnswer>
    private var connection: OutboundConnection?
    private var timer: Scheduled<Void>?
    private var isDone = false

    init(
        _ request: PolicyRequest,
        to target: OutboundURL,
        by rules: OutboundRules,
        in surroundings: OutboundSurroundings,
        idle: IdleConnections,
        eventLoop: any EventLoop,
        promise: EventLoopPromise<PolicyAnswer>
    ) {
        self.message = OutboundMessage(request, to: target)
        self.target = target
        self.rules = rules
        self.surroundings = surroundings
        self.idle = idle
        self.eventLoop = eventLoop
        self.promise = promise
    }

    private var request: PolicyRequest { self.message.request }
    private var key: IdleConnections.Key { IdleConnections.Key(self.request, self.target) }

    func start() {
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(deadline: self.request.deadline) {
            self.end(.failure(.timedOut))
        }
        guard self.message.isIdempotent, let kept = self.idle.take(self.key) else { return self.lookUp() }
        self.send(over: kept) { outcome in
            // It was closed under the request: nobody has seen that.
            if case .failure = outcome.result, !outcome.hasAnswered { return self.lookUp() }
            self.end(outcome)
        }
    }

    private func lookUp() {
        self.connection = nil
        switch self.target.host {
        case .address(let address): self.connect([address])
        case .name(let name):
            let addresses = self.surroundings.resolver.addresses(of: name, on: self.eventLoop)
            addresses.assumeIsolated().whenComplete { result in
                guard !self.isDone else { return }
                switch result {
                case .success(let addresses): self.connect(addresses)
                case .failure: self.end(.failure(.failed("\(name) could not be looked up")))
                }
            }
        }
    }

    private func connect(_ resolved: [IPAddress]) {
        do throws(OutboundURLError) {
            // To these, and never to the name again: it may stand for another address by then.
            let addresses = try self.target.checked(resolved, by: self.rules)
            self.connect(toOneOf: addresses.prefix(Self.mostAddresses))
        } catch {
            self.end(.failure(.refused("the URL \(error.problem)")))
        }
    }

    private func connect(toOneOf addresses: ArraySlice<IPAddress>) {
        guard let address = addresses.first, let socket = try? self.socketAddress(address) else {
            return self.end(.failure(.failed("\(self.target.host) cannot be connected to")))
        }
        let bound = InboundBound()
        let (tls, name) = (self.tls, self.serverName)
        let connection = OutboundConnection(to: address, isSecure: tls != nil, bound: bound)
        self.send(over: connection) { self.end($0) }
        let handlers = NIOLoopBound((bound, connection), eventLoop: self.eventLoop)
        let connecting = ClientBootstrap(group: self.eventLoop)
            .connectTimeout(self.time(forOneOf: addresses.count))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandlers(ServerNameHandler.client(of: name, tls)) }
                    try pipeline.addHandler(handlers.value.0)
                    try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
                    try pipeline.addHandler(handlers.value.1)
                }
            }
            .connect(to: socket)
        connecting.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel) where self.isDone: channel.close(promise: nil)
            case .success: break
            // The deadline, or a handler of the connection, has ended it already.
            case .failure where self.isDone: break
            case .failure:
                connection.close()
                self.connect(toOneOf: addresses.dropFirst())
            }
        }
    }

    private var tls: NIOSSLContext? { self.target.scheme == "https" ? self.surroundings.tls : nil }

    /// Nil for an address: its certificate is compared with the address that was connected to.
    private var serverName: String? { if case .name(let name) = self.target.host { name } else { nil } }

    private func socketAddress(_ address: IPAddress) throws -> SocketAddress {
        try SocketAddress(NetworkAddress(ip: address, port: self.target.port))
    }

    /// The time that is left, shared by the addresses that are.
    private func time(forOneOf count: Int) -> TimeAmount {
        let left = (self.request.deadline - self.eventLoop.now).nanoseconds
        return .nanoseconds(max(left / Int64(count), 1_000_000))
    }

    private func send(
        over connection: OutboundConnection,
        completion: @escaping (OutboundConnection.Outcome) -> Void
    ) {
        self.connection = connection
        connection.send(self.message, completion: completion)
    }

    /// The request is over, and its connection may be free for another one.
    private func end(_ outcome: OutboundConnection.Outcome) {
        if outcome.isReusable, !self.isDone, let connection = self.connection {
            self.connection = nil
            self.idle.keep(connection, for: self.key)
        }
        self.end(outcome.result)
    }

    private func end(_ result: Result<PolicyAnswer, PolicyRequestError>) {
        guard !self.isDone else { return }
        self.isDone = true
        self.timer?.cancel()
        self.timer = nil
        self.connection?.close()
        self.connection = nil
        self.promise.completeWith(result.mapError { $0 as any Error })
    }
}
