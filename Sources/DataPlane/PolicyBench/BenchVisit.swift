import Addressing
import Model
import NIOCore
import PolicyEngine
import TrafficPolicy

/// One visit on a bench: a connection, and a request on it where there is one, through an exchange of the engine, with no
/// sockets. What services and internal endpoints answer is given.
struct BenchVisit {
    let program: PolicyProgram
    let endpoint: EndpointFacts
    let connection: ConnectionFacts
    /// Nil for a connection alone.
    let request: RequestState?
    let login: CaseLogin?
    /// What the service behind the endpoint answers.
    let upstream: CaseAnswer
    /// What internal endpoints answer.
    let answer: (EndpointURL) -> CaseAnswer
    /// Told of each step; nil where nobody asks.
    let observer: ((Exchange, PolicyRecord.Step) -> Void)?
    let loop: PolicyLoop
    /// Has the body of the request.
    let host: BenchHost
    private(set) var outcome = CaseOutcome()

    init(
        program: PolicyProgram,
        endpoint: EndpointFacts,
        connection: ConnectionFacts,
        request: RequestState?,
        login: CaseLogin? = nil,
        upstream: CaseAnswer,
        answer: @escaping (EndpointURL) -> CaseAnswer,
        observer: ((Exchange, PolicyRecord.Step) -> Void)? = nil,
        loop: PolicyLoop,
        host: BenchHost
    ) {
        self.program = program
        self.endpoint = endpoint
        self.connection = connection
        self.request = request
        self.login = login
        self.upstream = upstream
        self.answer = answer
        self.observer = observer
        self.loop = loop
        self.host = host
    }

    mutating func proceed() {
        let connect = self.exchange(nil, after: nil)
        if self.program.hasRules(in: .tcpConnect) {
            let ended = self.host.outcome { connect.run(.tcpConnect) }
            let goesOn = self.connected(connect, ended)
            self.note(connect)
            guard goesOn else { return }
        }
        guard let request = self.request else {
            self.outcome.party = .upstream
            return
        }
        let exchange = self.exchange(request, after: connect)
        if let login = self.login {
            exchange.bring(PretendedVisitor(subject: login.id, email: login.email, name: login.name))
        }
        self.request(exchange)
        self.note(exchange)
    }

    private func exchange(_ request: RequestState?, after predecessor: Exchange?) -> Exchange {
        let exchange = Exchange(
            self.program,
            at: self.endpoint,
            over: self.connection,
            request: request,
            after: predecessor,
            loop: self.loop,
            host: self.host
        )
        exchange.keepsSteps = true
        if let observer = self.observer {
            exchange.onStep = { [unowned exchange] step in observer(exchange, step) }
        }
        return exchange
    }

    private mutating func note(_ exchange: Exchange) {
        self.outcome.steps += exchange.record.steps
        self.outcome.problems += exchange.record.problems
        self.outcome.logs += exchange.record.logs.map(\.metadata)
    }

    // MARK: The connection

    /// - Returns: whether the connection goes on to a request or to the service.
    private mutating func connected(_ exchange: Exchange, _ ended: PhaseOutcome?) -> Bool {
        var ended = ended
        while true {
            switch ended {
            case .proceed:
                if exchange.connection.beginHandshake() != nil { exchange.handshakeEnded() }
                return true
            case .forward(let target):
                guard case .failure(let code) = self.answer(target.url) else {
                    self.outcome.party = .endpoint(target.url.description)
                    return false
                }
                ended = self.host.outcome { exchange.forwardFailed(Self.failure(code), of: target) }
            case .fail(let failure, _):
                // Without HTTP nobody is told: the connection ends.
                self.outcome.party = .nobody
                self.outcome.code = failure.code.number
                return false
            case .respond, .close, nil:
                self.outcome.party = .nobody
                return false
            }
        }
    }

    // MARK: The request

