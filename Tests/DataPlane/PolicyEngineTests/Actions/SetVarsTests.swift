import Expression
import NIOCore
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// `set-vars` (`spec/traffic-policy.md` 4.23).
@Suite struct SetVarsTests {
    private func run(_ vars: String, _ uri: String = "/") throws -> Exchange {
        let exchange = try ExchangeFixture(uri).exchange(actions: "- type: set-vars\n  config:\n    vars: [\(vars)]")
        #expect(exchange.run(.httpRequest)?.brief == "proceed")
        return exchange
    }

    @Test(
        arguments: [
            ("{a: 1}", "type(vars.a) == int"), ("{a: 1.5}", "type(vars.a) == double"), ("{a: '1'}", "vars.a == '1'"),
            ("{a: true}", "vars.a == true"), ("{a: null}", "vars.a == null"),
            ("{a: [1, {b: '${1 + 1}'}]}", "vars.a == [1, {'b': 2}]"),
            ("{a: '${1 + 1}'}", "vars.a == 2"), ("{a: 'x${1 + 1}'}", "vars.a == 'x2'"),
            ("{a: '${req.headers}'}", "vars.a['host'] == ['app.example.com']"),
            ("{a: '${rand.int(7, 7)}'}", "vars.a <= 7 && int(vars.a) == 7"),
        ]
    )
    func `vars: a value keeps its type, a text with parts around it is a text`(vars: String, check: String) throws {
        let exchange = try self.run(vars)
        #expect(try exchange.read(check) == "true")
    }

    @Test func `vars: a later one sees those before it, and a name may be set again`() throws {
        let exchange = try self.run("{a: 1}, {b: '${vars.a + 1}'}, {a: '${vars.b + 1}'}")
        #expect(try exchange.read("[vars.a, vars.b]") == "[3,2]")
    }

    @Test func `A variable that isn't set has no value; has() asks`() throws {
        let exchange = try self.run("{a: 1}")
        #expect(try exchange.read("vars.b") == "error: no such key: 'b'")
        #expect(try exchange.read("has(vars.a) && !has(vars.b)") == "true")
    }

    @Test func `Variables end with their phase`() throws {
        let exchange = try self.run("{a: 1}")
        exchange.begin(ResponseState(status: 200, head: receivedHead([]), contentLength: nil))
        #expect(exchange.run(.httpResponse)?.brief == "proceed")
        #expect(try exchange.read("has(vars.a)") == "false")
    }

    @Test func `An expression without a value fails with 2253`() throws {
        let exchange = try ExchangeFixture().exchange(actions: "- {type: set-vars, config: {vars: [{a: '${vars.x}'}]}}")
        #expect(exchange.run(.httpRequest)?.brief == "fail 2253 500")
    }

    @Test func `More than 256 KiB of variables fail with 2249`() throws {
        var fixture = ExchangeFixture()
        fixture.fields += [("X-Long", String(repeating: "a", count: 100 << 10))]
        let one = "{NAME: \"${req.headers['x-long'][0]}\"}"
        for (count, outcome) in [(2, "proceed"), (3, "fail 2249 500")] {
            let vars = (0..<count).map { one.replacing("NAME", with: "a\($0)") }.joined(separator: ", ")
            let exchange = try fixture.exchange(actions: "- type: set-vars\n  config:\n    vars: [\(vars)]")
            #expect(exchange.run(.httpRequest)?.brief == outcome)
        }
    }

    @Test func `The whole request can be saved and matched by later rules, as generators do`() throws {
        var fixture = ExchangeFixture("/team/a?x=1&x=2")
        fixture.fields += [("X-Team", "a")]
        let exchange = try fixture.exchange(
            """
            on_http_request:
              - actions:
                  - type: set-vars
                    config:
                      vars:
                        - path: ${req.url.path}
                        - headers: ${req.headers.encodeJson()}
                        - query: ${req.url.query_params.encodeJson()}
              - expressions:
                  - vars.path.startsWith('/team/')
                  - vars.headers.decodeJson()['x-team'].join(',').matches('^a$')
                  - vars.query.decodeJson()['x'].join(',') == '1,2'
                actions:
                  - {type: deny, config: {status_code: 418}}
            """
        )
        #expect(exchange.run(.httpRequest)?.brief == "respond 418")
    }
}
