import AgentProtocol
import Mux
import NIOCore

/// Where the streams of an endpoint go, the same on every leg.
enum StreamTarget: Sendable {
    case upstream(Forwarding)
    case application(ListenerSink)

    /// As the edge shows it.
    var forwardsTo: String {
        switch self {
        case .upstream(let forwarding): forwarding.upstream.description
        case .application(let sink): sink.description
        }
    }

    /// Its form for the streams of one leg.
    func acceptor(on loop: any EventLoop) -> StreamAcceptor {
        switch self {
        case .upstream(let forwarding):
            StreamAcceptor(.upstream(forwarding, UpstreamDialer(forwarding.upstream, on: loop)), loop)
        case .application(let sink): StreamAcceptor(.application(sink), loop)
        }
    }
}

/// Takes the streams of one endpoint on one leg. Bound to the leg's event loop.
final class StreamAcceptor {
    enum Way {
        case upstream(Forwarding, UpstreamDialer)
        case application(ListenerSink)
    }

    private let way: Way
    private let loop: any EventLoop

    init(_ way: Way, _ loop: any EventLoop) {
        self.way = way
        self.loop = loop
    }

    /// - Returns: who gets the stream's bytes; nil after the stream was refused.
    func accept(_ header: ProxyHeader, on stream: MuxStream) -> (any MuxStreamReceiver)? {
        switch self.way {
        case .upstream(let forwarding, let dialer):
            let observed = ObservedConnection(
                endpoint: forwarding.endpoint,
                id: forwarding.observer == nil ? 0 : UInt64.random(in: .min ... .max),
                visitor: header.clientAddress,
                upstream: forwarding.observer == nil ? "" : forwarding.upstream.hostport
            )
            let pipe = StreamPipe(stream, on: self.loop, forwarding: forwarding, observed: observed)
            dialer.dial(pipe)
            return pipe
        case .application(let sink):
            let accepted = AcceptedStream(stream)
            let connection = Connection(
                accepted,
                on: self.loop,
                remoteAddress: header.clientAddress,
                scheme: Scheme(rawValue: header.proto) ?? .tcp
            )
            guard sink.offer(connection) else {
                stream.reset(.acceptQueueFull)
                return nil
            }
            return accepted
        }
    }
}
