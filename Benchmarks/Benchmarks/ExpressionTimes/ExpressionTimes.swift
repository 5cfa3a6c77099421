import Expression

/// Times typical policy expressions, for bench/expressions.py to set beside other implementations.
///
///     ExpressionTimes               a line of JSON for each: its name, source, and nanoseconds to plan and to evaluate
///     ExpressionTimes NAME COUNT    evaluates one so many times and prints nothing, to have its memory counted
@main enum ExpressionTimes {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count == 2, let name = arguments.first, let count = arguments.last.flatMap({ Int($0) }) else {
            for expression in Self.expressions { try Self.time(expression) }
            return
        }
        for expression in Self.expressions + [Self.newString] where expression.name == name {
            let program = try Self.environment.compile(expression.source)
            let run = Evaluation(variables: Request())
            for _ in 0..<count { _ = try program.evaluateBool(in: run) }
        }
    }

    private static let expressions = [
        (name: "constant", source: "true"),
        (name: "method and path", source: #"req.method == "GET" && req.url.path.startsWith("/api/")"#),
        (name: "header", source: #"req.headers["x-foo"][0] == "bar""#),
        (name: "address range", source: #"inCidrRange(conn.client_ip, "10.0.0.0/8")"#),
        (name: "regular expression", source: #"req.url.path.matches("^/api/v[0-9]+/users/")"#),
        (name: "list exists", source: #"tags.exists(t, t == "delta")"#),
    ]

    /// What is not timed: only counted, to show that the count of allocations sees them.
    private static let newString = (name: "new string", source: #"req.url.path + req.method != """#)

    private static let environment = Environment(variables: Request.declarations)

    private static func time(_ expression: (name: String, source: String)) throws {
        let planning = try Self.nanoseconds(rounds: 2_000) { _ = try Self.environment.compile(expression.source) }
        let program = try Self.environment.compile(expression.source)
        let run = Evaluation(variables: Request())
        guard try program.evaluateBool(in: run) else { throw IsFalse(source: expression.source) }
        let evaluating = try Self.nanoseconds(rounds: 500_000) { _ = try program.evaluateBool(in: run) }
        let source = try JSONText.encode(.string(expression.source), run)
        print(#"{"name":"\#(expression.name)","source":\#(source),"plan":\#(planning),"evaluate":\#(evaluating)}"#)
    }

    /// The best of five, for one round.
    private static func nanoseconds(rounds: Int, _ body: () throws -> Void) throws -> Double {
        var best = Double.infinity
        for _ in 0..<5 {
            let start = ContinuousClock.now
            for _ in 0..<rounds { try body() }
            let (seconds, attoseconds) = (ContinuousClock.now - start).components
            best = min(best, (Double(seconds) * 1e9 + Double(attoseconds) / 1e9) / Double(rounds))
        }
        return best
    }
}

/// An expression that doesn't do what it is measured for.
private struct IsFalse: Error {
    let source: String
}

/// A request as a host would hold it, its values ready.
private final class Request: Variables {
    static let declarations = [
        VariableDeclaration("req.method", .string, slot: 0), VariableDeclaration("req.url.path", .string, slot: 1),
        VariableDeclaration("req.headers", .map(key: .string, value: .list(.string)), slot: 2),
        VariableDeclaration("conn.client_ip", .string, slot: 3), VariableDeclaration("tags", .list(.string), slot: 4),
    ]

    private let values: [Value] = [
        .string("GET"), .string("/api/v1/users/1234567890"),
        .map(
            LiteralMap(
                members: ["host", "user-agent", "x-foo", "accept", "cookie", "x-request-id"].map { name in
                    (name, .list([.string("bar")]))
                }
            )
        ),
        .string("10.1.2.3"), .list(["alpha", "beta", "gamma", "delta"].map(Value.string)),
    ]

    func value(inSlot slot: Int) throws(EvaluationError) -> Value? { self.values[slot] }
}
