import Expression
import Foundation
import Testing

@Suite struct LimitTests {
    private let numbers = Given([("list", .list(.int), .list((0..<2000).map { .int($0) }))])

    @Test func `A run ends when its steps are spent`() {
        guard case .failure(.budgetExceeded) = outcome(of: "list.all(x, list.all(y, x + y >= 0))", self.numbers) else {
            Issue.record("four million rounds were run")
            return
        }
    }

    @Test func `A run ends when its time is over`() {
        var limits = ExpressionLimits.standard
        limits.steps = .max
        limits.wallClock = .milliseconds(1)
        let source = "list.all(x, list.all(y, list.all(z, x + y + z >= 0)))"
        guard case .failure(.budgetExceeded) = outcome(of: source, self.numbers, limits: limits) else {
            Issue.record("eight thousand million rounds were run")
            return
        }
    }

    @Test(arguments: [
        ("cel.bind(a, text + text, cel.bind(b, a + a, cel.bind(c, b + b, size(c + c)))) > 0", true),
        ("size(text + text) > 0", false),
    ])
    func `A string that grows over its bound is refused before it is made`(source: String, isTooLarge: Bool) {
        let given = Given([("text", .string, .string(String(repeating: "a", count: 100_000)))])
        let result = outcome(of: source, given)
        if case .failure(.resultTooLarge) = result {
            #expect(isTooLarge)
        } else {
            #expect(result == isTrue)
            #expect(!isTooLarge)
        }
    }

    @Test(arguments: ["==", "!="])
    func `Values that hold each other a thousand million times over aren't compared to the end`(operation: String) {
        let depth = 40
        let bindings = (1...depth).map { "cel.bind(a\($0), [a\($0 - 1), a\($0 - 1)], " }.joined()
        let source = "cel.bind(a0, [n, n], \(bindings)a\(depth) \(operation) [a\(depth - 1), a\(depth - 1)]"
        let given = Given([("n", .int, .int(1))])
        let closed = source + String(repeating: ")", count: depth + 1)
        guard case .failure(.budgetExceeded) = outcome(of: closed, given) else {
            Issue.record("compared")
            return
        }
    }

    @Test func `A source over its bound is refused`() {
        guard case .refused(let messages) = outcome(of: "'" + String(repeating: "a", count: 17_000) + "'") else {
            Issue.record("taken")
            return
        }
        #expect(messages.count == 1)
    }

    @Test(arguments: [
        ("!", "true", ""), ("-", "n", ""), ("[", "n", "]"), ("{1: ", "n", "}"), ("", "n", " + 1"),
        ("size([", "n", "])"),
        ("true ? ", "n", " : 0"), ("[1].map(x, ", "n", ")"), ("cel.bind(x, 1, ", "n", ")"), ("", "m", ".a"),
        ("", "m", "['a']"),
    ])
    func `The deepest tree is checked, planned and run on two megabytes of stack`(
        before: String,
        middle: String,
        behind: String
    ) async {
        let isDone = await onThread(stackBytes: 2 << 20) { () -> Bool in
            let given = Given([("n", .int, .int(1)), ("m", .dyn, .map(LiteralMap(members: [])))])
            for depth in [60, 120, 200, 245] {
                let source =
                    String(repeating: before, count: depth) + middle + String(repeating: behind, count: depth)
                _ = outcome(of: source, given)
                _ = outcome(of: source, given, isChecked: false, foldsConstants: false)
            }
            return true
        }
        #expect(isDone)
    }
}

/// A quarter of what threads have by default. A build without optimization needs most of it, one with a quarter of it.
private func onThread<Outcome: Sendable>(
    stackBytes: Int,
    _ body: @escaping @Sendable () -> Outcome
) async -> Outcome {
    await withCheckedContinuation { continuation in
        let thread = Thread { continuation.resume(returning: body()) }
        thread.stackSize = stackBytes
        thread.start()
    }
}
