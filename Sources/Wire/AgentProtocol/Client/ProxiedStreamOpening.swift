import Mux
import NIOCore

/// A proxied stream whose header has not come whole.
final class ProxiedStreamOpening: OpeningReceiver {
    private weak var session: AgentClientSession?
    private var header = ProxyHeaderReader()

    init(session: AgentClientSession) {
        self.session = session
    }

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        var rest = bytes
        do throws(ProxyHeaderError) {
            let header = try self.header.read(from: &rest)
            stream.consumed(bytes.readableBytes - rest.readableBytes)
            if let header { self.hand(stream, over: header, rest: rest) }
        } catch {
            stream.reset(.protocolError)
        }
    }

    func streamReceivedEnd(_ stream: MuxStream) {
        stream.finish()
    }

    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {}

    private func hand(_ stream: MuxStream, over header: ProxyHeader, rest: ByteBuffer) {
        guard let receiver = self.session?.receiver(of: stream, for: header) else { return }
        stream.receiver = receiver
        if rest.readableBytes > 0, !stream.isClosed { receiver.stream(stream, received: rest) }
    }
}
