import JSON
import Mux
import NIOCore

/// A peer's call on its stream: the request until its JSON is complete, then the answer (`spec/agent-protocol.md` 8).
final class IncomingCall: ControlReceiver {
    enum Phase {
        /// As many calls are running as may: nothing is read, and no credit given.
        case waiting
        case reading
        /// The request is complete or refused; an answer is due.
        case answering
        case over
    }

    /// nil for a number that means nothing to us.
    let type: StreamType?
    let streamID: UInt32
    private(set) var phase = Phase.waiting
    /// When the phase must be over; nil while waiting.
    private(set) var deadline: NIODeadline?
    private(set) weak var stream: MuxStream?
    private weak var calls: IncomingCalls?
    private var boundary: JSONBoundary
    /// What has come of the request; while waiting, all that has come.
    private var received = ByteBuffer()
    /// How many bytes of the request count against the limit of all calls.
    var kept = 0
    private var hasReceivedEnd = false

    init(_ stream: MuxStream, type: StreamType?, limits: JSONLimits, calls: IncomingCalls) {
        self.stream = stream
        self.streamID = stream.id
        self.type = type
        self.boundary = JSONBoundary(limits: limits)
        self.calls = calls
    }

    /// It is this call's turn.
    func begin(until deadline: NIODeadline) {
        guard self.phase == .waiting, let stream = self.stream else { return }
        self.phase = .reading
        self.deadline = deadline
        let held = self.received
        self.received = ByteBuffer()
        if held.readableBytes > 0 { self.stream(stream, received: held) }
        if self.hasReceivedEnd { self.streamReceivedEnd(stream) }
    }

    /// The request is complete, or will never be: it is to be answered until `deadline`.
    ///
    /// - Returns: its bytes.
    func endRequest(answerUntil deadline: NIODeadline) -> ByteBuffer {
        self.phase = .answering
        self.deadline = deadline
        defer { self.received = ByteBuffer() }
        return self.received
    }

    /// Sends `json` as the answer, in one frame with FIN. Some agents read until the FIN.
    ///
    /// - Returns: whether there was still someone to answer.
    func answer(_ json: JSONObject) -> Bool {
        var bytes = ByteBuffer()
        json.write(into: &bytes)
        bytes.writeInteger(UInt8(ascii: "\n"))
        return self.finish { $0.finish(with: bytes) }
    }

    /// Ends without an answer.
    func dismiss() -> Bool {
        self.finish { $0.finish() }
    }

    func abort(_ code: MuxErrorCode) {
        self.phase = .over
        self.stream?.abort(code)
    }

    // MARK: - MuxStreamReceiver

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        switch self.phase {
        case .waiting: self.received.writeImmutableBuffer(bytes)
        case .reading: self.read(bytes, of: stream)
        case .answering, .over: break
        }
    }

    func streamReceivedEnd(_ stream: MuxStream) {
        self.hasReceivedEnd = true
        guard self.phase == .reading else { return }
        do throws(JSONError) {
            try self.boundary.end()
            self.calls?.isComplete(self)
        } catch {
            self.calls?.isUnreadable(self, because: error)
        }
    }

    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {
        self.phase = .over
        self.calls?.hasEnded(self)
    }

    private func finish(_ send: (MuxStream) -> Void) -> Bool {
        guard self.phase == .answering, let stream = self.stream else { return false }
        self.phase = .over
        send(stream)
        return true
    }

    private func read(_ bytes: ByteBuffer, of stream: MuxStream) {
        do throws(JSONError) {
            let count = try self.boundary.scan(bytes.readableBytesView)
            guard self.calls?.mayKeep(bytes.readableBytes, of: self) ?? false else { throw .tooLarge }
            // Nothing is kept of a request that nobody will read.
            if self.type != nil { self.received.writeImmutableBuffer(bytes.prefix(count ?? bytes.readableBytes)) }
            stream.consumed(bytes.readableBytes)
            if count != nil { self.calls?.isComplete(self) }
        } catch {
            self.calls?.isUnreadable(self, because: error)
        }
    }
}

extension ByteBuffer {
    fileprivate func prefix(_ count: Int) -> ByteBuffer {
        self.getSlice(at: self.readerIndex, length: count) ?? self
    }
}
