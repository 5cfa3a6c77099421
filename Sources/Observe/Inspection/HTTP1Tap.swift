import NIOCore

/// Watches the exchanges of HTTP/1.1 that pass by on a byte pipe: the first line of each, and, where it is asked to, the messages
/// themselves.
///
/// It never alters or holds back a byte; where it loses the thread it sees fewer exchanges. What it keeps is bounded
/// for each message, and for all taps together by the budget.
struct HTTP1Tap {
    /// The exchanges of one connection that may wait for their responses.
    private static let maxPending = 16

    typealias Event = ExchangeTap.Event

    private struct Pending {
        let line: RequestLine
        var begun: NIODeadline
        /// Complete, or as far as it came.
        var request: TappedMessage?
        /// When the response began; nil before that.
        var answered: NIODeadline?
    }

    private struct RequestLine {
        let method: String
        let target: String
    }

    private let limit: Int
    private let budget: CaptureBudget?
    private var requests = MessageScanner(.request)
    private var responses = MessageScanner(.response)
    private var pending: [Pending] = []
    private var isRequestOpen = false
    private var begun: NIODeadline?
    /// The connection became something else than HTTP/1.
    private var isOver = false
    private var charged = 0

    /// - Parameters:
    ///   - limit: bytes of each message that are kept; 0 for the first lines alone.
    ///   - budget: what all taps together may keep of messages that are under way.
    init(limit: Int = 0, budget: CaptureBudget? = nil) {
        self.limit = limit
        self.budget = budget
    }

    /// Bytes on their way to the upstream.
    mutating func sawRequest(_ bytes: ByteBuffer, at now: NIODeadline) -> [Event] {
        guard !self.isOver else { return [] }
        var events: [Event] = []
        var view = bytes.readableBytesView
        while !view.isEmpty, !self.isOver {
            if self.requests.isIdle { self.begun = now }
            switch self.requests.next(&view, keeping: self.room(for: self.requests)) {
            case .head: self.requestBegan(&events, at: now)
            case .end: self.requestEnded()
            case .lost: self.end()
            case nil: break
            }
        }
        self.charge()
        return events
    }

    /// Bytes on their way to the visitor.
    mutating func sawResponse(_ bytes: ByteBuffer, at now: NIODeadline) -> [Event] {
        guard !self.isOver, !self.pending.isEmpty else { return [] }
        var events: [Event] = []
        var view = bytes.readableBytesView
        while !view.isEmpty, !self.isOver, !self.pending.isEmpty {
            switch self.responses.next(&view, keeping: self.room(for: self.responses)) {
            case .head: self.responseBegan(&events, at: now)
            case .end: self.responseEnded(&events, at: now)
            case .lost: self.end()
            case nil: break
            }
        }
        self.charge()
        return events
    }

    /// The connection is over: what is under way ends here. Called once more it does nothing.
    mutating func ended(at now: NIODeadline) -> [Event] {
        var events: [Event] = []
        if !self.isOver {
            while !self.pending.isEmpty { self.responseEnded(&events, at: now) }
        }
        self.end()
        self.charge()
        return events
    }

    // MARK: - Requests

    private mutating func requestBegan(_ events: inout [Event], at now: NIODeadline) {
        guard let line = Self.requestLine(self.requests.head), self.pending.count < Self.maxPending else {
            return self.end()
        }
        // A response of which nobody said where it ends: it has ended, or there would be no next request.
        if self.responses.isUntilClose { self.responseEnded(&events, at: now) }
        self.pending.append(Pending(line: line, begun: self.begun ?? now))
        self.isRequestOpen = true
        if self.requests.passHead(hasNoBody: false) == .end { self.requestEnded() }
    }

    private mutating func requestEnded() {
        if self.isRequestOpen, !self.pending.isEmpty {
            self.pending[self.pending.count - 1].request = self.message(self.requests)
        }
        self.isRequestOpen = false
        self.requests.reset()
    }

    // MARK: - Responses

