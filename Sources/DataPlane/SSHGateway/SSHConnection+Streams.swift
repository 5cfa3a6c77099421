import Addressing
import EdgeLink
import NIOCore
import Proxy
import Sessions

// MARK: - Streams

extension SSHConnection {
    func start(_ stream: SSHStream) {
        guard !self.isEnded, self.phase == .binding || self.phase == .serving else { return stream.opens(over: nil) }
        guard self.streams.count + self.early.count < self.gateway.configuration.streams else {
            self.proxyLoop.counters.note(.queuedStreams)
            return stream.timePassed()
        }
        guard self.phase == .serving, let forward = self.forward else {
            self.early.append(stream)
            return
        }
        let address = stream.request.visitor.address
        let channel = self.wire?.open(forward, for: (address.map { "\($0.ip)" } ?? "0.0.0.0", address?.port ?? 0))
        if channel != nil {
            self.streams[ObjectIdentifier(stream)] = stream
            self.opening.append(stream)
        }
        stream.opens(over: channel)
        self.flushSoon()
    }

    func lookAtOpening() {
        guard let wire = self.wire else { return }
        let opening = self.opening
        self.opening = []
        for stream in opening {
            guard let channel = stream.channel else { continue }
            switch wire.opening(of: channel) {
            case .waiting: self.opening.append(stream)
            case .open: stream.opened()
            case .refused: stream.refused()
            }
        }
        self.unopened.removeAll { channel in
            switch wire.opening(of: channel) {
            case .waiting: return false
            case .open: self.close(channel)
            case .refused: wire.free(channel)
            }
            return true
        }
    }

    func close(_ channel: SSHChannel) {
        channel.close()
        self.leaving[ObjectIdentifier(channel)] = channel
    }

    func lookAtLeaving() {
        guard !self.leaving.isEmpty, let wire = self.wire else { return }
        for (id, channel) in self.leaving where channel.isClosedByPeer {
            self.leaving[id] = nil
            wire.free(channel)
        }
        if self.leaving.count + self.unopened.count > 2 * self.gateway.configuration.streams {
            self.leave("the client closes no channels")
        }
    }

    /// A stream is over, on this side.
    func ended(_ stream: SSHStream, _ channel: SSHChannel?) {
        self.streams[ObjectIdentifier(stream)] = nil
        self.opening.removeAll { $0 === stream }
        self.early.removeAll { $0 === stream }
        guard let channel, let wire = self.wire else { return }
        channel.owner = nil
        switch wire.opening(of: channel) {
        case .waiting: self.unopened.append(channel)
        case .open: self.close(channel)
        case .refused: wire.free(channel)
        }
        self.flushSoon()
    }
}
