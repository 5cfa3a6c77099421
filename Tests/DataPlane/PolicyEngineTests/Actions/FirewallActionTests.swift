import Expression
import Model
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import Testing
import TrafficPolicy

@testable import Firewall
@testable import PolicyEngine

/// owasp-crs-request and owasp-crs-response (`spec/traffic-policy.md` 4.16), with a firewall that finds what the test says.
/// The real one: FirewallTests.
@Suite struct FirewallActionTests {
    /// A firewall at the seam, which keeps what it was shown.
    private final class Inspector: ExchangeInspector {
        let bodyBytes: Int
        let result: Result<FirewallFindings, FirewallError>
        let seen = NIOLockedValueBox<[(exchange: FirewallExchange, excluded: [Int])]>([])

        init(_ result: Result<FirewallFindings, FirewallError>, bodyBytes: Int = 16) {
            self.result = result
            self.bodyBytes = bodyBytes
        }

        func inspect(
            _ exchange: FirewallExchange,
            without excluded: [Int],
            on loop: any EventLoop
        ) -> EventLoopFuture<FirewallFindings> {
            self.seen.withLockedValue { $0.append((exchange, excluded)) }
            return loop.makeCompletedFuture(self.result.mapError { $0 })
        }

        var last: FirewallExchange? { self.seen.withLockedValue { $0.last?.exchange } }
    }

    private static let nothing = FirewallFindings(score: 0, threshold: 5, matches: [], isStopped: false)
    private static let attack = FirewallFindings(
        score: 8,
        threshold: 5,
        matches: [
            .init(id: 920_350, message: "Numeric host", severity: .warning, data: "127.0.0.1"),
            .init(id: 942_100, message: "SQL", severity: .critical, data: "\"'--"),
        ],
        isStopped: false
    )

    private struct Run {
        let exchange: Exchange
        let host: FixtureHost
        let inspector: Inspector
        let brief: String

        func result(_ name: String) throws -> String { try self.exchange.read("actions.ngrok.\(name)") }
        var notes: [String] { self.exchange.record.problems.map(\.message) }
    }

    private func request(
        _ result: Result<FirewallFindings, FirewallError>,
        _ config: String = "{}",
        _ change: (inout ExchangeFixture) -> Void = { _ in }
    ) throws -> Run {
        var fixture = ExchangeFixture("/a?b=c")
        change(&fixture)
        let inspector = Inspector(result)
        fixture.services.firewall = inspector
        let exchange = try fixture.exchange(actions: "- type: owasp-crs-request\n  config: \(config)")
        return self.end(exchange, exchange.run(.httpRequest), fixture, inspector)
    }

    private func response(
        _ result: Result<FirewallFindings, FirewallError>,
        _ config: String = "{}",
        fields: [(String, String)] = [("Content-Type", "text/html")],
        body: ByteBuffer = ByteBuffer(string: "<p>leak</p>"),
        bodyBytes: Int = 16
    ) throws -> Run {
        var fixture = ExchangeFixture("/a?b=c")
        let inspector = Inspector(result, bodyBytes: bodyBytes)
        fixture.services.firewall = inspector
        fixture.host.responseBody = body
        let exchange = try fixture.responding(
            .httpResponse,
            fields,
            status: 500,
            actions: "- type: owasp-crs-response\n  config: \(config)"
        )
        return self.end(exchange, exchange.run(.httpResponse), fixture, inspector)
    }

    private func end(
        _ exchange: Exchange,
        _ outcome: PhaseOutcome?,
        _ fixture: ExchangeFixture,
        _ inspector: Inspector
    ) -> Run {
        fixture.host.loop.run()
        let brief = (outcome ?? fixture.host.ended.last?.outcome)?.brief ?? "waits"
        return Run(exchange: exchange, host: fixture.host, inspector: inspector, brief: brief)
    }

    // MARK: - Verdicts

    @Test func `What is harmless goes on`() throws {
        let run = try self.request(.success(Self.nothing))
        #expect(run.brief == "proceed")
        #expect(try run.result("owasp_crs_request.decision") == "allow")
        #expect(try run.result("owasp_crs_request.anomaly_score") == "0")
        #expect(try run.result("owasp_crs_request.anomaly_score_threshold") == "5")
        #expect(try run.result("owasp_crs_request.matched_rules") == "[]")
        #expect(run.notes.isEmpty)
    }

    @Test func `An attack is denied, and the policy's owner is told why`() throws {
        let run = try self.request(.success(Self.attack))
        #expect(run.brief == "fail 3700 403")
        #expect(try run.result("owasp_crs_request.decision") == "deny")
        #expect(try run.result("owasp_crs_request.anomaly_score") == "8")
        #expect(try run.result("owasp_crs_request.matched_rules[1].id") == "942100")
        #expect(try run.result("owasp_crs_request.matched_rules[1].severity") == "critical")
        #expect(try run.result("owasp_crs_request.matched_rules[1].message") == "SQL")
        #expect(try run.result("owasp_crs_request.matched_rules[1].data") == "\"'--")
        #expect(run.notes == ["owasp-crs-request: score 8, denied from 5 on; rules 920350, 942100"])
    }

    @Test func `A response that leaks is denied`() throws {
        let run = try self.response(.success(Self.attack))
        #expect(run.brief == "fail 3702 403")
        #expect(try run.result("owasp_crs_response.decision") == "deny")
        #expect(run.inspector.last?.response?.status == 500)
    }

