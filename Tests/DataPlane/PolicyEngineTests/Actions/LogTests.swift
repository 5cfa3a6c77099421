import Addressing
import Expression
import Model
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// Secrets of a test: one vault with one secret.
struct FixtureSecrets: SecretDirectory {
    func secret(named name: String, inVault vault: String, of account: ResourceID<AccountKind>) -> SecretAnswer {
        guard vault == "prod", account.text == "ac_2test" else { return .unknownVault }
        return name == "key" ? .found(Secret("hunter2hunter2")) : .unknownSecret
    }
}

/// `log` (`spec/traffic-policy.md` 4.12).
@Suite struct LogTests {
    private func logged(_ metadata: String, phase: PolicyPhase = .httpRequest) throws -> [String] {
        var fixture = ExchangeFixture("/x")
        fixture.services = PolicyServices(secrets: FixtureSecrets())
        let exchange = try fixture.exchange(phase, actions: "- type: log\n  config: {metadata: \(metadata)}")
        #expect(exchange.run(phase)?.brief == "proceed")
        return exchange.record.logs.map(\.metadata)
    }

    @Test func `metadata: any value; a text that is one expression keeps its type`() throws {
        let metadata = "{a: 1, b: [true, null], c: '${req.url.path}', d: '${1 + 1}', e: 'is ${1 + 1}'}"
        #expect(try self.logged(metadata) == [#"{"a":1,"b":[true,null],"c":"/x","d":2,"e":"is 2"}"#])
    }

    @Test func `metadata: an expression without a value is told in its place`() throws {
        #expect(
            try self.logged("{a: '${vars.none}', b: 1}") == [#"{"a":"<error: no such key: 'none'>","b":1}"#]
        )
    }

    @Test func `metadata: secrets that expressions have read are not in it`() throws {
        #expect(
            try self.logged(#"{a: "key ${secrets.get('prod', 'key')}", b: ["${secrets.get('prod', 'key')}"]}"#)
                == [#"{"a":"key [redacted]","b":["[redacted]"]}"#]
        )
    }

    @Test(arguments: [PolicyPhase.tcpConnect, .httpRequest, .httpResponse])
    func `It runs in every phase but that of messages`(phase: PolicyPhase) throws {
        #expect(try self.logged("{at: '${endpoint.id}'}", phase: phase) == [#"{"at":"ep_2test"}"#])
    }

    @Test func `32 entries for each request, the others are left out and noted`() throws {
        let exchange = try ExchangeFixture().exchange(
            actions: (0..<40).map { "- {type: log, config: {metadata: {n: \($0)}}}" }.joined(separator: "\n")
        )
        #expect(exchange.run(.httpRequest)?.brief == "proceed")
        #expect(exchange.record.logs.count == 32 && exchange.record.problems.count == 8)
    }

    @Test func `4 KiB for each entry, a longer one is left out and noted`() throws {
        var fixture = ExchangeFixture()
        fixture.fields += [("X-Long", String(repeating: "a", count: 4096))]
        let exchange = try fixture.exchange(
            actions: "- {type: log, config: {metadata: {a: \"${req.headers['x-long'][0]}\"}}}"
        )
        #expect(exchange.run(.httpRequest)?.brief == "proceed")
        #expect(exchange.record.logs.isEmpty && exchange.record.problems.count == 1)
    }

    @Test func `log.metadata: what was logged last`() throws {
        let exchange = try ExchangeFixture().exchange(
            actions: "- {type: log, config: {metadata: {a: 1}}}\n- {type: log, config: {metadata: {b: 2}}}"
        )
        _ = exchange.run(.httpRequest)
        #expect(try exchange.read("actions.ngrok.log.metadata") == #"{"b":2}"#)
    }
}
