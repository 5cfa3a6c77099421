import Addressing
import Model
import NIOCore
import NIOPosix
import PolicyEngine
import Testing

@testable import Outbound

/// The requests of policies, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct OutboundRequesterTests {
    private static let hello = "HTTP/1.1 200 OK\r\nX-A: 1\r\nx-b: 2\r\nX-A: 3\r\nContent-Length: 5\r\n\r\nhello"

    @Test func `A request and its answer keep their fields, in order`() async throws {
        try await Service.with(.text(Self.hello)) { service in
            let requester = try OutboundRequester(.local(service.port))
            let answer = try await requester.answer(
                to: .to(
                    "http://127.0.0.1:\(service.port)/a%20b?c=d",
                    method: "POST",
                    fields: [
                        ("x-one", "1"), ("connection", "upgrade"), ("host", "evil"), ("content-length", "9"),
                        ("x-one", "2"),
                    ],
                    body: "body"
                )
            )
            #expect(answer.status == 200 && String(buffer: answer.body) == "hello" && answer.address == "127.0.0.1")
            let fields = answer.fields.map { "\($0.name): \($0.value)" }
            #expect(fields == ["x-a: 1", "x-b: 2", "x-a: 3", "content-length: 5"])
            let expected = [
                "POST /a%20b?c=d HTTP/1.1", "host: 127.0.0.1:\(service.port)", "x-one: 1", "x-one: 2",
                "content-length: 4", "", "body",
            ]
            #expect(service.received == [expected.joined(separator: "\r\n")])
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\nhello", "HTTP/1.1 100 Continue\r\n\r\n\(hello)",
    ])
    func `However the answer is framed, its body is whole`(text: String) async throws {
        try await Service.with(.text(text)) { service in
            let requester = try OutboundRequester(.local(service.port))
            let answer = try await requester.answer(to: .to("http://127.0.0.1:\(service.port)/"))
            #expect(answer.status == 200 && String(buffer: answer.body) == "hello")
        }
    }

    @Test func `A connection is kept for the account's next request that can be repeated`() async throws {
        try await Service.with(.kept(Self.hello)) { service in
            let requester = try OutboundRequester(.local(service.port))
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            func ask(_ method: String, _ account: String) async throws -> Int {
                let url = "http://127.0.0.1:\(service.port)/"
                let request = try PolicyRequest.to(url, method: method, account: account)
                #expect(try await requester.answer(to: request, on: loop).status == 200)
                return service.connections
            }
            #expect(try await ask("GET", "ac_2one") == 1)
            #expect(try await ask("GET", "ac_2one") == 1)
            #expect(try await ask("POST", "ac_2one") == 2)
            #expect(try await ask("PUT", "ac_2one") == 2)
            #expect(try await ask("GET", "ac_2two") == 3)
        }
    }

    @Test func `A kept connection that was closed meanwhile is not missed`() async throws {
        // The service ends each connection behind its answer, without a word.
        try await Service.with(.text(Self.hello)) { service in
            let requester = try OutboundRequester(.local(service.port))
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            for _ in 0..<50 {
                let answer = try await requester.answer(to: .to("http://127.0.0.1:\(service.port)/"), on: loop)
                #expect(answer.status == 200)
            }
        }
    }

    // MARK: Where requests may go

    @Test func `Hosts outside are closed unless the operator opens them`() async throws {
        try await Service.with(.text(Self.hello)) { service in
            var configuration = try OutboundConfiguration.local(service.port)
            configuration.isOpen = false
            let requester = try OutboundRequester(configuration)
            let problem = try await requester.problem(with: .to("http://127.0.0.1:\(service.port)/"))
            #expect(problem == .refused("hosts outside are not open to policies of this edge"))
            #expect(service.received.isEmpty)
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1/", "127.0.0.1, which is not a public address"), ("http://[::1]/", "not a public address"),
        ("http://169.254.169.254/latest/meta-data", "not a public address"),
        ("http://10.0.0.1/", "not a public address"),
        ("http://224.0.0.1/", "not a public address"), ("http://[fd00::1]/", "not a public address"),
        ("http://[::ffff:10.0.0.1]/", "not a public address"), ("http://localhost/", "local network"),
        ("http://a.internal/", "local network"), ("http://a:b@example.com/", "user in front"),
        ("http://example.com:22/", "port that may not"), ("gopher://example.com/", "scheme that may not"),
        ("http://private.example/", "10.1.2.3, which is not a public address"),
        ("http://mixed.example/", "169.254.169.254, which is not a public address"),
        ("http://none.example/", "does not resolve"),
    ])
    func `What leads inside is refused, by its text or by what its name stands for`(
        url: String,
        reason: String
    ) async throws {
        var configuration = OutboundConfiguration()
        configuration.isOpen = true
        let requester = try OutboundRequester(
            configuration,
            resolver: TableResolver([
                "private.example": ["10.1.2.3"], "mixed.example": ["192.0.9.1", "169.254.169.254"],
            ])
        )
        guard case .refused(let words) = try await requester.problem(with: .to(url)) else {
            Issue.record("\(url) was not refused")
            return
        }
        #expect(words.contains(reason))
    }

    @Test func `A name is looked up once for a request, and connected to as it was checked`() async throws {
        try await Service.with(.text(Self.hello)) { service in
            let resolver = try TableResolver(["api.example": ["127.0.0.1"]])
            let requester = try OutboundRequester(.local(service.port), resolver: resolver)
            let answer = try await requester.answer(to: .to("http://api.example:\(service.port)/"))
            #expect(answer.address == "127.0.0.1" && resolver.asked == 1)
            #expect(service.received.first?.contains("host: api.example:\(service.port)\r\n") ?? false)
        }
    }

    @Test func `An address that refuses gives way to the next one`() async throws {
        try await Service.with(.text(Self.hello)) { service in
            // Nobody listens on the first.
            let resolver = try TableResolver(["api.example": ["127.77.0.1", "127.0.0.1"]])
            let requester = try OutboundRequester(.local(service.port), resolver: resolver)
            let answer = try await requester.answer(to: .to("http://api.example:\(service.port)/"))
            #expect(answer.address == "127.0.0.1")
        }
    }

    @Test func `Documents of providers are fetched over TLS alone, open or not`() async throws {
        let resolver = try TableResolver(["sns.eu-west-1.amazonaws.com": ["10.0.0.1"]])
        let requester = try OutboundRequester(OutboundConfiguration(), resolver: resolver)
        let url = "sns.eu-west-1.amazonaws.com/a.pem"
        let plain = try await requester.problem(with: .to("http://\(url)", origin: .provider))
        #expect(plain == .refused("the URL has a scheme that may not be fetched"))
        let inside = try await requester.problem(with: .to("https://\(url)", origin: .provider))
        #expect(inside == .refused("the URL leads to 10.0.0.1, which is not a public address"))
        #expect(resolver.asked == 1)
    }

    // MARK: Bounds

    @Test(arguments: [
        Service.Answer.text("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"),
        .text("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "a", count: 1001)),
        .endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"),
        .endless("HTTP/1.1 200 OK\r\n", "X-Field: \(String(repeating: "v", count: 1000))\r\n"),
        .endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X-Trailer: value\r\n"),
    ])
    func `An answer that is too large is given up`(answer: Service.Answer) async throws {
        try await Service.with(answer) { service in
            let requester = try OutboundRequester(.local(service.port))
            let request = try PolicyRequest.to("http://127.0.0.1:\(service.port)/", answerBytes: 1000)
            #expect(try await requester.problem(with: request) == .tooLarge)
        }
    }

    @Test func `An answer of exactly the bound is taken`() async throws {
        let body = String(repeating: "a", count: 1000)
        try await Service.with(.text("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n\(body)")) { service in
            let requester = try OutboundRequester(.local(service.port))
            let request = try PolicyRequest.to("http://127.0.0.1:\(service.port)/", answerBytes: 1000)
            #expect(try await requester.answer(to: request).body.readableBytes == 1000)
        }
    }

    @Test func `A service that does not answer is given up at the deadline`() async throws {
        try await Service.with(.silence) { service in
            let requester = try OutboundRequester(.local(service.port))
            let request = try PolicyRequest.to("http://127.0.0.1:\(service.port)/", within: .milliseconds(200))
            #expect(try await requester.problem(with: request) == .timedOut)
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", "SMTP is not HTTP\r\n\r\n"])
    func `An answer that breaks off, or is none, is a failure`(text: String) async throws {
        try await Service.with(.text(text)) { service in
            let requester = try OutboundRequester(.local(service.port))
            let problem = try await requester.problem(with: .to("http://127.0.0.1:\(service.port)/"))
            guard case .failed = problem else {
                Issue.record("\(problem)")
                return
            }
        }
    }

    @Test func `A field that would split the request is not sent`() async throws {
        try await Service.with(.text(Self.hello)) { service in
            let requester = try OutboundRequester(.local(service.port))
            let request = try PolicyRequest.to("http://127.0.0.1:\(service.port)/", fields: [("x-a", "1\r\nx-b: 2")])
            guard case .failed = try await requester.problem(with: request) else {
                Issue.record("it was answered")
                return
            }
            #expect(service.received.isEmpty)
        }
    }

    @Test func `So many are under way at a time, and of one account fewer`() async throws {
        try await Service.with(.silence) { service in
            var configuration = try OutboundConfiguration.local(service.port)
            (configuration.requests, configuration.requestsPerAccount) = (3, 2)
            let requester = try OutboundRequester(configuration)
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let url = "http://127.0.0.1:\(service.port)/"
            for account in ["ac_2one", "ac_2one", "ac_2two"] {
                _ = requester.send(try .to(url, account: account), on: loop)
            }
            let busy = PolicyRequestError.failed("as many requests of policies are under way as may be")
            #expect(try await requester.problem(with: .to(url, account: "ac_2one")) == busy)
            #expect(try await requester.problem(with: .to(url, account: "ac_2two")) == busy)
        }
    }

    @Test func `What is over makes room`() async throws {
        try await Service.with(.kept(Self.hello)) { service in
            var configuration = try OutboundConfiguration.local(service.port)
            (configuration.requests, configuration.requestsPerAccount) = (1, 1)
            let requester = try OutboundRequester(configuration)
            for _ in 0..<5 {
                let answer = try await requester.answer(to: .to("http://127.0.0.1:\(service.port)/"))
                #expect(answer.status == 200)
            }
        }
    }

    @Test func `The system's resolver knows this machine`() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let addresses = try await SystemResolver().addresses(of: "localhost", on: loop).get()
        #expect(!addresses.isEmpty && addresses.allSatisfy(\.isLoopback))
        #expect(try await SystemResolver().addresses(of: "name.invalid", on: loop).get().isEmpty)
    }
}