    @Test func `A rule that stops an exchange denies it whatever its score is`() throws {
        let stopped = FirewallFindings(score: 0, threshold: 5, matches: [], isStopped: true)
        #expect(try self.request(.success(stopped)).brief == "fail 3700 403")
    }

    @Test func `on_error: continue tells, and blocks nothing`() throws {
        let run = try self.request(.success(Self.attack), "{on_error: continue}")
        #expect(run.brief == "proceed")
        #expect(try run.result("owasp_crs_request.decision") == "deny")
        #expect(run.notes.count == 1)
        #expect(try self.response(.success(Self.attack), "{on_error: continue}").brief == "proceed")
    }

    @Test(arguments: [
        (FirewallError.failed, 3701, 500), (.noRules("/x"), 3701, 500), (.noLibrary("x"), 3701, 500), (.busy, 743, 503),
    ])
    func `A failure ends the exchange, or is told where the action goes on`(
        error: FirewallError,
        code: Int,
        status: Int
    ) throws {
        #expect(try self.request(.failure(error)).brief == "fail \(code) \(status)")
        let run = try self.request(.failure(error), "{on_error: continue}")
        #expect(run.brief == "proceed")
        #expect(try run.result("owasp_crs_request.error.code") == "ERR_NGROK_\(code)")
        #expect(try !run.result("owasp_crs_request.error.message").isEmpty)
        #expect(try run.result("owasp_crs_request.decision") == "")
        #expect(run.notes.count == 1)
    }

    @Test func `Without a firewall nothing passes by itself`() throws {
        let exchange = try ExchangeFixture().exchange(actions: "- type: owasp-crs-request")
        #expect(exchange.run(.httpRequest)?.brief == "fail 3701 500")
    }

    // MARK: - What it is shown

    @Test func `It sees the request as it came, with what earlier actions have changed`() throws {
        let run = try self.request(.success(Self.nothing), "{exclude_rule_ids: [942100, 920350]}") { fixture in
            fixture.method = "PUT"
            fixture.version = "HTTP/2.0"
            fixture.fields.append(("X-A", "1"))
        }
        let seen = try #require(run.inspector.last)
        #expect(seen.method == "PUT")
        #expect(String(decoding: seen.target, as: UTF8.self) == "/a?b=c")
        #expect(seen.version == "2.0")
        #expect(seen.client == .init(address: "198.51.100.7", port: 50_000))
        #expect(seen.server == .init(address: "192.0.2.1", port: 443))
        #expect(run.inspector.seen.withLockedValue { $0.last?.excluded } == [942_100, 920_350])
        #expect(seen.response == nil)
    }

    @Test(arguments: [("{}", ""), ("{process_body: true}", "0123456789abcdefg")])
    func `A body is shown up to the limit and a byte, where the action wants it`(config: String, shown: String) throws {
        let run = try self.request(.success(Self.nothing), config) { fixture in
            fixture.method = "POST"
            fixture.host.requestBody = ByteBuffer(string: "0123456789abcdefghijk")
        }
        #expect(run.inspector.last.map { String(buffer: $0.body) } == shown)
        #expect(run.exchange.request.replacementBody == nil)
    }

    @Test(arguments: ["application/grpc", "application/grpc+proto; x=y", "Application/GRPC-web"])
    func `A stream of gRPC is not waited for`(type: String) throws {
        let run = try self.request(.success(Self.nothing), "{process_body: true}") { fixture in
            fixture.fields.append(("Content-Type", type))
            fixture.host.requestBody = ByteBuffer(string: "abc")
        }
        #expect(run.inspector.last?.body.readableBytes == 0)
    }

    @Test(arguments: [
        ("text/html", "<p>leak</p>"), ("application/problem+json; charset=utf-8", "<p>leak</p>"), ("image/png", ""),
        ("text/event-stream", ""),
    ])
    func `Texts of responses are shown, and nothing else`(type: String, shown: String) throws {
        let fields = [("Content-Type", type)]
        let run = try self.response(.success(Self.nothing), "{process_body: true}", fields: fields)
        #expect(run.inspector.last?.response.map { String(buffer: $0.body) } == shown)
    }

    @Test(arguments: [ContentCoding.gzip, .deflate, .brotli, .zstd])
    func `A response that is encoded is shown as the visitor reads it, as far as the limit`(coding: ContentCoding)
        throws
    {
        let text = "<p>leak</p>" + String(repeating: "x", count: 100_000)
        let (encoded, _) = try CompressorTests.compress([Array(text.utf8)], with: coding)
        let run = try self.response(
            .success(Self.nothing),
            "{process_body: true}",
            fields: [("Content-Type", "text/html"), ("Content-Encoding", coding.token)],
            body: ByteBuffer(bytes: encoded),
            bodyBytes: 4096
        )
        let shown = try #require(run.inspector.last?.response?.body)
        #expect(String(buffer: shown).hasPrefix("<p>leak</p>") && shown.readableBytes < text.utf8.count)
    }

    @Test func `What looks encoded and is not is shown as nothing, and harms nobody`() throws {
        let fields = [("Content-Type", "text/html"), ("Content-Encoding", "gzip")]
        let run = try self.response(.success(Self.nothing), "{process_body: true}", fields: fields)
        #expect(run.brief == "proceed")
        #expect(run.inspector.last?.response?.body.readableBytes == 0)
    }
}
