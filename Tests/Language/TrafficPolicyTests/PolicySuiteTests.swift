import Model
import Testing
import TrafficPolicy

/// Files of cases: what they may hold, and where a mistake is.
@Suite struct PolicySuiteTests {
    @Test func `A file of cases holds what it says`() throws {
        let text = """
            policy: shop.yaml
            url: https://shop.example.com
            endpoint: cloud
            secrets:
              vault: {key: open-sesame}
            internal:
              https://a.internal: {status: 201, headers: {x-a: [1, 2]}, body: hello}
            cases:
              - name: short
                request: GET /a?b=c
                expect: 404
              - name: long
                facts:
                  conn.client_ip: 192.0.2.7
                  conn.client_ip.geo.location.is_eu: true
                  conn.client_ip.categories: [com.github]
                  conn.tls.client.subject.common_name: robot
                  time.now: "2026-01-01T00:00:00Z"
                request:
                  method: POST
                  url: /x
                  headers: {Accept: text/html, x-many: [a, b]}
                  body: '{}'
                upstream: {error: ERR_NGROK_3200}
                repeat: 3
                expect:
                  answered_by: https://a.internal
                  status: 201
                  headers: {X-A: "1", x-b: null, x-c: {contains: d}}
                  body: {matches: '^h'}
                  upstream: {method: POST, url: /y, headers: {x-d: e}, body: f}
                  rule: to a
                  code: 3200
                  logs: [{a: 1}]
              - name: a connection
                expect: {answered_by: nobody}
            """
        let suite: PolicySuite
        do throws(PolicyErrors) {
            suite = try PolicySuite(parsing: text)
        } catch {
            Issue.record("\(error)")
            return
        }
        #expect(suite.policy == "shop.yaml")
        #expect(suite.endpoint.isCloud && "\(suite.endpoint.url)" == "https://shop.example.com")
        #expect(suite.secrets["vault"]?["key"]?.reveal() == "open-sesame")
        #expect(suite.cases.map(\.name) == ["short", "long", "a connection"])
        #expect(suite.cases[0].request?.target == "/a?b=c")
        #expect(suite.cases[0].expected.status == 404)
        let long = suite.cases[1]
        #expect(long.facts.count == 5 && long.repetitions == 3)
        #expect(
            long.request?.headers == [
                CaseHeader("accept", "text/html"), CaseHeader("x-many", "a"), CaseHeader("x-many", "b"),
            ]
        )
        guard case .failure(3200) = long.upstream else { throw Wrong("\(long.upstream)") }
        let expected = long.expected
        #expect(expected.party == .endpoint("https://a.internal"))
        #expect(expected.headers == ["x-a": .equal("1"), "x-b": .absent, "x-c": .containing("d")])
        #expect(expected.body == .matching("^h"))
        #expect(expected.forwarded?.headers == ["x-d": .equal("e")])
        #expect(expected.logs.map { $0.json(.revealed) } == ["{\"a\":1}"])
        #expect(suite.cases[2].request == nil && suite.cases[2].expected.party == .nobody)
    }

    struct Wrong: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    private static let begin = "cases:\n  - name: a\n"

    @Test(arguments: [
        ("{}", "1:1"), ("cases: []", "1:8"), ("case: 1", "1:1,1:1"), ("cases:\n  - expect: 1\n", "2:5,2:13"),
        ("url: nonsense://x\ncases: [{name: a, expect: 200}]", "1:6"),
        ("cases: [{name: a, expect: 200}, {name: a, expect: 200}]", "1:33"),
        ("\(begin)    request: get /\n    expect: 200\n", "3:14"),
        ("\(begin)    request: GET x\n    expect: 200\n", "3:14"),
        ("\(begin)    request: {heders: {}}\n    expect: 200\n", "3:15"),
        ("\(begin)    request: {headers: {'a b': c}}\n    expect: 200\n", "3:25"),
        ("\(begin)    facts: {conn.client_ipp: 1}\n    expect: 200\n", "3:13"),
        ("\(begin)    facts: {req.method: GET}\n    expect: 200\n", "3:13"),
        ("\(begin)    facts: {conn.client_port: many}\n    expect: 200\n", "3:31"),
        ("\(begin)    facts: {conn.ts.start: now}\n    expect: 200\n", "3:28"),
        ("\(begin)    upstream: {error: 1}\n    expect: 200\n", "3:23"),
        ("\(begin)    expect: {answered_by: upstrem}\n", "3:27"),
        ("\(begin)    expect: {body: {matches: '('}}\n", "3:30"),
        ("\(begin)    expect: {body: {}}\n", "3:20"), ("\(begin)    repeat: 0\n    expect: 200\n", "3:13"),
    ])
    func `A mistake is told with its place`(text: String, places: String) {
        do throws(PolicyErrors) {
            _ = try PolicySuite(parsing: text)
            Issue.record("it was taken: \(text)")
        } catch {
            #expect(error.problems.map { "\($0.position)" }.joined(separator: ",") == places, "\(error)")
            #expect(error.problems.allSatisfy { $0.code.number == 2236 })
        }
    }
}
