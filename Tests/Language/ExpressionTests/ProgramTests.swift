import Expression
import Testing

@Suite struct ProgramTests {
    @Test(arguments: [
        ("true", true), ("1 < 2 && 'a'.startsWith('a')", true), ("true || a", true), ("a || true", true), ("a", false),
        ("false", false), ("1", false), ("a || !a", false),
    ])
    func `A program knows whether it is true whatever the variables are`(source: String, expected: Bool) throws {
        let given = Given([("a", .bool, .bool(true))])
        #expect(try given.environment().compile(source).isConstantTrue == expected)
    }

    @Test func `A program knows the slots that it may ask for, and asks for no other`() throws {
        let given = Given([("a", .int, .int(1)), ("b", .int, .int(2)), ("c", .int, .int(3))])
        let program = try given.environment().compile("a == 1 ? a + c : 0")
        #expect(program.referencedSlots == [0, 2])
        #expect(Outcome(of: try program.evaluate(given)) == Outcome(of: .int(4)))
        #expect(Set(given.asked) == program.referencedSlots)
    }

    @Test func `A value of another type than was declared is an error`() throws {
        let given = Given([("a", .string, .int(1))])
        #expect(throws: EvaluationError.self) { try given.environment().compile("a == '1'").evaluate(given) }
    }

    @Test func `A list that holds others than was declared is an error, not a trap`() throws {
        let given = Given([("a", .list(.string), .list([.int(1)]))])
        let error = try #require(throws: EvaluationError.self) {
            try given.environment().compile("a[0].startsWith('x')").evaluate(given)
        }
        #expect(error.reason == .noSuchOverload("startsWith(int, string)"))
        #expect(error.range == 0..<20)
    }

    @Test func `An error knows the innermost place that failed`() throws {
        let error = try #require(throws: EvaluationError.self) {
            try Given().environment().compile("1 == 2 || [1, 2][5 - 1] == 3").evaluate(Given())
        }
        #expect(error.reason == .indexOutOfRange(4, count: 2))
        #expect(error.range == 10..<23)
    }

    @Test func `A condition must be a bool`() throws {
        #expect(throws: Diagnostics.self) { try Given().environment().compileCondition("1 + 1") }
        #expect(throws: EvaluationError.self) {
            try Given().environment().compileCondition("dyn(1)").evaluateBool(Given())
        }
    }

    @Test func `One evaluation serves many runs, each with a whole budget`() throws {
        var limits = ExpressionLimits.standard
        limits.steps = 200
        let given = Given([("list", .list(.int), .list((0..<20).map { .int($0) }))])
        let program = try given.environment(limits: limits).compile("list.all(x, x < 100)")
        let run = Evaluation(variables: given, limits: limits)
        for _ in 0..<20 {
            #expect(try program.evaluateBool(in: run))
        }
    }

    @Test func `A traced run notes the value of every part that it comes to`() throws {
        var options = CompilingOptions()
        options.isTraced = true
        let given = Given([("a", .int, .int(1)), ("b", .int, .int(0))])
        let source = "a > 0 || a / b > 1"
        let run = Evaluation(variables: given)
        #expect(try given.environment().compile(source, options: options).evaluateBool(in: run))
        let bytes = Array(source.utf8)
        #expect(run.trace.map { String(decoding: bytes[$0.range], as: UTF8.self) } == ["a", "0", "a > 0", source])
        #expect(try given.environment().compile(source).evaluateBool(in: run))
        #expect(run.trace.isEmpty)
    }
}
