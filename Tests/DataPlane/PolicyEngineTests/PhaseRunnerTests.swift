import Addressing
import Expression
import Model
import NIOCore
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// The rule loop (`spec/traffic-policy.md` 2.1 to 2.4).
@Suite struct PhaseRunnerTests {
    /// Notes that it ran, then says what it was told to.
    private final class Probe: PolicyAction {
        let name: String
        let verdict: @Sendable (Exchange) -> Verdict

        init(_ name: String, _ verdict: @escaping @Sendable (Exchange) -> Verdict = { _ in .next }) {
            self.name = name
            self.verdict = verdict
        }

        func run(on exchange: Exchange) -> Verdict {
            exchange.request.head.add("x-ran", self.name)
            return self.verdict(exchange)
        }
    }

    static let inner = EndpointURL(
        scheme: .https,
        host: HostPattern(HostName.internalSuffix),
        port: 443
    )

    private static func program(
        _ rules: [(conditions: [String], actions: [Probe])],
        in phase: PolicyPhase = .httpRequest
    ) throws -> PolicyProgram {
        let environment = PolicyLanguage.environment(of: phase)
        let compiled = try rules.map { rule in
            CompiledRule(
                name: nil,
                conditions: try rule.conditions.map { try environment.compileCondition($0) },
                actions: rule.actions
            )
        }
        return PolicyProgram(rules: [phase: compiled], states: ActionStates())
    }

    private func ran(_ exchange: Exchange) -> [String] { exchange.request.head.values("x-ran") }

    @Test func `Rules run in document order, those whose expressions are all true`() throws {
        let exchange = try ExchangeFixture().exchange(
            Self.program([
                (["true"], [Probe("a"), Probe("b")]), (["true", "false"], [Probe("c")]), ([], [Probe("d")]),
            ])
        )
        #expect(exchange.run(.httpRequest)?.brief == "proceed")
        #expect(self.ran(exchange) == ["a", "b", "d"])
    }

    @Test func `A phase without rules proceeds`() throws {
        #expect(try ExchangeFixture().exchange(Self.program([])).run(.httpRequest)?.brief == "proceed")
    }

    @Test(arguments: [
        ("respond 418", Verdict.respond(PolicyResponse(status: 418))), ("close", .close),
        ("fail 2300 500", .fail(Failure(.policyActionFailed, ""))),
        ("fail 3903 502", .fail(Failure(.bodyTooLargeToReplace, ""), status: 502)),
        (
            "forward https://internal",
            .forward(ForwardTarget(url: PhaseRunnerTests.inner, continuesOnFailure: false))
        ),
    ])
    func `An action that ends the phase is the last one`(outcome: String, verdict: Verdict) throws {
        let exchange = try ExchangeFixture().exchange(
            Self.program([([], [Probe("a") { _ in verdict }, Probe("b")]), ([], [Probe("c")])])
        )
        #expect(exchange.run(.httpRequest)?.brief == outcome)
        #expect(self.ran(exchange) == ["a"])
    }

    @Test func `The rules go on where an action that waited left them`() throws {
        let fixture = ExchangeFixture()
        let promise = fixture.host.loop.makePromise(of: Verdict.self)
        let future = promise.futureResult
        let exchange = try fixture.exchange(
            Self.program([
                ([], [Probe("a") { _ in .later(future) }]), ([], [Probe("b") { _ in .close }, Probe("c")]),
            ])
        )
        #expect(exchange.run(.httpRequest) == nil)
        #expect(self.ran(exchange) == ["a"] && fixture.host.ended.isEmpty)
        promise.succeed(.next)
        #expect(fixture.host.ended.map(\.outcome.brief) == ["close"])
        #expect(fixture.host.ended.map(\.phase) == [.httpRequest])
        #expect(self.ran(exchange) == ["a", "b"])
    }

    @Test func `A future that fails is the action's failure, 2300`() throws {
        let fixture = ExchangeFixture()
        let promise = fixture.host.loop.makePromise(of: Verdict.self)
        let future = promise.futureResult
        let exchange = try fixture.exchange(Self.program([([], [Probe("a") { _ in .later(future) }])]))
        #expect(exchange.run(.httpRequest) == nil)
        promise.fail(ChannelError.eof)
        #expect(fixture.host.ended.map(\.outcome.brief) == ["fail 2300 500"])
    }

