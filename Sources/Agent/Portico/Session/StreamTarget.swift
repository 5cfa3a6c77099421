import AgentProtocol
import Mux
import NIOCore

/// Where the streams of an endpoint go, the same on every leg.
struct StreamTarget: Sendable {
    enum Way: Sendable {
        case upstream(Forwarding)
        case application(ListenerSink)
    }

    let way: Way
    /// nil where TLS does not end here.
    let termination: Termination?

    /// - Throws: `.invalidConfiguration` where TLS that shall end here cannot.
    init(_ way: Way, _ options: EndpointOptions) throws(PorticoError) {
        self.way = way
        self.termination = try Termination(options)
    }

    /// As the edge shows it.
    var forwardsTo: String {
        switch self.way {
        case .upstream(let forwarding): forwarding.upstream.description
        case .application(let sink): sink.description
        }
    }

    /// Its form for the streams of one leg.
    func acceptor(on loop: any EventLoop) -> StreamAcceptor {
        switch self.way {
        case .upstream(let forwarding):
            StreamAcceptor(.upstream(forwarding, UpstreamDialer(forwarding.upstream, on: loop)), self.termination, loop)
        case .application(let sink): StreamAcceptor(.application(sink), self.termination, loop)
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
    private let termination: Termination?
    private let loop: any EventLoop

    init(_ way: Way, _ termination: Termination?, _ loop: any EventLoop) {
        self.way = way
        self.termination = termination
        self.loop = loop
    }

    /// - Returns: who gets the stream's bytes; nil after the stream was refused.
    func accept(_ header: ProxyHeader, on stream: MuxStream) -> (any MuxStreamReceiver)? {
        if header.isProbe { return self.answerProbe(stream) }
        guard let termination else { return self.serve(header, stream) }
        guard header.passesTLSThrough else {
            // Somebody else has ended TLS, and has not asked visitors what is asked of them here.
            stream.reset(.streamRefused)
            return nil
        }
        let terminated = TerminatedStream(stream, on: self.loop, termination) { self.serve(header, $0) }
        terminated.begin()
        return terminated
    }

    /// Nobody is behind the stream: the edge wants to know how far a visitor would come.
    private func answerProbe(_ stream: MuxStream) -> any MuxStreamReceiver {
        let probed = ProbedStream(stream)
        switch self.way {
        case .upstream(_, let dialer): dialer.probe { probed.answer($0) }
        case .application: probed.answer(nil)
        }
        return probed
    }

    private func serve(_ header: ProxyHeader, _ stream: any VisitorStream) -> (any MuxStreamReceiver)? {
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
                scheme: Scheme(rawValue: header.proto) ?? .tcp,
                applicationProtocol: stream.applicationProtocol
            )
            guard sink.offer(connection) else {
                stream.reset(.acceptQueueFull)
                return nil
            }
            return accepted
        }
    }
}
