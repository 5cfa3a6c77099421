import Expression
import Testing

/// `&&`, `||`, `all`, `exists` and the ternary in the face of errors.
@Suite struct LogicTests {
    private static let operands = ["true", "false", "yes", "no", "dyn(1)", "1 / zero > 0", "missing.x == 1"]

    private let given = Given([
        ("yes", .bool, .bool(true)), ("no", .bool, .bool(false)), ("zero", .int, .int(0)),
        ("missing", .map(key: .string, value: .int), .map(LiteralMap(members: []))),
    ])

    @Test(arguments: Self.operands, Self.operands)
    func `The sides of && and || may change places`(left: String, right: String) {
        for operation in ["&&", "||"] {
            let one = outcome(of: "(\(left)) \(operation) (\(right))", self.given)
            let other = outcome(of: "(\(right)) \(operation) (\(left))", self.given)
            switch (one, other) {
            case (.failure, .failure): break
            default: #expect(one == other)
            }
        }
    }

    @Test(arguments: [
        ("no && 1 / zero > 0", false), ("1 / zero > 0 && no", false), ("yes || 1 / zero > 0", true),
        ("1 / zero > 0 || yes", true), ("[0, 1].exists(x, 1 / x == 1)", true), ("[0, 2].all(x, 1 / x == 1)", false),
        ("yes ? true : 1 / zero > 0", true), ("no ? 1 / zero > 0 : false", false),
    ])
    func `An error doesn't count where the answer is settled without it`(source: String, expected: Bool) {
        #expect(outcome(of: source, self.given) == Outcome(of: .bool(expected)))
    }

    @Test(arguments: [
        "yes && 1 / zero > 0", "1 / zero > 0 || no", "[0, 2].exists(x, 1 / x == 1)", "[0, 1].all(x, 1 / x == 1)",
        "[0, 1].exists_one(x, 1 / x == 1)", "[0].filter(x, 1 / x == 1).size() == 0", "yes ? 1 / zero > 0 : true",
    ])
    func `An error counts where nothing settles the answer`(source: String) {
        #expect(outcome(of: source, self.given) == .failure(.divisionByZero))
    }

    @Test func `A side that settles the answer keeps the other from being asked`() throws {
        let given = Given([("a", .bool, .bool(false)), ("b", .bool, .bool(true))])
        let program = try given.environment().compile("a && b")
        #expect(try !program.evaluateBool(given))
        #expect(given.asked == [0])
    }

    @Test func `A run over its budget ends whatever && and || would say`() {
        var limits = ExpressionLimits.standard
        limits.steps = 100
        let long = "[1, 2, 3, 4, 5, 6, 7, 8].all(x, [1, 2, 3, 4, 5, 6, 7, 8].all(y, x * y < 100))"
        for source in ["\(long) || yes", "yes && \(long)", "[1].exists(z, \(long) || yes)"] {
            guard
                case .failure(.budgetExceeded) = outcome(of: source, self.given, limits: limits, foldsConstants: false)
            else {
                Issue.record("\(source) gives \(outcome(of: source, self.given, limits: limits))")
                continue
            }
        }
    }
}
