import Expression
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// The functions that ask about the exchange (`spec/expressions.md` 7.1).
@Suite struct HostFunctionTests {
    static let cases: [VariableCase] = [
        .init("getReqHeader", "getReqHeader('x-A') == ['1', '2'] && getReqHeader('X-None') == []"),
        .init("hasReqHeader", "hasReqHeader('X-a') && !hasReqHeader('x-none')"),
        .init(
            "getReqCookie",
            """
            getReqCookie('id').value == '7' && getReqCookie('id').name == 'id' && !getReqCookie('id').secure
            && getReqCookie('none').value == '' && getReqCookie('none').max_age == duration('0s')
            """
        ),
        .init("hasReqCookie", "hasReqCookie('id') && !hasReqCookie('ID')"),
        .init("getQueryParam", "getQueryParam('q') == ['1', 'two words'] && getQueryParam('Q') == []"),
        .init("hasQueryParam", "hasQueryParam('q') && hasQueryParam('\u{E9}') && !hasQueryParam('none')"),
        .init("getResHeader", "getResHeader('LOCATION') == ['/new'] && getResHeader('none') == []"),
        .init("hasResHeader", "hasResHeader('Set-Cookie') && !hasResHeader('none')"),
        .init("getResCookie", "getResCookie('s').value == 'long' && getResCookie('none').name == ''"),
        .init("hasResCookie", "hasResCookie('s') && !hasResCookie('S')"),
        .init("secrets.get", "secrets.get('prod', 'key') == 'hunter2hunter2'"),
    ]

    @Test(arguments: cases) func `A function has its value`(function: VariableCase) throws {
        let program = try PolicyLanguage.environment(of: .httpResponse).compileCondition(function.expression)
        let (exchange, host) = try VariableTests.exchange(services: PolicyServices(secrets: FixtureSecrets()))
        #expect(try exchange.isTrue(program), "\(function.expression)")
        withExtendedLifetime(host) {}
    }

    @Test func `Every function of the host has a case`() {
        #expect(Set(Self.cases.map(\.name)) == Set(HostFunction.allCases.map(\.rawValue)))
    }

    @Test(arguments: [
        ("secrets.get('prod', 'none')", "there is no secret \"none\" in the vault \"prod\""),
        ("secrets.get('none', 'key')", "there is no vault \"none\""),
    ])
    func `A secret that isn't there has no value`(expression: String, message: String) throws {
        let (exchange, host) = try VariableTests.exchange(services: PolicyServices(secrets: FixtureSecrets()))
        #expect(try exchange.read(expression) == "error: \(message)")
        withExtendedLifetime(host) {}
    }

    @Test(arguments: [
        (PolicyPhase.tcpConnect, "hasReqHeader('a')"), (.tcpConnect, "hasResHeader('a')"),
        (.httpRequest, "getResHeader('a') == []"), (.httpRequest, "hasResCookie('a')"),
    ])
    func `A function is not known in a phase that has nothing to ask about`(phase: PolicyPhase, expression: String) {
        #expect(throws: Diagnostics.self) { try PolicyLanguage.environment(of: phase).compileCondition(expression) }
    }

    @Test func `A part of a query is a parameter without a value`() throws {
        let exchange = try ExchangeFixture("/?q&r=").exchange(PolicyProgram(.empty))
        _ = exchange.run(.httpRequest)
        #expect(try exchange.read("hasQueryParam('q') && getQueryParam('q') == ['']") == "true")
    }

    @Test func `Crumbs of HTTP 2 are one cookie header`() throws {
        var fixture = ExchangeFixture()
        fixture.fields += [("cookie", "a=1"), ("cookie", "b=2")]
        let exchange = try fixture.exchange(PolicyProgram(.empty))
        _ = exchange.run(.httpRequest)
        #expect(try exchange.read("getReqHeader('Cookie')") == #"["a=1; b=2"]"#)
        #expect(try exchange.read("getReqCookie('b').value") == "2")
    }
}
