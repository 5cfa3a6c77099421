import Testing
import TestSupport

@testable import Expression

@Suite struct NumberOrderTests {
    private static func run() -> Evaluation { Evaluation(variables: NoVariables()) }

    /// Numbers near the places where a conversion would round, and some from anywhere.
    private static func numbers(_ random: inout SeededGenerator) -> [Value] {
        let edges: [Double] = [0, 0x1p53, 0x1p63, 0x1p64, -0x1p63, -0x1p53]
        let edge = edges.randomElement(using: &random) ?? 0
        let double =
            edge + [0, 0.5, -0.5, max(edge.ulp, 0.25), -max(edge.ulp, 0.25)].randomElement(using: &random, or: 0)
        let near = Int64(exactly: double.rounded()) ?? (double < 0 ? .min : .max)
        let step = Int64.random(in: -2...2, using: &random)
        let unsigned = UInt64(exactly: double.rounded()) ?? (double < 0 ? 0 : .max)
        return [
            .double(double), .int(near.addingReportingOverflow(step).partialValue), .uint(unsigned),
            .uint(UInt64.random(in: .min ... .max, using: &random)),
            .int(Int64.random(in: .min ... .max, using: &random)),
        ]
    }

    /// The number in quarters, exactly; none of the numbers here has finer parts.
    private static func exact(_ value: Value) -> Int128 {
        switch value {
        case .int(let int): Int128(int) * 4
        case .uint(let uint): Int128(uint) * 4
        case .double(let double): Int128(double * 4)
        default: 0
        }
    }

    private static func areTheLargest(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.int(.max), .double(0x1p63)), (.double(0x1p63), .int(.max)): true
        case (.uint(.max), .double(0x1p64)), (.double(0x1p64), .uint(.max)): true
        default: false
        }
    }

    @Test(arguments: UInt64(0)..<300)
    func `Numbers stand to each other as exact arithmetic says, and equality is the same both ways`(seed: UInt64) throws
    {
        var random = SeededGenerator(seed: seed)
        let numbers = Self.numbers(&random)
        for left in numbers {
            for right in numbers {
                let isEqual = try left.equals(right, Self.run())
                #expect(isEqual == (Self.exact(left) == Self.exact(right)), "\(left) == \(right)")
                #expect(try right.equals(left, Self.run()) == isEqual)
                guard !Self.areTheLargest(left, right) else { continue }
                #expect(
                    try left.order(to: right) == ValueOrder(Self.exact(left), Self.exact(right)),
                    "\(left) < \(right)"
                )
            }
        }
    }

    @Test func `Nothing is less than NaN, equal to it or greater`() throws {
        for other in [Value.int(0), .uint(0), .double(0), .double(.nan)] {
            #expect(try Value.double(.nan).order(to: other) == nil)
            #expect(try other.order(to: .double(.nan)) == nil)
            #expect(try !other.equals(.double(.nan), Self.run()))
        }
    }
}

extension Array {
    fileprivate func randomElement(using random: inout SeededGenerator, or other: Element) -> Element {
        self.randomElement(using: &random) ?? other
    }
}
