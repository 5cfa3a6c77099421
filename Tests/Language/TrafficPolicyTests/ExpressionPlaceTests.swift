import Model
import Testing
import TrafficPolicy

/// What is wrong inside an expression is told where it stands in the document.
@Suite struct ExpressionPlaceTests {
    private static let checks = CompiledExpressions(functions: [])

    private static func found(_ text: String) -> [String] {
        do throws(PolicyErrors) {
            _ = try Policy(parsing: text, checking: Self.checks)
            return []
        } catch {
            return error.problems.map { "\($0.code.number) \($0.position)" }
        }
    }

    @Test func `In a plain text`() {
        let text = "on_http_request:\n  - expressions:\n      - req.methud == 'GET'\n    actions: [{type: deny}]\n"
        #expect(Self.found(text).first?.hasPrefix("2200 3:") == true)
    }

    @Test func `In a block, each where it stands`() {
        let text = """
            on_http_request:
              - expressions:
                  - |
                    req.method == 'GET' &&
                      nothing
                actions: [{type: deny}]
            """
        #expect(Self.found(text) == ["2200 5:11"])
    }

    @Test func `In a template behind an escape`() {
        let text = """
            on_http_request:
              - actions:
                  - type: custom-response
                    config: {body: "\\u00e9 ${nothing}"}
            """
        #expect(Self.found(text) == ["2224 4:34"])
    }

    @Test func `A response is not there in the phase of the request`() {
        let text = "on_http_request:\n  - expressions: [res.status_code == 200]\n    actions: [{type: deny}]\n"
        #expect(Self.found(text).first?.hasPrefix("2200 2:") == true)
    }

    @Test func `Results of actions and variables of the policy are known`() {
        let text = """
            on_http_request:
              - expressions: [actions.ngrok.rate_limit.limited, vars.x == 1, "has(vars.y)"]
                actions: [{type: deny}]
            """
        #expect(Self.found(text) == [])
    }

    @Test(arguments: ActionType.allCases)
    func `Every example of the reference compiles, but for the engine's own functions`(type: ActionType) {
        let example = type.description.example
        // `secrets.get` and `rand.int` of the engine are not among the standard library's functions.
        guard !example.contains("secrets.get"), !example.contains("rand.int") else { return }
        #expect(Self.found(example) == [], "\(type)")
    }
}