    @Test func `What an action waited for changes nothing when the exchange was given up`() throws {
        let fixture = ExchangeFixture()
        let promise = fixture.host.loop.makePromise(of: Verdict.self)
        let future = promise.futureResult
        let exchange = try fixture.exchange(
            Self.program([([], [Probe("a") { _ in .later(future) }, Probe("b")])])
        )
        #expect(exchange.run(.httpRequest) == nil)
        exchange.abandon()
        promise.succeed(.next)
        #expect(fixture.host.ended.isEmpty && self.ran(exchange) == ["a"])
    }

    @Test func `A target that can't be reached is passed over where its action says so`() throws {
        for continues in [true, false] {
            let target = ForwardTarget(url: Self.inner, continuesOnFailure: continues)
            let exchange = try ExchangeFixture().exchange(
                Self.program([
                    ([], [Probe("a") { _ in .forward(target) }]),
                    (["actions.ngrok.forward_internal.error.code == 'ERR_NGROK_3200'"], [Probe("b")]),
                ])
            )
            #expect(exchange.run(.httpRequest)?.brief == "forward https://internal")
            let next = exchange.forwardFailed(Failure(.endpointOffline, "It is offline."), of: target)
            #expect(next?.brief == (continues ? "proceed" : "fail 3200 404"))
            #expect(self.ran(exchange) == (continues ? ["a", "b"] : ["a"]))
        }
    }

    @Test func `An expression without a value makes its rule not match, and is noted`() throws {
        let exchange = try ExchangeFixture().exchange(
            Self.program([([], [Probe("a")]), (["vars.none == 1"], [Probe("b")]), ([], [Probe("c")])])
        )
        #expect(exchange.run(.httpRequest)?.brief == "proceed")
        #expect(self.ran(exchange) == ["a", "c"])
        #expect(exchange.record.problems.map(\.message) == ["expression 1: no such key: 'none'"])
        #expect(exchange.record.problems.map(\.place) == [.init(phase: .httpRequest, rule: 1, action: nil)])
    }

    @Test func `An expression without a value is answered with 500 and 2254 where the server says so`() throws {
        var fixture = ExchangeFixture()
        fixture.services = PolicyServices(expressionErrors: .fail)
        let exchange = try fixture.exchange(Self.program([(["vars.none == 1"], [Probe("b")])]))
        #expect(exchange.run(.httpRequest)?.brief == "fail 2254 500")
    }

    @Test func `Steps are kept for who asks`() throws {
        let program = try Self.program([(["false"], [Probe("a")]), ([], [Probe("b"), Probe("c") { _ in .close }])])
        let silent = try ExchangeFixture().exchange(program)
        silent.keepsSteps = false
        _ = silent.run(.httpRequest)
        #expect(silent.record.steps.isEmpty)
        let exchange = try ExchangeFixture().exchange(program)
        exchange.keepsSteps = true
        _ = exchange.run(.httpRequest)
        #expect(
            exchange.record.steps.map { "\($0.place.rule) \($0.place.action ?? -1) \($0.event)" } == [
                "0 -1 unmatched(expression: 0, isError: false)", "1 -1 matched", "1 0 went", "1 1 ended",
            ]
        )
    }

    @Test(
        arguments: [
            ("x", false), ("${actions.ngrok.add_headers.headers_added['x-a']}", true),
            ("${actions.ngrok.remove_headers.headers_removed.size()}", false),
        ]
    )
    func `Results are kept where the policy asks for them`(value: String, isKept: Bool) throws {
        let exchange = try ExchangeFixture().exchange(
            """
            on_http_request:
              - actions:
                  - {type: add-headers, config: {headers: {x-a: '1'}}}
            on_http_response:
              - actions:
                  - {type: add-headers, config: {headers: {x-b: "\(value)"}}}
            """
        )
        exchange.keepsSteps = false
        _ = exchange.run(.httpRequest)
        exchange.begin(ResponseState(status: 200, head: receivedHead([]), contentLength: nil))
        #expect(exchange.run(.httpResponse)?.brief == "proceed")
        let result = exchange.results[ResultSlot(.addHeaders, "add_headers.headers_added")]
        #expect((result != nil) == isKept)
    }
}
