import AgentProtocol
import Mux
import NIOCore

/// A stream by which the edge asks whether a visitor would reach the upstream.
final class ProbedStream: MuxStreamReceiver {
    private let stream: MuxStream

    init(_ stream: MuxStream) {
        self.stream = stream
    }

    /// - Parameter reason: why the upstream cannot be reached; nil where it can.
    func answer(_ reason: String?) {
        guard !self.stream.isClosed else { return }
        self.stream.write(ProbeWord.bytes(reason))
        self.stream.finish()
    }

    /// Nothing belongs here, and nothing is kept.
    func stream(_ stream: MuxStream, received bytes: ByteBuffer) { stream.consumed(bytes.readableBytes) }
    func streamReadComplete(_ stream: MuxStream) {}
    func streamReceivedEnd(_ stream: MuxStream) {}
    func streamReceivedCredit(_ stream: MuxStream) {}
    func streamWritabilityChanged(_ stream: MuxStream) {}
    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {}
}
