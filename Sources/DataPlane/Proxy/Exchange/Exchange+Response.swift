import Model
import NIOCore
import PolicyEngine

/// What a link tells its exchange.
extension Exchange {
    func responseInterim(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer) {
        self.front?.writeInterim(head, in: bytes)
    }

    /// The head of the final answer. `head` and `bytes` are valid during the call only.
    ///
    /// - Parameters:
    ///   - head: what the answer says of itself.
    ///   - bytes: those that `head` was read from.
    ///   - body: the first bytes of the body, where they came with the head; a slice.
    ///   - isComplete: whether `body` is all of it.
    func responseHead(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer, body: ByteBuffer?, isComplete: Bool) {
        if head.meaning.isAgentRefusal, case .internal = self.destination {
            self.refuseAgentAnswer()
            return
        }
        self.noteResponseStarted(status: head.status)
        self.record?.note(head, in: bytes)
        if let body { self.noteResponse(body.readableBytes) }
        if let judged = self.judged {
            judged.hold(head, in: bytes, body: body, isComplete: isComplete)
        } else {
            self.writeHead(head, in: bytes, body: body, isComplete: isComplete)
        }
    }

    /// For whoever forwarded to it, an endpoint whose agent does not reach its service has not answered
    /// (`spec/traffic-policy.md` 4.9). A visitor sees the agent's own page.
    private func refuseAgentAnswer() {
        let link = self.link
        self.link = nil
        link?.abandon()
        self.linkFailed(.agentRefusal)
    }

    /// More of the body, as it came; a slice. After an upgrade: bytes of the pipe.
    func responseBody(_ bytes: ByteBuffer) {
        self.noteResponse(bytes.readableBytes)
        guard let judged = self.judged else {
            self.writeBody(bytes)
            return
        }
        if let bytes = judged.receive(bytes) { self.writeBody(bytes) }
    }

    /// The answer is complete. After an upgrade: the upstream sends no more.
    func responseEnded(trailers: ByteBuffer?) {
        if let judged = self.judged, !judged.receiveEnd(trailers: trailers) { return }
        self.noteAnswered()
        self.front?.writeEnd(trailers: trailers)
    }

    func responseFlush() {
        self.front?.flush()
    }

    func requestWritabilityChanged(_ isWritable: Bool) {
        if case .sent = self.phase { self.front?.requestWritabilityChanged(isWritable) }
    }

    /// The exchange ended without a complete answer. The link's last call.
    func linkFailed(_ failure: ExchangeFailure) {
        let endpoint = self.link?.endpoint
        self.link = nil
        guard case .sent = self.phase, let front = self.front else { return }
        if self.isAnswered {
            // The answer is out; only the rest of the request has nowhere to go.
            front.requestIsUnwanted()
            return
        }
        if case .notSent(.connectTimedOut) = failure { self.loop.counters.note(.connectTimeout) }
        if self.tryAgain(after: failure, at: endpoint) { return }
        self.loop.counters.failedExchanges += 1
        self.judged?.policy.endUpstream(.failed)
        if let judged = self.judged, judged.held != nil {
            judged.receiveBreak()
        } else if self.responseStarted {
            front.answerBroke()
        } else {
            self.answer(failure.failure)
        }
    }
}
