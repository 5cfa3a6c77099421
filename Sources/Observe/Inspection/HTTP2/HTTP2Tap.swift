import NIOCore
import NIOHPACK

/// Watches the exchanges that pass by on a connection of HTTP/2, as `HTTP1Tap` does on one of HTTP/1.
///
/// A message is kept as people read it: its fields as lines, then its body. It never alters or holds back a byte; where
/// it loses the thread it sees nothing more. What it keeps is bounded for each message, for the streams of the
/// connection by their number, and for all taps together by the budget.
struct HTTP2Tap {
    /// Streams that are followed at one time; others pass by unseen.
    private static let maxStreams = 100

    private struct Exchange {
        let method: String
        let target: String
        let begun: NIODeadline
        var request: KeptMessage
        var response = KeptMessage()
        var answered: NIODeadline?
    }

    private let limit: Int
    private let budget: CaptureBudget?
    private var requests = HTTP2FrameScanner(hasPreface: true)
    private var responses = HTTP2FrameScanner(hasPreface: false)
    private var exchanges: [UInt32: Exchange] = [:]
    private var charged = 0

    /// - Parameters:
    ///   - limit: bytes of each message that are kept; 0 for the first lines alone.
    ///   - budget: what all taps together may keep of messages that are under way.
    init(limit: Int = 0, budget: CaptureBudget? = nil) {
        self.limit = limit
        self.budget = budget
    }

    /// Bytes on their way to the upstream.
    mutating func sawRequest(_ bytes: ByteBuffer, at now: NIODeadline) -> [ExchangeTap.Event] {
        var events: [ExchangeTap.Event] = []
        var view = bytes.readableBytesView
        while let event = self.requests.next(&view) {
            switch event {
            case .fields(let stream, let fields, _): self.request(stream, fields, at: now)
            case .data(let stream, let piece, _):
                let room = self.room
                self.exchanges[stream]?.request.add(piece, room: room)
            case .reset(let stream): self.finish(stream, &events, at: now)
            case .tableLength(let length): self.responses.allowTable(of: length)
            case .lost: self.lose()
            }
        }
        self.charge()
        return events
    }

    /// Bytes on their way to the visitor.
    mutating func sawResponse(_ bytes: ByteBuffer, at now: NIODeadline) -> [ExchangeTap.Event] {
        var events: [ExchangeTap.Event] = []
        var view = bytes.readableBytesView
        while let event = self.responses.next(&view) {
            switch event {
            case .fields(let stream, let fields, let isLast): self.response(stream, fields, isLast, &events, at: now)
            case .data(let stream, let piece, let isLast):
                let room = self.room
                self.exchanges[stream]?.response.add(piece, room: room)
                if isLast { self.finish(stream, &events, at: now) }
            case .reset(let stream): self.finish(stream, &events, at: now)
            case .tableLength(let length): self.requests.allowTable(of: length)
            case .lost: self.lose()
            }
        }
        self.charge()
        return events
    }

    /// The connection is over: what is under way ends here. Called once more it does nothing.
    mutating func ended(at now: NIODeadline) -> [ExchangeTap.Event] {
        var events: [ExchangeTap.Event] = []
        for stream in self.exchanges.keys.sorted() { self.finish(stream, &events, at: now) }
        self.lose()
        self.charge()
        return events
    }

    // MARK: - Messages

    private mutating func request(_ stream: UInt32, _ fields: HPACKHeaders, at now: NIODeadline) {
        // Fields behind the body are not shown.
        guard self.exchanges[stream] == nil, let method = fields.first(name: ":method"),
            self.exchanges.count < Self.maxStreams
        else { return }
        let target = fields.first(name: ":path") ?? fields.first(name: ":authority") ?? "*"
        var request = KeptMessage()
        request.begin("\(method) \(target) HTTP/2", fields, room: self.limit == 0 ? 0 : HTTP2FrameScanner.maxBlockBytes)
        self.exchanges[stream] = Exchange(
            method: String(method.prefix(32)),
            target: String(target.prefix(ExchangeTap.maxTargetBytes)),
            begun: now,
            request: request
        )
    }

    private mutating func response(
        _ stream: UInt32,
        _ fields: HPACKHeaders,
        _ isLast: Bool,
        _ events: inout [ExchangeTap.Event],
        at now: NIODeadline
    ) {
        guard var exchange = self.exchanges[stream] else { return }
        if exchange.answered == nil {
            guard let status = fields.first(name: ":status").flatMap(Int.init), (100..<1000).contains(status) else {
                return
            }
            // An interim response: the final one comes behind it.
            guard status >= 200 else { return }
            exchange.answered = now
            let room = self.limit == 0 ? 0 : HTTP2FrameScanner.maxBlockBytes
            exchange.response.begin("HTTP/2 \(status) ", fields, room: room)
            events.append(
                .answered(
                    ObservedExchange(
                        method: exchange.method,
                        target: exchange.target,
                        status: status,
                        reason: "",
                        duration: now - exchange.begun
                    )
                )
            )
        }
        self.exchanges[stream] = exchange
        if isLast { self.finish(stream, &events, at: now) }
    }

    private mutating func finish(_ stream: UInt32, _ events: inout [ExchangeTap.Event], at now: NIODeadline) {
        guard let exchange = self.exchanges.removeValue(forKey: stream), self.limit > 0 else { return }
        events.append(
            .finished(
                TappedExchange(
                    request: exchange.request.message(limit: self.limit),
                    response: exchange.answered == nil ? nil : exchange.response.message(limit: self.limit),
                    duration: now - exchange.begun,
                    answeredAfter: exchange.answered.map { $0 - exchange.begun }
                )
            )
        )
    }

    // MARK: - Memory

    /// How much of a body may be kept now: nothing more where the budget is used up.
    private var room: Int { self.budget?.isUsedUp ?? false ? 0 : self.limit }

    /// Tells the budget what is kept now.
    private mutating func charge() {
        guard let budget, self.limit > 0 else { return }
        let now = self.exchanges.values.reduce(0) { $0 + $1.request.kept.count + $1.response.kept.count }
        if now != self.charged { budget.add(now - self.charged) }
        self.charged = now
    }

    private mutating func lose() {
        self.exchanges = [:]
        self.requests.lose()
        self.responses.lose()
    }
}

/// A message that is passing by.
private struct KeptMessage {
    private(set) var kept: [UInt8] = []
    private var headBytes = 0
    /// The head as it is kept, and the body as it came.
    private var bytes = 0

    mutating func begin(_ line: String, _ fields: HPACKHeaders, room: Int) {
        var text = "\(line)\r\n"
        if let authority = fields.first(name: ":authority") { text += "host: \(authority)\r\n" }
        for (name, value, _) in fields where !name.hasPrefix(":") { text += "\(name): \(value)\r\n" }
        text += "\r\n"
        guard text.utf8.count <= room else { return }
        self.kept = Array(text.utf8)
        self.headBytes = self.kept.count
        self.bytes = self.kept.count
    }

    mutating func add(_ piece: ByteBufferView?, room: Int) {
        guard let piece else { return }
        self.bytes += piece.count
        let space = max(0, max(room, self.headBytes) - self.kept.count)
        // A gap would be no beginning.
        guard self.bytes - piece.count == self.kept.count else { return }
        self.kept += piece.prefix(space)
    }

    func message(limit: Int) -> TappedMessage {
        TappedMessage(
            bytes: Array(self.kept.prefix(max(limit, self.headBytes))),
            headBytes: self.headBytes,
            wireBytes: self.bytes
        )
    }
}
