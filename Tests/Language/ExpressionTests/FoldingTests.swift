import Expression
import Testing
import TestSupport

/// Working out constants beforehand changes no result.
@Suite struct FoldingTests {
    private let given = Given([
        ("n", .int, .int(2)), ("b", .bool, .bool(true)), ("s", .string, .string("ab")),
        ("l", .list(.int), .list([.int(1), .int(2)])),
    ])

    @Test(arguments: UInt64(0)..<400)
    func `A plan with constants worked out does what one without does`(seed: UInt64) {
        var grower = ExpressionGrower(random: SeededGenerator(seed: seed))
        let source = grower.condition(depth: 4)
        let folded = outcome(of: source, self.given)
        let plain = outcome(of: source, self.given, foldsConstants: false)
        let unchecked = outcome(of: source, self.given, isChecked: false)
        switch (folded, plain, unchecked) {
        case (.failure, .failure, .failure): break
        default:
            #expect(folded == plain, "\(source)")
            #expect(folded == unchecked, "\(source)")
        }
    }
}

/// Makes expressions that the checker takes, some of which fail when they run.
private struct ExpressionGrower {
    var random: SeededGenerator

    private mutating func pick(_ choices: [(inout ExpressionGrower) -> String]) -> String {
        guard let choice = choices.randomElement(using: &self.random) else { return "true" }
        return choice(&self)
    }

    mutating func condition(depth: Int) -> String {
        guard depth > 0 else { return ["true", "false", "b", "(n == 2)"].randomElement(using: &self.random) ?? "true" }
        let next = depth - 1
        return self.pick([
            { "(\($0.condition(depth: next)) && \($0.condition(depth: next)))" },
            { "(\($0.condition(depth: next)) || \($0.condition(depth: next)))" },
            { "!\($0.condition(depth: next))" },
            { "(\($0.number(depth: next)) < \($0.number(depth: next)))" },
            { "(\($0.number(depth: next)) == \($0.number(depth: next)))" },
            { "(\($0.number(depth: next)) in \($0.list(depth: next)))" },
            { "\($0.list(depth: next)).exists(x, x > \($0.number(depth: next)))" },
            { "\($0.list(depth: next)).all(x, \($0.condition(depth: next)))" },
            { "\($0.text(depth: next)).startsWith(\($0.text(depth: next)))" },
            { "(\($0.condition(depth: next)) ? \($0.condition(depth: next)) : \($0.condition(depth: next)))" },
        ])
    }

    private mutating func number(depth: Int) -> String {
        guard depth > 0 else {
            return ["0", "1", "2", "n", "9223372036854775807"].randomElement(using: &self.random) ?? "0"
        }
        let next = depth - 1
        return self.pick([
            { "(\($0.number(depth: next)) + \($0.number(depth: next)))" },
            { "(\($0.number(depth: next)) / \($0.number(depth: next)))" },
            { "size(\($0.list(depth: next)))" },
            { "\($0.list(depth: next))[\($0.number(depth: next))]" },
            { "cel.bind(y, \($0.number(depth: next)), y * y)" },
            { "(\($0.condition(depth: next)) ? \($0.number(depth: next)) : \($0.number(depth: next)))" },
        ])
    }

    private mutating func list(depth: Int) -> String {
        guard depth > 0 else { return ["[1, 2]", "l", "[0]"].randomElement(using: &self.random) ?? "l" }
        let next = depth - 1
        return self.pick([
            { "[\($0.number(depth: next)), \($0.number(depth: next))]" },
            { "(\($0.list(depth: next)) + \($0.list(depth: next)))" },
            { "\($0.list(depth: next)).map(z, z + \($0.number(depth: next)))" },
            { "\($0.list(depth: next)).filter(z, z != \($0.number(depth: next)))" },
        ])
    }

    private mutating func text(depth: Int) -> String {
        guard depth > 0 else { return ["'a'", "s", "''"].randomElement(using: &self.random) ?? "s" }
        let next = depth - 1
        return self.pick([
            { "(\($0.text(depth: next)) + \($0.text(depth: next)))" },
            { "string(\($0.number(depth: next)))" },
        ])
    }
}