    private mutating func request(_ exchange: Exchange) {
        var ended = self.host.outcome { exchange.run(.httpRequest) }
        while true {
            switch ended {
            case .proceed:
                self.forward(exchange)
                return self.answered(exchange, by: .upstream, self.upstream)
            case .forward(let target):
                let answer = self.answer(target.url)
                if case .failure(let code) = answer {
                    ended = self.host.outcome { exchange.forwardFailed(Self.failure(code), of: target) }
                    continue
                }
                self.forward(exchange)
                return self.answered(exchange, by: .endpoint(target.url.description), answer)
            case .respond(let response):
                exchange.endUpstream(.abandoned)
                return self.responded(exchange, response)
            case .close:
                exchange.endUpstream(.abandoned)
                return self.outcome.party = .nobody
            case .fail(let failure, let status):
                exchange.endUpstream(.abandoned)
                return self.failed(failure, status)
            case nil: return self.failed(Self.failure(2300), nil)
            }
        }
    }

    private mutating func forward(_ exchange: Exchange) {
        let body = exchange.request.replacementBody ?? self.host.requestBody
        self.outcome.forwarded = CaseOutcome.Forwarded(
            method: exchange.request.method,
            target: exchange.request.target.rawURI,
            headers: exchange.request.head.headers,
            body: String(buffer: body)
        )
    }

    private mutating func answered(_ exchange: Exchange, by party: CaseExpectation.Party, _ answer: CaseAnswer) {
        switch answer {
        case .failure(let code):
            exchange.endUpstream(.failed)
            self.outcome.forwarded = nil
            self.failed(Self.failure(code), nil)
        case .response(let status, let headers, let body):
            exchange.endUpstream(.answered(status: status))
            self.host.responseBody = ByteBuffer(string: body)
            let length = body.isEmpty ? nil : body.utf8.count
            let state = ResponseState(status: status, head: ExchangeHead(headers), contentLength: length)
            self.respond(exchange, state, by: party)
        }
    }

    private mutating func responded(_ exchange: Exchange, _ response: PolicyResponse) {
        self.host.responseBody = response.body
        guard response.runsResponsePhase else { return self.replied(response) }
        let headers = response.fields.map { CaseHeader($0.name, $0.value) }
        let length = response.body.readableBytes
        let state = ResponseState(status: response.status, head: ExchangeHead(headers), contentLength: length)
        self.respond(exchange, state, by: .policy)
    }

    /// An answer of the policy that nothing changes any more.
    private mutating func replied(_ response: PolicyResponse) {
        self.outcome.party = .policy
        self.outcome.status = response.status
        self.outcome.headers = response.fields.map { CaseHeader($0.name, $0.value) }
        self.outcome.body = String(buffer: response.body)
    }

    // MARK: The response

    private mutating func respond(_ exchange: Exchange, _ state: ResponseState, by party: CaseExpectation.Party) {
        exchange.begin(state)
        switch self.host.outcome({ exchange.run(.httpResponse) }) {
        case .proceed:
            self.outcome.party = party
            self.outcome.status = exchange.response.status
            self.outcome.headers = exchange.response.head.headers
            self.outcome.body = self.body(of: exchange)
        case .respond(let response): self.replied(response)
        case .fail(let failure, let status): self.failed(failure, status)
        case .close, .forward, nil: self.outcome.party = .nobody
        }
    }

    /// The body behind what actions have put in its way. Bytes that are no text show as U+FFFD.
    private func body(of exchange: Exchange) -> String {
        var body = exchange.response.replacementBody ?? self.host.responseBody
        for filter in exchange.responseFilters {
            var output = ByteBuffer()
            // A body that the filter cannot take is broken off where it stands.
            guard (try? filter.push(body, into: &output)) != nil, (try? filter.finish(into: &output)) != nil else {
                break
            }
            body = output
        }
        return String(buffer: body)
    }

    private mutating func failed(_ failure: Failure, _ status: Int?) {
        self.outcome.party = .error
        self.outcome.code = failure.code.number
        self.outcome.status = status ?? failure.code.httpStatus
        self.outcome.headers = [CaseHeader("ngrok-error-code", failure.code.wireName)]
    }

    private static func failure(_ number: Int) -> Failure {
        let code = ErrorCode.all.first { $0.number == number } ?? .policyActionFailed
        return Failure(code, code.meaning)
    }
}
