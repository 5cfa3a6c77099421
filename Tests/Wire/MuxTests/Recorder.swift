import Mux
import NIOCore

/// A receiver and delegate that writes down what it is told, and does what a test asks it to do then.
final class Recorder: MuxStreamReceiver, MuxConnectionDelegate {
    enum Call: Equatable {
        case received(UInt32, [UInt8])
        case readComplete(UInt32)
        case end(UInt32)
        case credit(UInt32)
        case writability(UInt32, Bool)
        case ended(UInt32, MuxErrorCode)
        case accepted(UInt32)
        case over(MuxEnd)
    }

    var calls: [Call] = []
    /// Accepted streams in order.
    var accepted: [MuxStream] = []
    var takesStreams = true
    /// Says that received bytes are consumed at once.
    var consumes = true
    /// Called after each call was written down.
    var onCall: (Call, MuxStream?) -> Void = { _, _ in }

    /// The bytes received on `id`.
    func bytes(of id: UInt32) -> [UInt8] {
        self.calls.flatMap { if case .received(id, let bytes) = $0 { bytes } else { [UInt8]() } }
    }

    private func note(_ call: Call, _ stream: MuxStream?) {
        self.calls.append(call)
        self.onCall(call, stream)
    }

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        self.note(.received(stream.id, Array(bytes.readableBytesView)), stream)
        if self.consumes { stream.consumed(bytes.readableBytes) }
    }

    func streamReadComplete(_ stream: MuxStream) { self.note(.readComplete(stream.id), stream) }
    func streamReceivedEnd(_ stream: MuxStream) { self.note(.end(stream.id), stream) }
    func streamReceivedCredit(_ stream: MuxStream) { self.note(.credit(stream.id), stream) }
    func streamWritabilityChanged(_ stream: MuxStream) {
        self.note(.writability(stream.id, stream.isWritable), stream)
    }
    func stream(_ stream: MuxStream, ended code: MuxErrorCode) { self.note(.ended(stream.id, code), stream) }

    func muxConnection(_ connection: MuxConnection, accepted stream: MuxStream) -> (any MuxStreamReceiver)? {
        self.accepted.append(stream)
        self.note(.accepted(stream.id), stream)
        return self.takesStreams ? self : nil
    }

    func muxConnection(_ connection: MuxConnection, ended end: MuxEnd) { self.note(.over(end), nil) }
}
