import Addressing
import Expression
import Model
import NIOCore
import NIOEmbedded
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// A head as it came, made of field lines.
func receivedHead(_ lines: [(String, String)]) -> ExchangeHead {
    var bytes = ByteBuffer()
    let fields = lines.map { name, value in
        let start = bytes.writerIndex
        bytes.writeString(name)
        bytes.writeString(": ")
        let middle = bytes.writerIndex
        bytes.writeString(value)
        return HeadSnapshot.Field(name: start..<start + name.utf8.count, value: middle..<bytes.writerIndex)
    }
    return ExchangeHead(HeadSnapshot(bytes: bytes, fields: fields))
}

/// The field lines as they will be sent on, `name: value`.
func lines(_ head: ExchangeHead) -> [String] {
    var lines: [String] = []
    head.forEachField { line in
        switch line {
        case .received(let field):
            lines.append("\(head.received.text(field.name)): \(head.received.text(field.value))")
        case .added(let name, let value): lines.append("\(name): \(value)")
        }
    }
    return lines
}

/// Who moves the bytes, in tests: bodies are what the test says, time stands still.
final class FixtureHost: ExchangeHost {
    let loop = EmbeddedEventLoop()
    var eventLoop: any EventLoop { self.loop }
    /// 2026-11-28T12:00:00Z.
    var now = Timestamp(nanosecondsSince1970: 1_795_867_200_000_000_000)
    var uptime = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    var bytesIn = 0
    var bytesOut = 0
    var requestBody = ByteBuffer()
    var responseBody = ByteBuffer()
    /// The outcomes of phases that had to wait.
    private(set) var ended: [(phase: PolicyPhase, outcome: PhaseOutcome)] = []

    func collectRequestBody(upTo limit: Int) -> EventLoopFuture<CollectedBody> {
        self.collected(self.requestBody, limit)
    }

    func collectResponseBody(upTo limit: Int) -> EventLoopFuture<CollectedBody> {
        self.collected(self.responseBody, limit)
    }

    private func collected(_ body: ByteBuffer, _ limit: Int) -> EventLoopFuture<CollectedBody> {
        self.loop.makeSucceededFuture(body.readableBytes <= limit ? .complete(body) : .tooLarge(body))
    }

    func exchange(_ exchange: Exchange, ended phase: PolicyPhase, with outcome: PhaseOutcome) {
        self.ended.append((phase, outcome))
    }
}

/// A request of a test, and what goes with it.
struct ExchangeFixture {
    var method = "GET"
    var version = "HTTP/1.1"
    var target = RequestTarget(scheme: "https", host: "app.example.com", rawPath: "/")
    var fields = [("Host", "app.example.com")]
    var contentLength: Int?
    var client: NetworkAddress? = NetworkAddress(ip: IPAddress(v4: 0xC633_6407), port: 50_000)
    var server: NetworkAddress? = NetworkAddress(ip: IPAddress(v4: 0xC000_0201), port: 443)
    var tls: TLSFacts?
    var pod: PodFacts?
    var directory: (any AddressDirectory)?
    var services = PolicyServices()
    let host = FixtureHost()

    /// A GET of a path with a query, which a test spells as it came.
    init(_ uri: String = "/") {
        let parts = uri.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        self.target.rawPath = String(Substring(parts[0]))
        self.target.query = parts.count > 1 ? String(Substring(parts[1])) : nil
    }

    /// The endpoint whose policy runs: `https://app.example.com`.
    static func endpoint() throws -> EndpointFacts {
        EndpointFacts(
            id: try #require(ResourceID("ep_2test")),
            account: try #require(ResourceID("ac_2test")),
            url: try EndpointURL(parsing: "https://app.example.com")
        )
    }

    /// An exchange of this request with a program.
    func exchange(_ program: PolicyProgram) throws -> Exchange {
        let connection = ConnectionFacts(
            client: self.client,
            server: self.server,
            region: "eu",
            start: Timestamp(nanosecondsSince1970: 1_795_867_100_000_000_000),
            tls: self.tls,
            pod: self.pod,
            directory: self.directory
        )
        let request = RequestState(
            method: self.method,
            version: self.version,
            head: receivedHead(self.fields),
            target: self.target,
            contentLength: self.contentLength,
            headerReceived: Timestamp(nanosecondsSince1970: 1_795_867_150_000_000_000)
        )
        let exchange = try Exchange(
            program,
            at: Self.endpoint(),
            over: connection,
            request: request,
            loop: PolicyLoop(services: self.services),
            host: self.host
        )
        // Tests ask for results that the policy itself doesn't ask for.
        exchange.keepsSteps = true
        return exchange
    }

    /// An exchange with the program of a policy in YAML.
    func exchange(_ policy: String) throws -> Exchange {
        try self.exchange(PolicyProgram(Policy(parsing: policy, for: .https)))
    }

    /// The same with one rule of one phase: its actions, as a list in YAML.
    func exchange(_ phase: PolicyPhase = .httpRequest, actions: String) throws -> Exchange {
        try self.exchange("\(phase.rawValue):\n  - actions:\n\(actions.indented(by: 6))")
    }

    /// An exchange whose response phase may run.
    func responding(
        _ phase: PolicyPhase = .httpResponse,
        _ fields: [(String, String)] = [],
        status: Int = 200,
        actions: String
    ) throws -> Exchange {
        let exchange = try self.exchange(phase, actions: actions)
        exchange.begin(ResponseState(status: status, head: receivedHead(fields), contentLength: nil))
        return exchange
    }
}

extension String {
    fileprivate func indented(by spaces: Int) -> String {
        self.split(separator: "\n").map { String(repeating: " ", count: spaces) + $0 }.joined(separator: "\n")
    }
}

extension Exchange {
    /// The text of an expression now, in the phase that ran last; its error, where it has none.
    func read(_ expression: String) throws -> String {
        let program = try PolicyLanguage.environment(of: self.phase).compile(expression)
        do throws(EvaluationError) {
            return try self.text(of: program)
        } catch {
            return "error: \(error.reason.text)"
        }
    }
}

extension PhaseOutcome {
    /// In a word, for comparing: `proceed`, `respond 403`, `fail 2238 500`.
    var brief: String {
        switch self {
        case .proceed: "proceed"
        case .respond(let response): "respond \(response.status)"
        case .forward(let target): "forward \(target.url)"
        case .close: "close"
        case .fail(let failure, let status): "fail \(failure.code.number) \(status ?? failure.code.httpStatus)"
        }
    }

    var response: PolicyResponse? {
        if case .respond(let response) = self { response } else { nil }
    }
}
