import JSON
import DequeModule
import Mux
import NIOCore

protocol IncomingCallsDelegate: AnyObject {
    /// A request has come whole, or can never come.
    func incomingCalls(
        _ calls: IncomingCalls,
        received request: Result<JSONObject, MessageError>,
        of call: IncomingCall
    )
    /// The answer to a call took longer than any caller should wait.
    func incomingCalls(_ calls: IncomingCalls, didNotAnswer call: IncomingCall)
}

/// The calls that a peer has running, within the limits of `spec/agent-protocol.md` 14.
final class IncomingCalls {
    struct Limits: Sendable {
        /// Calls that are read or answered at the same time; further ones wait unread.
        var running = 64
        var json = JSONLimits()
        /// For requests that have nothing much to say.
        var smallJSON = JSONLimits(bytes: 64 << 10)
        /// Bytes of incomplete requests, all together.
        var kept = 16 << 20
        /// From the turn of a call to the end of its request.
        var request = TimeAmount.seconds(15)
        /// From the end of the request to the answer. Longer than answers are held back while a store is away (13.6).
        var answer = TimeAmount.seconds(60)
        /// From the answer to the peer's FIN.
        var farewell = TimeAmount.seconds(5)
    }

    weak var delegate: (any IncomingCallsDelegate)?
    private let limits: Limits
    private var running: [UInt32: IncomingCall] = [:]
    private var waiting: Deque<IncomingCall> = []
    private var lingering = LingeringStreams()
    private var kept = 0
    private var now: NIODeadline

    init(limits: Limits, now: NIODeadline) {
        self.limits = limits
        self.now = now
    }

    /// Calls that are not over, waiting ones included.
    var count: Int { self.running.count + self.waiting.count }

    /// Takes `stream` as a call of `type`; nil for a type that means nothing to us.
    func accept(_ stream: MuxStream, type: StreamType?) -> IncomingCall {
        let json: JSONLimits =
            switch type {
            case .auth, .bind, .startTunnelWithLabel, .patchTunnelState: self.limits.json
            default: self.limits.smallJSON
            }
        let call = IncomingCall(stream, type: type, limits: json, calls: self)
        self.waiting.append(call)
        self.beginWaiting()
        return call
    }

    /// Answers `call`, unless it is over.
    func answer(_ call: IncomingCall, with json: JSONObject) {
        self.conclude(call, call.answer(json))
    }

    /// Ends `call` without an answer, as a call that has none is.
    func dismiss(_ call: IncomingCall) {
        self.conclude(call, call.dismiss())
    }

    func tick(now: NIODeadline) {
        self.now = now
        self.lingering.tick(now: now)
        for call in self.running.values where call.deadline.map({ now >= $0 }) ?? false {
            switch call.phase {
            case .reading:
                call.abort(.streamCancelled)
                self.forget(call)
            case .answering: self.delegate?.incomingCalls(self, didNotAnswer: call)
            case .waiting, .over: self.forget(call)
            }
        }
    }

    // MARK: - Told by calls

    /// - Returns: whether there is room for `count` more bytes of `call`'s request.
    func mayKeep(_ count: Int, of call: IncomingCall) -> Bool {
        guard self.kept + count <= self.limits.kept else { return false }
        self.kept += count
        call.kept += count
        return true
    }

    func isComplete(_ call: IncomingCall) {
        let request = self.endRequest(of: call)
        guard call.type != nil else { return self.deliver(.success([:]), of: call) }
        do throws(MessageError) {
            self.deliver(.success(try JSONObject(message: request, limits: self.limits.json)), of: call)
        } catch {
            self.deliver(.failure(error), of: call)
        }
    }

    func isUnreadable(_ call: IncomingCall, because error: JSONError) {
        _ = self.endRequest(of: call)
        self.deliver(.failure(.notJSON(error)), of: call)
    }

    func hasEnded(_ call: IncomingCall) {
        self.waiting.removeAll { $0 === call }
        self.forget(call)
    }

    // MARK: - Private

    private func beginWaiting() {
        while self.running.count < self.limits.running, let call = self.waiting.popFirst() {
            self.running[call.streamID] = call
            call.begin(until: self.now + self.limits.request)
        }
    }

    /// - Returns: the request's bytes.
    private func endRequest(of call: IncomingCall) -> ByteBuffer {
        self.release(call)
        return call.endRequest(answerUntil: self.now + self.limits.answer)
    }

    private func conclude(_ call: IncomingCall, _ isDone: Bool) {
        guard isDone else { return }
        if let stream = call.stream { self.lingering.add(stream, until: self.now + self.limits.farewell) }
        self.forget(call)
    }

    private func deliver(_ request: Result<JSONObject, MessageError>, of call: IncomingCall) {
        self.delegate?.incomingCalls(self, received: request, of: call)
    }

    private func forget(_ call: IncomingCall) {
        self.release(call)
        if self.running.removeValue(forKey: call.streamID) != nil { self.beginWaiting() }
    }

    private func release(_ call: IncomingCall) {
        self.kept -= call.kept
        call.kept = 0
    }
}
