import Testing
import TrafficPolicy

/// Rules that never run are pointed out, and no others.
@Suite struct ReviewTests {
    /// The lines of the rules that the review names, of a policy with a rule in each line from the second on.
    private static func lines(_ rules: String...) throws -> [Int] {
        let text = (["on_http_request:"] + rules.map { "  - \($0)" }).joined(separator: "\n")
        let policy: Policy
        do throws(PolicyErrors) {
            policy = try Policy(parsing: text, checking: CompiledExpressions())
        } catch {
            Issue.record("\(error)")
            return []
        }
        return policy.review().map(\.position.line)
    }

    private static func rule(_ expressions: String..., actions: String = "{type: deny}") -> String {
        let list = expressions.map { "\"\($0)\"" }.joined(separator: ", ")
        return "{expressions: [\(list)], actions: [\(actions)]}"
    }

    private static let log = "{type: log, config: {metadata: {a: b}}}"

    @Test func `All rules behind one that always ends the phase`() throws {
        let rule = Self.rule("req.method == 'GET'")
        #expect(try Self.lines("actions: [{type: deny}]", rule, rule) == [3, 4])
    }

    @Test func `A rule whose expression is false`() throws {
        #expect(try Self.lines("{expressions: [false], actions: [{type: deny}]}") == [2])
        #expect(try Self.lines("{expressions: [\"false\"], actions: [{type: deny}]}") == [2])
    }

    @Test(arguments: [
        // The same, and the same with more.
        ("req.method == 'GET'", "req.method == 'GET'"),
        ("req.method == 'GET'", "'GET'==req.method && conn.client_port > 1"),
        // One of several.
        ("req.method == 'GET' || req.method == 'HEAD'", "req.method == 'HEAD'"),
        ("req.method in ['GET', 'HEAD']", "req.method == 'HEAD'"),
        ("req.method in ['GET', 'HEAD', 'PUT']", "req.method in ['PUT', 'GET']"),
        // Below a path.
        ("req.url.path.startsWith('/a')", "req.url.path == '/a/b'"),
        ("req.url.path.startsWith('/a')", "req.url.path.startsWith('/ab')"),
        ("req.url.path.startsWith('/a')", "req.url.path in ['/a', '/a/b']"),
        // Every alternative.
        ("req.url.path.startsWith('/a')", "req.url.path == '/a/b' || req.url.path == '/ac'"),
    ])
    func `A rule that an earlier one leaves nothing to`(first: String, second: String) throws {
        #expect(try Self.lines(Self.rule(first), Self.rule(second)) == [3])
    }

    @Test(arguments: [
        ("req.method == 'GET'", "req.method == 'HEAD'"),
        ("req.method == 'GET' && req.version == 'HTTP/1.1'", "req.method == 'GET'"),
        ("req.url.path.startsWith('/ab')", "req.url.path.startsWith('/a')"),
        ("req.url.path.startsWith('/a')", "req.url.path == '/a' || req.url.path == '/b'"),
        ("req.method in ['GET']", "req.method in ['GET', 'HEAD']"),
        // A new answer at each look.
        ("rand.int(0, 1) == 1", "rand.int(0, 1) == 1"),
    ])
    func `A rule that an earlier one leaves something to`(first: String, second: String) throws {
        #expect(try Self.lines(Self.rule(first), Self.rule(second)).isEmpty)
    }

    @Test func `What does not end the phase leaves all to later rules`() throws {
        let both = "req.method == 'GET'"
        #expect(try Self.lines(Self.rule(both, actions: Self.log), Self.rule(both)).isEmpty)
        let forward = "{type: forward-internal, config: {url: 'https://a.internal', on_error: continue}}"
        #expect(try Self.lines(Self.rule(both, actions: forward), Self.rule(both)).isEmpty)
    }

    @Test func `What a rule between may have changed is looked at again`() throws {
        let path = "req.url.path == '/a'"
        let rewrite = "actions: [{type: url-rewrite, config: {from: '/b', to: '/a'}}]"
        #expect(try Self.lines(Self.rule(path), rewrite, Self.rule(path)).isEmpty)
        let variable = "has(vars.x)"
        let set = "actions: [{type: set-vars, config: {vars: [{x: 1}]}}]"
        #expect(try Self.lines(Self.rule(variable), set, Self.rule(variable)).isEmpty)
        // What it doesn't touch stays.
        #expect(try Self.lines(Self.rule(path), set, Self.rule(path)) == [4])
    }

    @Test func `Expressions that an engine gives are known in their phases`() {
        func problems(_ phase: String, _ expression: String) -> Int {
            let text = "\(phase): [{expressions: [\"\(expression)\"], actions: [\(Self.log)]}]"
            return PolicyReport("-", text: text).errors.count
        }
        for function in HostFunction.allCases {
            let arguments = function.parameters.map { _ in "'a'" }.joined(separator: ", ")
            for phase in PolicyPhase.allCases where phase != .eventStreamMessage {
                let expected = function.phases.contains(phase) ? 0 : 1
                let call = "dyn(\(function.rawValue)(\(arguments))) != 1"
                #expect(problems(phase.rawValue, call) == expected, "\(phase): \(call)")
            }
        }
    }
}
