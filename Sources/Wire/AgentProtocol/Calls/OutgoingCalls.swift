import JSON
import Mux
import NIOCore

/// A call of ours: the request goes out in the stream's first frame, the answer is the first JSON value that comes.
final class OutgoingCall: ControlReceiver {
    let streamID: UInt32
    let deadline: NIODeadline
    /// From our FIN to the peer's.
    let farewell: TimeAmount
    private(set) weak var stream: MuxStream?
    private weak var calls: OutgoingCalls?
    private var boundary: JSONBoundary
    private var received = ByteBuffer()
    private var deliver: ((Result<JSONObject, CallError>) -> Void)?

    init(_ request: OutgoingCalls.Request, deadline: NIODeadline, on stream: MuxStream, calls: OutgoingCalls) {
        self.streamID = stream.id
        self.deadline = deadline
        self.farewell = request.farewell
        self.stream = stream
        self.calls = calls
        self.boundary = JSONBoundary(limits: OutgoingCalls.limits)
        self.deliver = request.deliver
    }

    func complete(_ result: Result<JSONObject, CallError>) {
        let deliver = self.deliver
        self.deliver = nil
        deliver?(result)
    }

    func stream(_ stream: MuxStream, received bytes: ByteBuffer) {
        stream.consumed(bytes.readableBytes)
        do throws(JSONError) {
            let count = try self.boundary.scan(bytes.readableBytesView)
            self.received.writeImmutableBuffer(
                bytes.getSlice(at: bytes.readerIndex, length: count ?? bytes.readableBytes) ?? bytes
            )
            if count != nil { self.readAnswer() }
        } catch {
            self.calls?.end(self, with: .failure(.unreadable(.notJSON(error))))
        }
    }

    func streamReceivedEnd(_ stream: MuxStream) {
        do throws(JSONError) {
            try self.boundary.end()
            self.readAnswer()
        } catch {
            self.calls?.end(self, with: .failure(.unanswered))
        }
    }

    func stream(_ stream: MuxStream, ended code: MuxErrorCode) {
        self.calls?.end(self, with: .failure(.unanswered))
    }

    private func readAnswer() {
        do throws(MessageError) {
            self.calls?.end(self, with: .success(try JSONObject(message: self.received, limits: OutgoingCalls.limits)))
        } catch {
            self.calls?.end(self, with: .failure(.unreadable(error)))
        }
    }
}

/// The calls that we have running.
final class OutgoingCalls {
    struct Request {
        var type: StreamType
        var json: JSONObject
        /// From the call to its answer.
        var patience: TimeAmount
        var farewell = TimeAmount.seconds(5)
        /// Called once, on the event loop.
        var deliver: (Result<JSONObject, CallError>) -> Void
    }

    /// An answer may hold the options of a request that was as large as it may be.
    static let limits = JSONLimits(bytes: 4 << 20)

    private var running: [UInt32: OutgoingCall] = [:]
    private var lingering = LingeringStreams()
    private var now: NIODeadline

    init(now: NIODeadline) {
        self.now = now
    }

    func start(_ request: Request, on connection: MuxConnection) {
        var first = ByteBuffer(integer: request.type.rawValue)
        request.json.write(into: &first)
        first.writeInteger(UInt8(ascii: "\n"))
        guard let stream = connection.open(receiver: DroppingReceiver(), first: first) else {
            return request.deliver(.failure(.unanswered))
        }
        let call = OutgoingCall(request, deadline: self.now + request.patience, on: stream, calls: self)
        stream.receiver = call
        self.running[call.streamID] = call
    }

    func tick(now: NIODeadline) {
        self.now = now
        self.lingering.tick(now: now)
        for call in self.running.values where now >= call.deadline {
            self.end(call, with: .failure(.timedOut))
        }
    }

    /// Says goodbye on the call's stream and tells its caller.
    func end(_ call: OutgoingCall, with result: Result<JSONObject, CallError>) {
        guard self.running.removeValue(forKey: call.streamID) != nil else { return }
        if let stream = call.stream, !stream.isClosed {
            stream.finish()
            self.lingering.add(stream, until: self.now + call.farewell)
        }
        call.complete(result)
    }
}

extension Result where Success == JSONObject, Failure == CallError {
    /// The answer that was asked for, or the error in its place.
    func answer<Answer: AgentAnswer>(as type: Answer.Type = Answer.self) -> Result<Answer, CallError> {
        self.flatMap { json in
            do throws(MessageError) {
                if let error = ErrorText(parsing: try MessageFields(json).text("Error")) {
                    return .failure(.refused(error))
                }
                return .success(try Answer(json: json))
            } catch {
                return .failure(.unreadable(error))
            }
        }
    }
}
