import Model
import NIOCore

extension HTTP1VisitorHandler {
    // MARK: The head

    /// Reads a request's head from `bytes` and begins its exchange; what is behind it stays pending.
    ///
    /// - Returns: whether to go on with what is pending.
    func receiveHead(_ bytes: ByteBuffer) -> Bool {
        let head = self.loop.requestHead
        let result = bytes.withUnsafeReadableBytes {
            head.scan($0, limits: self.loop.limits.headLimits, progress: &self.progress)
        }
        switch result {
        case .incomplete:
            let isFirst = !self.ownsPending
            self.pending = bytes
            // From the first byte of a head on, all of it has one deadline.
            if isFirst { self.updateDeadline() }
            return false
        case .invalid(let error):
            self.loop.counters.note(error)
            self.answerBadHead(error.failure)
            return false
        case .complete(let length):
            self.progress = HeadProgress()
            self.beginRequest(head, length: length, bytes)
            return true
        }
    }

    /// Takes from the scratch head what the connection must remember, then begins the exchange.
    private func beginRequest(_ head: RequestHead, length: Int, _ bytes: ByteBuffer) {
        var bytes = bytes
        guard let whole = bytes.readSlice(length: length) else { return }
        self.pending = bytes.readableBytes > 0 ? bytes : nil
        self.ownsPending = false
        self.framing = head.framing
        self.requestBody = BodyReader(head.framing, limits: self.loop.limits.bodyLimits)
        self.bodyError = nil
        self.requestEnded = self.requestBody.isComplete
        if !self.requestEnded { self.pace.start(at: self.loop.wheel.now) }
        self.responseStarted = false
        self.isAnswered = false
        self.isClosing = !head.keepsAlive || self.loop.isDraining || self.isClosing
        self.isHEAD = head.isHEAD
        self.isHTTP10 = head.minorVersion == 0
        self.framer = nil
        self.phase = .exchanging
        self.exchange.begin(head, in: whole, hasBody: !self.requestEnded, front: self)
    }

    // MARK: The body

    func receiveBody(_ bytes: ByteBuffer) {
        var bytes = bytes
        let count = bytes.readableBytes
        while true {
            switch self.requestBody.take(&bytes) {
            case .some(let slice, let ended):
                self.exchange.receiveBody(slice)
                if !ended { continue }
            case .none, .ended:
                break
            case .invalid(let error):
                self.refuseBody(error)
                return
            }
            break
        }
        guard self.requestBody.isComplete else {
            self.goOnReceiving(behind: count)
            return
        }
        if bytes.readableBytes > 0 {
            self.pending = bytes
            self.ownsPending = false
        }
        self.endRequest()
    }

    /// So many bytes of a body have come, and there are more.
    private func goOnReceiving(behind count: Int) {
        // Who is answered already has no hurry: a conversation may be slow.
        guard self.pace.note(count, at: self.loop.wheel.now, self.loop.limits) || self.responseStarted else {
            self.loop.counters.note(.bodyRate)
            self.exchange.refuse(.init(.requestTimeout, "The request's body came too slowly."))
            return
        }
        self.updateDeadline()
    }

    private func endRequest() {
        self.requestEnded = true
        self.exchange.endRequest(trailers: self.requestBody.trailers)
        self.updateDeadline()
        self.finishIfDone()
    }

    /// The body breaks the rules: the upstream must not take what it has for a whole request.
    private func refuseBody(_ error: HTTP1Error) {
        self.loop.counters.note(error)
        guard !self.responseStarted else {
            self.exchange.abandon()
            self.closeNow()
            return
        }
        self.exchange.refuse(error.failure)
    }

    /// Removes what is here of a body that no upstream gets.
    func discardBody() {
        guard !self.requestEnded, var rest = self.pending else { return }
        discarding: while true {
            switch self.requestBody.take(&rest) {
            case .some(_, ended: false): continue
            // After bytes that are no body, the connection closes behind the answer.
            case .none, .some, .ended, .invalid: break discarding
            }
        }
        self.requestEnded = self.requestBody.isComplete
        self.pending = rest.readableBytes > 0 ? rest : nil
        self.ownsPending = false
    }
}

// MARK: - What an exchange asks of its request

extension HTTP1VisitorHandler {
    func exchangeWaits() {
        self.phase = .waiting
        self.setReading(false)
        self.updateDeadline()
    }

    func exchangeGoesOn() {
        self.phase = .exchanging
        self.pace.start(at: self.loop.wheel.now)
        self.setReading(true)
    }

    func takeFirstBody(_ form: BodyForm) -> FirstBody {
        if form == .content {
            let limits = self.loop.limits.bodyLimits
            self.requestBody = BodyReader(self.framing, from: .visitor, form: .content, limits: limits)
        }
        guard var rest = self.pending else { return .none }
        var first: ByteBuffer?
        switch self.requestBody.take(&rest) {
        case .none, .ended: break
        case .some(let slice, _): first = slice
        case .invalid(let error): return .invalid(error)
        }
        self.pending = rest.readableBytes > 0 ? rest : nil
        self.ownsPending = false
        return first.map { .some($0) } ?? .none
    }

    func requestIsSent() {
        if !self.requestEnded {
            // Trailers are held back by the reader and come out of it even where nothing is left to read.
            if self.requestBody.isComplete {
                self.endRequest()
            } else {
                let rest = self.pending ?? ByteBuffer()
                self.pending = nil
                self.receiveBody(rest)
            }
            guard case .exchanging = self.phase else { return }
        }
        if !self.isInRead { self.exchange.flush() }
        if !self.isWritable { self.exchange.setReading(false) }
        // A link that was full before this request came has no change to tell.
        if self.exchange.link?.isWritable == false { self.requestWritabilityChanged(false) }
        self.updateDeadline()
    }

    func requestWritabilityChanged(_ isWritable: Bool) {
        switch self.phase {
        case .over: return
        case .pipe: break
        // Where nothing of the request is left to stop, what is sent ahead has a bound of its own.
        case .idle, .exchanging, .waiting, .lingering: guard isWritable || !self.requestEnded else { return }
        }
        if isWritable, let pending = self.pending, pending.readableBytes > self.loop.limits.pipelinedBytes {
            return
        }
        if isWritable { self.pace.start(at: self.loop.wheel.now) }
        self.setReading(isWritable)
        self.updateDeadline()
    }

    func requestIsUnwanted() {
        if case .pipe = self.phase { self.closeNow() } else { self.lingerOrClose() }
    }
}
