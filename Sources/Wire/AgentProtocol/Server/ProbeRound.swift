import JSON
import Mux
import NIOCore

/// One round of probes: a stream to each bind that the agent asked for, and what came back on it.
final class ProbeRound {
    /// From the first stream to the answer, whoever has not answered.
    static let patience = TimeAmount.seconds(4)

    private let deadline: NIODeadline
    private var results: [AgentMessage.ProbeAnswer.Result] = []
    /// Streams that have not answered, by bind.
    private var waiting: [String: MuxStream] = [:]
    private let reply: CallReply<AgentMessage.ProbeAnswer>
    private var isOver = false

    init(now: NIODeadline, reply: CallReply<AgentMessage.ProbeAnswer>) {
        self.deadline = now + Self.patience
        self.reply = reply
    }

    /// Probes the binds, each once.
    func begin(_ ids: [String], on session: AgentServerSession) {
        for id in Set(ids.prefix(AgentMessage.Probe.limit)) {
            let header = ProxyHeader(bindID: id, clientAddress: "0.0.0.0:0", proto: "tcp", isProbe: true)
            let receiver = ProbeReceiver { [weak self] in self?.ended(id, $0) }
            if let stream = session.openProxy(header: header, receiver: receiver) {
                self.waiting[id] = stream
            } else {
                self.results.append(.init(id: id, error: "the edge has no room for a stream to the agent"))
            }
        }
        self.answerIfDone()
    }

    /// - Returns: whether the round is over.
    func tick(now: NIODeadline) -> Bool {
        if now >= self.deadline { self.finish() }
        return self.isOver
    }

    /// Answers with what there is.
    func finish() {
        for (id, stream) in self.waiting {
            stream.abort(.streamCancelled)
            self.results.append(.init(id: id, error: "the probe of the edge was not answered in time"))
        }
        self.waiting = [:]
        self.answerIfDone()
    }

    private func ended(_ id: String, _ error: String) {
        guard let stream = self.waiting.removeValue(forKey: id) else { return }
        if !stream.isClosed { stream.finish() }
        self.results.append(.init(id: id, error: error))
        self.answerIfDone()
    }

    private func answerIfDone() {
        guard self.waiting.isEmpty, !self.isOver else { return }
        self.isOver = true
        self.reply.succeed(AgentMessage.ProbeAnswer(results: self.results))
    }
}

/// Reads the agent's word on a probe.
private final class ProbeReceiver: ControlReceiver {
    /// Bytes of an answer; what is longer is none.
    private static let limit = 4096

    private var received = ByteBuffer()
    private var tell: ((String) -> Void)?

    /// - Parameter tell: called once, with the reason against; empty where data flows.
    init(_ tell: @escaping (String) -> Void) {
        self.tell = tell
    }

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        stream.consumed(bytes.readableBytes)
        guard self.tell != nil else { return }
        guard self.received.readableBytes + bytes.readableBytes <= Self.limit else {
            self.end("the agent answered a probe with too many bytes")
            return
        }
        self.received.writeImmutableBuffer(bytes)
    }

    func streamReceivedEnd(_ stream: MuxStream) {
        do throws(MessageError) {
            self.end(try MessageFields(JSONObject(message: self.received)).text("Error"))
        } catch {
            // An agent ends a stream for a bind that it does not know without a byte.
            self.end("the agent does not serve the endpoint")
        }
    }

    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {
        self.end("the agent refused the stream")
    }

    private func end(_ error: String) {
        let tell = self.tell
        self.tell = nil
        tell?(error)
    }
}
