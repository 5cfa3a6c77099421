import NIOCore
import NIOPosix

/// Dials the upstream of one endpoint on one event loop.
///
/// The address that answered last is tried first for a while, so that a busy endpoint does not ask the resolver for
/// every connection. When it does not answer, the name is resolved anew.
final class UpstreamDialer {
    static let timeout = TimeAmount.seconds(3)
    /// How long a resolved address is believed.
    private static let memory = TimeAmount.seconds(10)

    private let upstream: Upstream
    private let loop: any EventLoop
    private var remembered: (address: SocketAddress, until: NIODeadline)?

    init(_ upstream: Upstream, on loop: any EventLoop) {
        self.upstream = upstream
        self.loop = loop
    }

    /// Connects `pipe`, which is told the result.
    func dial(_ pipe: StreamPipe) {
        guard let remembered, remembered.until > .now() else { return self.resolveAndDial(pipe) }
        let bound = NIOLoopBound((dialer: self, pipe: pipe), eventLoop: self.loop)
        self.bootstrap.connect(to: remembered.address).whenComplete { result in
            let (dialer, pipe) = bound.value
            switch result {
            case .success(let channel):
                pipe.connected(channel)
            case .failure:
                dialer.remembered = nil
                dialer.resolveAndDial(pipe)
            }
        }
    }

    /// Connects, says nothing, and closes again.
    ///
    /// - Parameter deliver: is told why it did not work; nil where it did.
    func probe(_ deliver: @escaping (String?) -> Void) {
        let bound = NIOLoopBound(deliver, eventLoop: self.loop)
        self.upstream.connect(by: self.bootstrap).whenComplete { result in
            switch result {
            case .success(let channel):
                channel.close(promise: nil)
                bound.value(nil)
            case .failure(let error): bound.value(ConnectFailure(error).reason)
            }
        }
    }

    private func resolveAndDial(_ pipe: StreamPipe) {
        guard !pipe.isOver else { return }
        let bound = NIOLoopBound((dialer: self, pipe: pipe), eventLoop: self.loop)
        self.upstream.connect(by: self.bootstrap).whenComplete { result in
            let (dialer, pipe) = bound.value
            switch result {
            case .success(let channel):
                dialer.remembered = channel.remoteAddress.map { ($0, .now() + Self.memory) }
                pipe.connected(channel)
            case .failure(let error):
                pipe.dialFailed(ConnectFailure(error).reason)
            }
        }
    }

    /// Several channels may be made for one name, of which one wins: handlers are added to that one alone.
    private var bootstrap: ClientBootstrap {
        // A socket of files knows nothing of TCP.
        let bootstrap =
            self.upstream.folder == nil
            ? ClientBootstrap(group: self.loop).channelOption(.tcpOption(.tcp_nodelay), value: 1)
            : ClientBootstrap(group: self.loop)
        return
            bootstrap
            .connectTimeout(Self.timeout)
            .channelOption(.allowRemoteHalfClosure, value: true)
    }
}
