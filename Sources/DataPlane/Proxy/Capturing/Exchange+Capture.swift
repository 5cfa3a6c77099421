import Capture
import EdgeLink
import Model
import NIOCore

// What goes to the visitor, and what comes from it, passes here where somebody looks at traffic later.

extension Exchange {
    /// The request goes to `upstream`: captures it where its account wants that, and its turn has come.
    func beginCapture(_ head: RequestHead, in bytes: ByteBuffer, for upstream: Upstream) {
        guard self.depth == 1, let outlet = self.loop.captures else { return }
        if let capture = self.capture {
            capture.note(upstream)
            return
        }
        guard upstream.isCaptured else { return }
        // What is sent again on purpose is always to be found.
        guard self.replay != nil || outlet.takeTurn(&upstream.captureUsage) else { return }
        let isFull =
            upstream.fullCapturesPerMille > 0
            && Int(self.loop.random.next() % 1000) < upstream.fullCapturesPerMille
        let id = self.record?.id ?? self.loop.drawRequestID()
        let capture = bytes.withUnsafeReadableBytes { raw in
            ExchangeCapture(
                id,
                head,
                in: raw,
                isSecure: self.context.visitor.isSecure,
                isFull: isFull,
                at: upstream,
                outlet: outlet
            )
        }
        if let replay {
            capture.noteOriginal(replay.original)
            replay.capturedID = id
        }
        self.capture = capture
        self.explainer = capture.isFull ? capture : nil
    }

    func endCapture(judgedBy judged: JudgedExchange?) {
        self.explainer = nil
        guard let capture = self.capture else { return }
        self.capture = nil
        capture.end(over: self.context, judgedBy: judged)
    }

    /// So many bytes of the request's body have come.
    func noteRequest(_ bytes: ByteBuffer) {
        self.record?.noteBody(bytes.readableBytes)
        self.capture?.noteRequest(bytes)
    }

    func writeHead(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer, body: ByteBuffer?, isComplete: Bool) {
        self.capture?.noteHead(head, in: bytes, body: body)
        self.front?.writeHead(head, in: bytes, body: body, isComplete: isComplete)
    }

    func writeBody(_ bytes: ByteBuffer) {
        self.capture?.noteResponse(bytes)
        self.front?.writeBody(bytes)
    }
}

/// That a request was captured once and is sent again.
final class ReplayMark {
    let account: ResourceID<AccountKind>
    /// The request that it repeats.
    let original: String
    /// The member of the pool that gets it; nil for any.
    let member: ResourceID<EndpointKind>?
    /// The number under which it is captured itself, once it is.
    fileprivate(set) var capturedID: String?

    init(_ order: ReplayOrder) {
        self.account = order.account
        self.original = order.original
        self.member = order.member
    }
}
