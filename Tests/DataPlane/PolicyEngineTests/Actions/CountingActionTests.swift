import Addressing
import Expression
import NIOCore
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// `rate-limit` (`spec/traffic-policy.md` 4.17).
@Suite struct RateLimitTests {
    private static func policy(
        _ key: String = "conn.client_ip",
        capacity: Int = 2,
        rate: String = "60s",
        name: String = "test",
        more: String = ""
    ) -> String {
        """
        on_http_request:
          - actions:
              - type: rate-limit
                config:
                  name: \(name)
                  capacity: \(capacity)
                  rate: \(rate)
                  bucket_key: [\(key)]
                  \(more)
        """
    }

    private static func program(_ policy: String, after previous: PolicyProgram? = nil) throws -> PolicyProgram {
        try PolicyProgram(Policy(parsing: policy, for: .https), inheriting: previous)
    }

    /// How each of several requests, with these values of a header, comes out.
    private func run(_ program: PolicyProgram, _ keys: [String], at seconds: Int64 = 1000) throws -> [String?] {
        try keys.map { key in
            var fixture = ExchangeFixture()
            fixture.fields += [("X-Key", key)]
            fixture.host.uptime = .uptimeNanoseconds(UInt64(seconds) * 1_000_000_000)
            return try fixture.exchange(program).run(.httpRequest)?.brief
        }
    }

    @Test func `capacity: so many pass in the window of rate, then 429`() throws {
        let program = try Self.program(Self.policy())
        #expect(try self.run(program, ["a", "a", "a"]) == ["proceed", "proceed", "respond 429"])
        #expect(try self.run(program, ["a"], at: 1059) == ["respond 429"])
        #expect(try self.run(program, ["a"], at: 1060) == ["proceed"])
    }

    @Test func `bucket_key: a count for each value of all expressions together`() throws {
        let program = try Self.program(Self.policy("\"getReqHeader('x-key')\", conn.client_ip", capacity: 1))
        #expect(
            try self.run(program, ["a", "b", "a", "", "b"]) == [
                "proceed", "proceed", "respond 429", "proceed", "respond 429",
            ]
        )
    }

    @Test func `bucket_key: an expression without a value is an empty component`() throws {
        let program = try Self.program(Self.policy("vars.none", capacity: 1))
        #expect(try self.run(program, ["a", "b"]) == ["proceed", "respond 429"])
    }

    @Test func `The refusal has retry-after and nothing else, and is not counted`() throws {
        let program = try Self.program(Self.policy(capacity: 1))
        let fixture = ExchangeFixture()
        fixture.host.uptime = .uptimeNanoseconds(1_003_000_000_000)
        _ = try fixture.exchange(program).run(.httpRequest)
        let response = try #require(try fixture.exchange(program).run(.httpRequest)?.response)
        #expect(response.fields.map { "\($0.name): \($0.value)" } == ["retry-after: 57"])
        #expect(response.body.readableBytes == 0 && !response.runsResponsePhase)
        #expect(try self.run(program, ["a"], at: 1060) == ["proceed"])
    }

    @Test func `enforce: false counts alike, and the result tells`() throws {
        let program = try Self.program(Self.policy(capacity: 1, more: "enforce: false"))
        for isLimited in [false, true] {
            let fixture = ExchangeFixture()
            let exchange = try fixture.exchange(program)
            #expect(exchange.run(.httpRequest)?.brief == "proceed")
            #expect(try exchange.read("actions.ngrok.rate_limit.limited") == "\(isLimited)")
        }
    }

    @Test func `rate_limit.bucket_key: what was counted under`() throws {
        let program = try Self.program(Self.policy("conn.client_ip, req.method"))
        let fixture = ExchangeFixture()
        let exchange = try fixture.exchange(program)
        _ = exchange.run(.httpRequest)
        #expect(try exchange.read("actions.ngrok.rate_limit.bucket_key") == "198.51.100.7,GET")
    }

    @Test func `The count survives a change of the policy that leaves name, rate, capacity and keys`() throws {
        let first = try Self.program(Self.policy(capacity: 1))
        #expect(try self.run(first, ["a"]) == ["proceed"])
        let same = try Self.program(Self.policy(capacity: 1, more: "enforce: true"), after: first)
        #expect(try self.run(same, ["a"]) == ["respond 429"])
        for changed in [
            Self.policy(capacity: 1, name: "other"), Self.policy(capacity: 1, rate: "70s"),
            Self.policy("req.method", capacity: 1), Self.policy(capacity: 3),
        ] {
            #expect(try self.run(Self.program(changed, after: first), ["a"]) == ["proceed"])
        }
    }
}

/// `circuit-breaker` (`spec/traffic-policy.md` 4.4).
@Suite struct CircuitBreakerActionTests {
    private static func program(_ config: String) throws -> PolicyProgram {
        let text = "on_http_request:\n  - actions:\n      - type: circuit-breaker\n        config: {\(config)}"
        return try PolicyProgram(Policy(parsing: text, for: .https))
    }