    private mutating func responseBegan(_ events: inout [Event], at now: NIODeadline) {
        guard let (status, reason) = Self.statusLine(self.responses.head) else { return self.end() }
        // An interim response: the final one comes behind it.
        if (100..<200).contains(status), status != 101 { return self.responses.reset() }
        let exchange = self.pending[0]
        self.pending[0].answered = now
        events.append(
            .answered(
                ObservedExchange(
                    method: exchange.line.method,
                    target: exchange.line.target,
                    status: status,
                    reason: reason,
                    duration: now - exchange.begun
                )
            )
        )
        let isTunnel = status == 101 || (exchange.line.method == "CONNECT" && (200..<300).contains(status))
        let hasNoBody = exchange.line.method == "HEAD" || status == 204 || status == 304 || isTunnel
        if self.responses.passHead(hasNoBody: hasNoBody) == .end { self.responseEnded(&events, at: now) }
        if isTunnel { self.end() }
    }

    private mutating func responseEnded(_ events: inout [Event], at now: NIODeadline) {
        let exchange = self.pending.removeFirst()
        if self.limit > 0 {
            let isUnderWay = self.pending.isEmpty && self.isRequestOpen
            let request = exchange.request ?? (isUnderWay ? self.message(self.requests) : nil)
            events.append(
                .finished(
                    TappedExchange(
                        request: request ?? TappedMessage(bytes: [], headBytes: 0, wireBytes: 0),
                        response: exchange.answered == nil ? nil : self.message(self.responses),
                        duration: now - exchange.begun,
                        answeredAfter: exchange.answered.map { $0 - exchange.begun }
                    )
                )
            )
        }
        // What still comes of its request belongs to nothing.
        if self.pending.isEmpty { self.isRequestOpen = false }
        self.responses.reset()
    }

    private func message(_ scanner: MessageScanner) -> TappedMessage {
        guard self.limit > 0 else { return TappedMessage(bytes: [], headBytes: 0, wireBytes: 0) }
        return TappedMessage(
            bytes: Array(scanner.kept.prefix(max(self.limit, scanner.headBytes))),
            headBytes: scanner.headBytes,
            wireBytes: scanner.bytes
        )
    }

    // MARK: - Memory

    /// How much of a message may be kept now: nothing more of it where the budget is used up.
    private func room(for scanner: MessageScanner) -> Int {
        guard self.limit > 0 else { return 0 }
        return self.budget?.isUsedUp ?? false ? scanner.kept.count : self.limit
    }

    /// Tells the budget what is kept now.
    private mutating func charge() {
        guard let budget else { return }
        let waiting = self.pending.reduce(0) { $0 + ($1.request?.bytes.count ?? 0) }
        let now = self.isOver ? 0 : self.requests.kept.count + self.responses.kept.count + waiting
        if now != self.charged { budget.add(now - self.charged) }
        self.charged = now
    }

    private mutating func end() {
        self.isOver = true
        self.pending = []
        _ = self.requests.lose()
        _ = self.responses.lose()
    }

    // MARK: - First lines

    private static func requestLine(_ head: ArraySlice<UInt8>) -> RequestLine? {
        let parts = MessageHead.firstLine(head).split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[0].count <= 32, parts[2].starts(with: "HTTP/1.".utf8) else {
            return nil
        }
        return RequestLine(
            method: String(decoding: parts[0], as: UTF8.self),
            target: String(decoding: parts[1].prefix(ExchangeTap.maxTargetBytes), as: UTF8.self)
        )
    }

    private static func statusLine(_ head: ArraySlice<UInt8>) -> (Int, String)? {
        let line = MessageHead.firstLine(head)
        guard line.starts(with: "HTTP/1.".utf8), line.count >= 12, line[line.startIndex + 8] == 0x20,
            let status = MessageHead.status(line)
        else { return nil }
        return (status, String(decoding: line.dropFirst(13).prefix(64), as: UTF8.self))
    }
}