    /// Runs a request; its upstream's part ends so where one was asked.
    private func request(_ program: PolicyProgram, at seconds: Int, _ outcome: UpstreamOutcome) throws -> String {
        let fixture = ExchangeFixture()
        fixture.host.uptime = .uptimeNanoseconds(UInt64(seconds) * 1_000_000_000)
        let exchange = try fixture.exchange(program)
        let result = exchange.run(.httpRequest)?.brief ?? "waits"
        if result == "proceed" { exchange.endUpstream(outcome) }
        return "\(result) \(exchange.record.circuitBreaker?.rawValue ?? "none")"
    }

    @Test func `error_threshold, volume_threshold: it opens at both, and answers 503 with 3202`() throws {
        let program = try Self.program("error_threshold: 0.5, volume_threshold: 4")
        for outcome in [UpstreamOutcome.answered(status: 500), .answered(status: 499), .failed, .answered(status: 200)]
        {
            #expect(try self.request(program, at: 100, outcome) == "proceed allow")
        }
        #expect(try self.request(program, at: 100, .failed) == "fail 3202 503 block")
    }

    @Test func `The defaults: half of ten in ten seconds, open for ten`() throws {
        let program = try Self.program("")
        for count in 0..<10 {
            #expect(try self.request(program, at: 100, count < 5 ? .failed : .answered(status: 200)) == "proceed allow")
        }
        #expect(try self.request(program, at: 109, .failed) == "fail 3202 503 block")
        #expect(try self.request(program, at: 110, .answered(status: 200)) == "proceed allow_while_open")
        #expect(try self.request(program, at: 110, .failed) == "proceed allow")
    }

    @Test func `window_duration: older exchanges don't count`() throws {
        let program = try Self.program("error_threshold: 0.5, volume_threshold: 2, window_duration: 20s")
        #expect(try self.request(program, at: 100, .failed) == "proceed allow")
        #expect(try self.request(program, at: 121, .failed) == "proceed allow")
        #expect(try self.request(program, at: 130, .failed) == "proceed allow")
        #expect(try self.request(program, at: 130, .failed) == "fail 3202 503 block")
    }

    @Test func `tripped_duration: then one request is let through, and a failure opens again`() throws {
        let program = try Self.program("error_threshold: 0, volume_threshold: 1, tripped_duration: 30s")
        #expect(try self.request(program, at: 100, .answered(status: 200)) == "proceed allow")
        #expect(try self.request(program, at: 129, .failed) == "fail 3202 503 block")
        #expect(try self.request(program, at: 130, .failed) == "proceed allow_while_open")
        #expect(try self.request(program, at: 159, .failed) == "fail 3202 503 block")
    }

    @Test func `num_buckets: ten, and no other number`() throws {
        #expect(throws: PolicyErrors.self) { try Self.program("num_buckets: 9") }
        #expect(throws: Never.self) { try Self.program("num_buckets: 10") }
    }

    @Test func `enforce: false never refuses`() throws {
        let program = try Self.program("error_threshold: 0, volume_threshold: 1, enforce: false")
        for _ in 0..<5 { #expect(try self.request(program, at: 100, .failed) == "proceed allow") }
    }

    @Test func `Answers that the policy makes itself aren't counted`() throws {
        let text = """
            on_http_request:
              - actions:
                  - {type: circuit-breaker, config: {error_threshold: 0, volume_threshold: 1}}
                  - {type: deny, config: {status_code: 503}}
            """
        let program = try PolicyProgram(Policy(parsing: text, for: .https))
        for _ in 0..<3 { #expect(try self.request(program, at: 100, .failed) == "respond 503 allow") }
    }

    @Test func `A probe whose exchange is dropped leaves room for another`() throws {
        let program = try Self.program("error_threshold: 0, volume_threshold: 1")
        #expect(try self.request(program, at: 100, .failed) == "proceed allow")
        do {
            let fixture = ExchangeFixture()
            fixture.host.uptime = .uptimeNanoseconds(120_000_000_000)
            let exchange = try fixture.exchange(program)
            #expect(exchange.run(.httpRequest)?.brief == "proceed")
            #expect(try self.request(program, at: 120, .failed) == "fail 3202 503 block")
            exchange.abandon()
        }
        #expect(try self.request(program, at: 120, .answered(status: 200)) == "proceed allow_while_open")
    }

    @Test func `A change of the policy begins anew`() throws {
        let config = "error_threshold: 0, volume_threshold: 1"
        let first = try Self.program(config)
        #expect(try self.request(first, at: 100, .failed) == "proceed allow")
        let text = "on_http_request:\n  - actions:\n      - type: circuit-breaker\n        config: {\(config)}"
        let second = try PolicyProgram(Policy(parsing: text, for: .https), inheriting: first)
        #expect(try self.request(second, at: 100, .failed) == "proceed allow")
    }

    @Test func `Its memory is one window, whatever the number of visitors`() {
        #expect(MemoryLayout<CircuitBreaker>.size < 128 && CircuitBreaker.bucketCount == 10)
    }
}
